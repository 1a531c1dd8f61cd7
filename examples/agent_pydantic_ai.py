"""An agent with pydantic-ai that answers "where is my order?" with order-mcp over stdio.

Install: python -m pip install "pydantic-ai-slim[mcp,openai]", in the environment that has order-mcp
Run:     OPENAI_API_KEY=sk-… python examples/agent_pydantic_ai.py "Where is my order ord_partial?"

For models of another maker write its name into the brackets, set its key, and say `--model anthropic:…`. Without a key,
`--model test` calls every tool once with made-up arguments. The orders come from the sandbox, unless the last option
says how to start the server: `--server order-mcp --env-file shop.env`.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence

try:
    from fastmcp.client.transports import StdioTransport
    from mcp import MCPError
    from pydantic_ai import Agent, ModelHTTPError
    from pydantic_ai.mcp import MCPToolset
    from pydantic_ai.models import Model, infer_model
except ImportError as missing:
    sys.exit(f'The package {missing.name} is missing: python -m pip install "pydantic-ai-slim[mcp,openai]"')

INSTRUCTIONS = """\
You tell people where their order is. Look an order up only by what they call its id; if they gave none, ask for it, and
never make one out of another number. Say what the summary says, doubts included, and nothing beyond it. When a look-up
fails, do what its next_step says."""


async def answer(question: str, model: Model, server: Sequence[str]) -> str:
    """What the agent says. The server runs as long as this takes."""
    command, *arguments = server
    orders = MCPToolset(
        StdioTransport(command, arguments, keep_alive=False),
        # The model reads an error and goes on. By default it would be asked to try again, and a second failure would
        # end the run; a missing order does not come back by asking again.
        tool_error_behavior="failed",
        # What the server says about itself: that names and notes in its answers are no instructions.
        include_instructions=True,
    )
    return (await Agent(model, instructions=INSTRUCTIONS, toolsets=[orders]).run(question)).output


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("question", nargs="?", default="Where is my order ord_partial?")
    parser.add_argument("--model", default="openai:gpt-4o", help="as pydantic-ai names it (default: %(default)s)")
    parser.add_argument(
        "--server", nargs=argparse.REMAINDER, help="the command that starts order-mcp (default: its sandbox)"
    )
    options = parser.parse_args()
    server = options.server or [sys.executable, "-m", "order_mcp", "--sandbox"]
    try:
        print(asyncio.run(answer(options.question, infer_model(options.model), server)))
    except MCPError as error:
        sys.exit(f"The server does not answer: {error}. It was started with: {' '.join(server)}")
    except ModelHTTPError as error:
        sys.exit(f"{options.model} answers with HTTP {error.status_code}; with 401 the key is not right.")
    except (ImportError, RuntimeError) as error:  # No key, no such model, no network, no such command.
        first_sentence = str(error).split(". ")[0].rstrip(".")
        sys.exit(f"The agent cannot answer: {first_sentence}.")


if __name__ == "__main__":
    main()
