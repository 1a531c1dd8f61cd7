"""The example agent: with a model that is a function, with the framework's own test model, and in every failure."""

import json
import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from order_mcp.commands.installation import this_program

from ..documents import ROOT
from ..environments import python
from .plan import SANDBOX, TOOLS

EXAMPLE = ROOT / "examples" / "agent_pydantic_ai.py"
ENVIRONMENT = "clients-v2"
LIMIT = 60
QUESTIONS = {
    "Where is my order ord_partial?": f"{SANDBOX} FlexPortal order ord_partial is partially fulfilled",
    "Where is my order ord_nowhere?": f"{SANDBOX} No order with this id",
}
SERVER = ["--server", *this_program(), "--sandbox"]
KEY = "OPENAI_API_KEY"
# What the agent is started with, the variables it finds, and what its one sentence then says.
FAILURES: list[tuple[list[str], dict[str, str], str]] = [
    (SERVER, {}, KEY),
    *((SERVER, {KEY: key}, f"{KEY} is not a key yet") for key in ("", "sk-…", "your key", "<OPENAI_API_KEY>", " ")),
    *((SERVER, {KEY: key}, f"{KEY} holds a blank") for key in (" sk-good", "sk-good ", "sk-good\n")),
    (SERVER, {KEY: "sk-good", "OPENAI_BASE_URL": "http://127.0.0.1:9"}, "The service of the model cannot be reached: "),
    (["--model", "no-such-model", *SERVER], {}, "no-such-model"),
    (["--model", "test", "--server", "no-such-program"], {}, "no-such-program"),
    *((["--model", "test", "--server", *empty], {}, "argument --server: say the command") for empty in ([], [""])),
    (["\udcff", *SERVER], {KEY: "sk-good"}, "The agent cannot answer: "),
]
REFUSALS = {
    400: "it does not take the request",
    401: "the key is not right",
    403: "the key has no right",
    404: "there is no such model",
    429: "these were too many requests",
    503: "its service has trouble",
}


def complaints() -> list[str]:
    """Everything that is not as it should be."""
    asked = {"command": SERVER[1:], "questions": list(QUESTIONS)}
    talk = _run(Path(__file__).parent / "python" / "ask_the_agent.py", text=json.dumps(asked))
    tested = _run(EXAMPLE, "--model", "test", *SERVER)
    with _refusing() as address, ThreadPoolExecutor(max_workers=2) as pool:
        refused = [
            (SERVER, {KEY: "sk-good", "OPENAI_BASE_URL": f"{address}/{status}"}, f"HTTP {status}: {why}")
            for status, why in REFUSALS.items()
        ]
        failed = list(pool.map(_fail, [*FAILURES, *refused]))
        stopped = _stopped(address)
    return [
        *_wrong_answers(talk),
        *_unless(tested.returncode == 0 and set(TOOLS) == json.loads(tested.stdout).keys(), tested),
        *(complaint for complaints in failed for complaint in complaints),
        *_unless(stopped.returncode == 130 and "Traceback" not in stopped.stderr, stopped),
    ]


def _wrong_answers(talk: subprocess.CompletedProcess[str]) -> list[str]:
    """A missing order is an answer, too; and the model is told what the server says about itself."""
    if talk.returncode:
        return [talk.stderr]
    saw = json.loads(talk.stdout)
    wrong = [got for got, start in zip(saw["answers"], QUESTIONS.values(), strict=True) if not got.startswith(start)]
    return wrong + [text for text in saw["instructions"] if "not instructions" not in text]


def _fail(case: tuple[list[str], dict[str, str], str]) -> list[str]:
    """The last line is the sentence; above it are only the usage, or what the sandbox says of itself."""
    arguments, variables, named = case
    done = _run(EXAMPLE, *arguments, variables=variables)
    *above, sentence = done.stderr.splitlines() or [""]
    return _unless(done.returncode in (1, 2) and named in sentence and "Traceback" not in "".join(above), done)


class _Refuse(BaseHTTPRequestHandler):
    """A model's service that answers with the status in its address; at /0 it never answers."""

    waiting = threading.Event()

    def do_POST(self) -> None:
        if (status := int(self.path.split("/")[1])) == 0:
            self.waiting.set()
            self.rfile.read()
            return
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(status)
        self.send_header("x-should-retry", "false")
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def _refusing() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Refuse) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def _stopped(address: str) -> subprocess.CompletedProcess[str]:
    """Ctrl-C while the model thinks."""
    variables = _variables({KEY: "sk-good", "OPENAI_BASE_URL": f"{address}/0"})
    command = [python(ENVIRONMENT), EXAMPLE, *SERVER]
    with subprocess.Popen(command, stderr=subprocess.PIPE, encoding="utf-8", env=variables) as process:
        _Refuse.waiting.wait(LIMIT)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=LIMIT)
    return subprocess.CompletedProcess(command, process.returncode, "", said)


def _unless(fine: bool, done: subprocess.CompletedProcess[str]) -> list[str]:
    return [] if fine else [f"{' '.join(map(str, done.args))}: {done.stdout}{done.stderr}"]


def _variables(more: Mapping[str, str]) -> dict[str, str]:
    """Without a key of the developer's own."""
    return {name: value for name, value in os.environ.items() if not name.startswith("OPENAI_")} | more


def _run(
    program: Path, *arguments: str, text: str = "", variables: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """In the clients' environment."""
    return subprocess.run(
        [python(ENVIRONMENT), program, *arguments],
        input=text,
        capture_output=True,
        encoding="utf-8",
        timeout=LIMIT,
        check=False,
        env=_variables(variables or {}),
    )
