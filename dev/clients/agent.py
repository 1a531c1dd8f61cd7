"""The example agent, run with a model that is a function, with the framework's own test model, and without a key."""

import json
import os
import subprocess
from pathlib import Path

from order_mcp.commands.installation import this_program

from ..documents import ROOT
from ..environments import python
from .plan import SANDBOX

EXAMPLE = ROOT / "examples" / "agent_pydantic_ai.py"
ENVIRONMENT = "clients-v2"
LIMIT = 60
QUESTIONS = {
    "Where is my order ord_partial?": f"{SANDBOX} FlexPortal order ord_partial is partially fulfilled",
    "Where is my order ord_nowhere?": f"{SANDBOX} No order with this id",
}


def complaints() -> list[str]:
    """Everything that is not as it should be."""
    server = [*this_program(), "--sandbox"]
    asked = {"command": server, "questions": list(QUESTIONS)}
    talk = _run(Path(__file__).parent / "python" / "ask_the_agent.py", text=json.dumps(asked))
    tested = _run(EXAMPLE, "--model", "test", "--server", *server)
    keyless = _run(EXAMPLE, "--server", *server)
    nameless = _run(EXAMPLE, "--model", "no-such-model", "--server", *server)
    serverless = _run(EXAMPLE, "--model", "test", "--server", "no-such-program")
    return [
        *_wrong_answers(talk),
        *_unless(tested.returncode == 0 and {"get_order", "get_cart"} == json.loads(tested.stdout).keys(), tested),
        *_unless(_is_one_sentence(keyless, "OPENAI_API_KEY"), keyless),
        *_unless(_is_one_sentence(nameless, "no-such-model"), nameless),
        *_unless(_is_one_sentence(serverless, "no-such-program"), serverless),
    ]


def _wrong_answers(talk: subprocess.CompletedProcess[str]) -> list[str]:
    """A missing order is an answer, too; and the model is told what the server says about itself."""
    if talk.returncode:
        return [talk.stderr]
    saw = json.loads(talk.stdout)
    wrong = [got for got, start in zip(saw["answers"], QUESTIONS.values(), strict=True) if not got.startswith(start)]
    return wrong + [text for text in saw["instructions"] if "not instructions" not in text]


def _is_one_sentence(done: subprocess.CompletedProcess[str], named: str) -> bool:
    return done.returncode == 1 and named in done.stderr and done.stderr.count("\n") == 1


def _unless(fine: bool, done: subprocess.CompletedProcess[str]) -> list[str]:
    return [] if fine else [f"{' '.join(map(str, done.args))}: {done.stdout}{done.stderr}"]


def _run(program: Path, *arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    """In the clients' environment, and without a key of the developer's own."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("OPENAI_")}
    command = [python(ENVIRONMENT), program, *arguments]
    return subprocess.run(
        command, input=text, capture_output=True, encoding="utf-8", timeout=LIMIT, check=False, env=bare
    )
