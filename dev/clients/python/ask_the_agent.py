"""The agent of examples/agent_pydantic_ai.py with a function for a model: it calls one tool and repeats what it got.

Reads {"command", "questions"} as JSON and writes for each question the answer and the instructions that the model had.
"""

import asyncio
import json
import sys
from pathlib import Path

from pydantic_ai.messages import ModelMessage, ModelResponse, TextPart, ToolCallPart, ToolReturnPart, UserPromptPart
from pydantic_ai.models.function import AgentInfo, FunctionModel

sys.path.insert(0, str(Path(__file__).parents[3] / "examples"))

from agent_pydantic_ai import answer

instructions: set[str | None] = set()


def model(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
    """Takes the last word of the question for the id."""
    instructions.add(info.instructions)
    match messages[-1].parts[-1]:
        case UserPromptPart(content=str(question)):
            return ModelResponse([ToolCallPart("get_order", {"order_id": question.split()[-1].strip("?")})])
        case ToolReturnPart(content=dict(order)):
            return ModelResponse([TextPart(order["summary"])])
        case ToolReturnPart(content=error):
            return ModelResponse([TextPart(str(error))])
    raise AssertionError(messages)


async def main() -> None:
    asked = json.load(sys.stdin)
    answers = [await answer(question, FunctionModel(model), asked["command"]) for question in asked["questions"]]
    json.dump({"answers": answers, "instructions": sorted(map(str, instructions))}, sys.stdout)


asyncio.run(main())
