"""Ask the running Medusa through the server, and write down each story: what went over the wire, and what is answered.

What a story expects is what the code says at this moment, so a story that was made anew proves nothing until a person
has read it: the diff, each sentence beside the answer that it was made from. Ids and dates are those of the seeded
database; with another one all of them change, so make the stories from the one that is kept where you can.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import mcp_types as types

from order_mcp.testing import Asked, Reply, Stub, connected, error_of, found, registered, sentence_of, serving

from ...hosting.processes import Failed
from ..server import VERSION
from ..site import Site
from .adapter import Medusa
from .cut import cut
from .question import Question
from .questions import questions
from .upstream import Upstream

NAME = Medusa.name
SECRET = f"{NAME}-test-secret"
SIGNS_IN = ("authorization", "x-publishable-api-key")
AUDIENCE = "ORDER_MCP_AUDIENCE"
LEFT_OUT = ("as_of", "summary")
OF_THE_SEED = re.compile(r"_01[0-9A-Z]{24}|\d{4}-\d\d-\d\dT[\d:]{8}Z|\d{1,2} [A-Z][a-z]+ \d{4}")

JSON = dict[str, Any]


async def make(site: Site, folder: Path) -> list[str]:
    """Write all stories into a folder that is there; the names of those whose answer is another one than before."""
    changed = []
    with registered(Medusa), serving() as stub, Upstream(site) as upstream:
        for name, question in questions(site.seeded).items():
            told = await _told(question, stub, upstream)
            file = folder / f"{name}.json"
            before = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
            if _answer(told) != _answer(before):
                changed.append(name)
            file.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return changed


def left_over(site: Site, folder: Path) -> list[str]:
    """Stories in the folder that no table names."""
    return sorted({file.stem for file in folder.glob("*.json")} - questions(site.seeded).keys())


def _answer(told: JSON) -> str:
    """What is answered, but for the ids and dates of the seeded database."""
    answered = [told.get(key) for key in ("expect", "expect_error", "says", "to_customer")]
    return OF_THE_SEED.sub("…", json.dumps(answered, ensure_ascii=False))


async def _told(question: Question, stub: Stub, upstream: Upstream) -> JSON:
    exchanges: list[JSON] = []
    failures: list[Exception] = []

    def ask(asked: Asked) -> Reply:
        try:
            answer = upstream.answer(asked, question.way)
            body = cut(str(answer.body), question.instead)
        except Exception as failure:  # in the thread of a socket, where nobody would see it
            failures.append(failure)
            raise
        exchanges.append({"request": _request(asked), "response": {"status": answer.status, "body": body}})
        return Reply(answer.status, body=body)

    stub.reply = ask
    result = await _called(question, stub.origin)
    if failures:
        raise Failed(f"“{question.what}” could not be asked: {failures[0]!r}")
    story: JSON = {"source": f"{question.page}: {_origin(question, exchanges)}: {question.what}"}
    story["call"] = {"tool": question.tool, "arguments": _arguments(question)}
    story |= exchanges[0] if len(exchanges) == 1 else {"exchanges": exchanges}
    if result.is_error:
        story["expect_error"] = error_of(result)
    else:
        story["expect"] = {key: value for key, value in found(result).items() if key not in LEFT_OUT}
    story["says"] = sentence_of(result)
    if question.tool != "find_orders" and AUDIENCE not in question.variables:
        answers = (Reply(**exchange["response"]) for exchange in exchanges)
        stub.reply = lambda _: next(answers)
        story["to_customer"] = sentence_of(await _called(question, stub.origin, {AUDIENCE: "customer"}))
    if question.variables:
        story["variables"] = dict(question.variables)
    return story


async def _called(question: Question, origin: str, more: Mapping[str, str] | None = None) -> types.CallToolResult:
    settings = {"MEDUSA_SECRET_KEY": SECRET, "MEDUSA_BASE_URL": origin}
    async with connected({**settings, **question.variables, **(more or {})}) as client:
        return await client.call_tool(question.tool, _arguments(question))


def _arguments(question: Question) -> JSON:
    return {**question.arguments, "provider": NAME}


def _request(asked: Asked) -> JSON:
    """What a story holds of a request. `None` stands for a header that must not be there."""
    is_signed = {name: asked.headers[name] for name in SIGNS_IN if name in asked.headers}
    return {"path": asked.path, "headers": {**dict.fromkeys(SIGNS_IN[:1]), **is_signed}}


def _origin(question: Question, exchanges: list[JSON]) -> str:
    """Where the story is from, and what was done to it."""
    recorded = f"recorded from Medusa {VERSION} on {datetime.now(UTC):%Y-%m-%d}"
    if any(exchange["response"]["status"] == 200 for exchange in exchanges):
        recorded += ", cut to what is read"
    if not question.instead:
        return recorded
    return f"{recorded}, and changed because it was not seen to say this"


def report(changed: list[str], others: list[str], folder: Path) -> Iterator[str]:
    """What a person has to do now."""
    if others:
        yield f"no table has {', '.join(others)}"
    if changed:
        yield f"changed: {', '.join(changed)}"
    yield (
        f"{len(changed)} answers in {folder} have changed. What is expected there is what the code says now: read each "
        "of them beside what Medusa answered."
    )
