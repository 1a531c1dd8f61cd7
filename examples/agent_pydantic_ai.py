"""An agent with pydantic-ai that answers "where is my order?" with order-mcp over stdio.

In the clone, once `make demo` has made its .venv:

Install: .venv/bin/python -m pip install "pydantic-ai-slim[mcp,openai]"
Run:     OPENAI_API_KEY="your key" .venv/bin/python examples/agent_pydantic_ai.py "Where is my order ord_partial?"

For models of another maker write its name into the brackets, set its key, and say `--model anthropic:…`. Without a key,
`--model test` calls every tool once with made-up arguments. The orders come from the sandbox, unless the last option
says how to start the server: `--server .venv/bin/order-mcp --env-file ~/order-mcp.env`.
"""

import argparse
import asyncio
import os
import re
import signal
import sys
from collections.abc import Sequence

try:
    # Ctrl-C ends it at once and without a word. The server ends when its input does.
    signal.signal(signal.SIGINT, lambda *_: os._exit(130))
    from fastmcp.client.transports import StdioTransport
    from mcp import MCPError
    from pydantic_ai import Agent, ModelConnectionError, ModelHTTPError
    from pydantic_ai.mcp import MCPToolset
    from pydantic_ai.models import Model, infer_model
except ImportError as missing:
    install = '.venv/bin/python -m pip install "pydantic-ai-slim[mcp,openai]"'
    sys.exit(f"The package {missing.name} is missing: {install}")

INSTRUCTIONS = """\
You tell people where their order is. Look an order up by what they call its id; find it first by a number from an
e-mail or invoice, or by an e-mail address. If they gave nothing, ask for it, and never cut an id out of a number. Say
what the summary says, doubts included, and nothing beyond it. When a look-up fails, do what its next_step says."""

NO_KEY = re.compile(r"[^!-~]|[<>{}]|\.\.\.|^$|^your|your[-_]|xxxx|change[-_]?me", re.IGNORECASE)
REFUSALS = {
    401: "the key is not right, or no longer",
    403: "the key has no right to use this model",
    404: "there is no such model, or the key may not use it",
    429: "these were too many requests, or the account has no credit left; try again later",
}


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


def check_key(model: str) -> None:
    """Stop at a placeholder of some document, or at a blank. pydantic-ai says itself when there is no key."""
    maker = re.split("[:-]", model)[0]
    variable = f"{maker.upper()}_API_KEY"
    value = os.environ.get(variable, "set")
    if NO_KEY.search(key := value.strip()):
        sys.exit(f"{variable} is not a key yet: set it to the one that {maker} gave you.")
    if key != value:
        sys.exit(f"{variable} holds a blank or a line break before or after the key: set it to the key alone.")


def refusal(status: int) -> str:
    """Why the model's service does not answer."""
    trouble = "its service has trouble; try again later" if status >= 500 else "it does not take the request"
    return REFUSALS.get(status, trouble)


def first_sentence(error: Exception) -> str:
    return str(error).split(". ")[0].rstrip(".")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("question", nargs="?", default="Where is my order ord_partial?")
    parser.add_argument("--model", default="openai:gpt-4o", help="as pydantic-ai names it (default: %(default)s)")
    parser.add_argument(
        "--server",
        nargs=argparse.REMAINDER,
        default=[sys.executable, "-m", "order_mcp", "--sandbox"],
        help="the command that starts order-mcp (default: its sandbox)",
    )
    options = parser.parse_args()
    if not "".join(options.server[:1]).strip():
        parser.error("argument --server: say the command that starts order-mcp, such as .venv/bin/order-mcp")
    check_key(options.model)
    try:
        print(asyncio.run(answer(options.question, infer_model(options.model), options.server)), flush=True)
    except BrokenPipeError:  # Nobody reads it any more.
        os._exit(141)
    except MCPError as error:
        sys.exit(f"The server does not answer: {error}. It was started with: {' '.join(options.server)}")
    except ModelHTTPError as error:
        sys.exit(f"{options.model} answers with HTTP {error.status_code}: {refusal(error.status_code)}.")
    except ModelConnectionError as error:
        sys.exit(f"The service of the model cannot be reached: {first_sentence(error)}.")
    except (ImportError, RuntimeError, UnicodeError) as error:  # No key, no such model, no such command.
        sys.exit(f"The agent cannot answer: {first_sentence(error)}.")


if __name__ == "__main__":
    main()
