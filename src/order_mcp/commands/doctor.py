"""`order-mcp doctor`: is each provider set up, reachable, and does it take the credential?

Asks every configured provider for an order that cannot exist. "Not found" then proves the address and the credential,
and shows nobody's data. What it does not prove is said, too.
"""

import time
from typing import Any, NamedTuple

import anyio

from ..accounts import Account
from ..config import Config
from ..desk import Desk
from ..errors import (
    BadResponse,
    Forbidden,
    InvalidInput,
    NotFound,
    OrderMcpError,
    Timeout,
    Unauthorized,
    Unreachable,
)
from ..finding import MENDABLE, TO_OPERATOR, Held
from .oversight import verified_at

NOT_FOR_THE_PUBLIC = (
    "Nobody has to show that an order is theirs: whoever may ask and types an id gets that order, and a number or an "
    "e-mail address finds the id. For customers, set ORDER_MCP_VERIFY (docs/hosting.md)."
)
FINDS_NOTHING = "  Its orders are not searched by number or e-mail address here, only looked up by id."
NOTHING_SET_UP = "Nothing is set up. Set what one provider needs, or try it with --sandbox."
NOTHING_READY = "No provider is ready. Mend the settings above, or try it with --sandbox."
HALF_SET_UP = "Until {names} can be asked, an order that the others do not have is `incomplete`, and not `not_found`."
DEFAULT_NOT_READY = "ORDER_MCP_DEFAULT_PROVIDER names {name}, which is not ready: a call that names nobody fails."
OWN_NETWORK = "the network of this machine, because the address is the usual one"
REFUSED = "{title} answered our test question with a refusal (400). Neither its address nor the credential is proven."


class Verdict(NamedTuple):
    """What an answer proves."""

    reachable: bool
    credential: str
    works: bool
    look_at: str
    """Where the cause is, if anywhere here: in the credential or in the address."""


VERDICTS: dict[type[OrderMcpError], Verdict] = {
    NotFound: Verdict(True, "accepted", True, ""),
    # It may look at the id before the credential, or say this to everything.
    InvalidInput: Verdict(True, "could not tell", False, "address"),
    Unauthorized: Verdict(True, "refused", False, "credential"),
    Forbidden: Verdict(True, "refused", False, "credential"),
    BadResponse: Verdict(True, "could not tell", False, "address"),
    Timeout: Verdict(False, "could not tell", False, "address"),
    Unreachable: Verdict(False, "could not tell", False, "address"),
}
ANY_OTHER_ANSWER = Verdict(True, "could not tell", False, "")


async def examine(config: Config, desk: Desk) -> dict[str, Any]:
    """All findings, ready to be printed as JSON. No secret and no customer data is in them."""
    providers: dict[str, dict[str, Any]] = {name: {} for name in config.usable}
    finders = _finders(config)

    async def look(name: str) -> None:
        setup = config.accounts[name].setup
        if setup.settings is None:
            state = "incomplete" if setup.begun else "not set up"
            providers[name] = {"state": state, "problems": list(setup.problems)}
        else:
            address = {"state": "configured", "base_url": setup.settings.address}
            tried = await _try(desk, desk.accounts[name])
            held = [held for held, names in finders.items() if name in names and tried["works"]]
            providers[name] = (
                address | tried | {"finds": {each.value: await _try_finding(desk, name, each) for each in held}}
            )

    async with anyio.create_task_group() as group:
        for name in providers:
            group.start_soon(look, name)
    troubles = [each.problem for each in config.unfit] + _troubles(providers, config.server.default_provider)
    hosting = await _hosting(config)
    configured = [finding for finding in providers.values() if finding["state"] == "configured"]
    return {
        "ok": not troubles and all(finding["works"] for finding in (*configured, *hosting)),
        "audience": config.audience.value,
        "providers": providers,
        **({"hosting": hosting} if hosting else {}),
        "notes": [*troubles, verified_at(config) if config.hosted.verify else NOT_FOR_THE_PUBLIC],
    }


def _finders(config: Config) -> dict[Held, list[str]]:
    """Who can be searched, by what. Where customers are verified, a filter by number is all that is used."""
    if not config.hosted.verify:
        return config.finders(config.caller)
    filters = config.limits._replace(pages=0)
    return {Held.NUMBER: [name for name in config.usable if config.accounts[name].can_find(Held.NUMBER, filters)]}


async def _hosting(config: Config) -> list[dict[str, Any]]:
    """What a server that others reach needs besides; nothing where nobody else reaches it."""
    if not (config.hosted.authenticates or config.hosted.storage):
        return []
    from ..hosting.checkup import checkup

    return [check._asdict() for check in await checkup(config)]


def _troubles(providers: dict[str, dict[str, Any]], default: str | None) -> list[str]:
    """What is wrong with the settings as a whole."""
    states = {name: finding["state"] for name, finding in providers.items()}
    troubles = []
    if "configured" not in states.values():
        troubles.append(NOTHING_READY if "incomplete" in states.values() else NOTHING_SET_UP)
    elif "incomplete" in states.values():
        half = [name for name, state in states.items() if state == "incomplete"]
        troubles.append(HALF_SET_UP.format(names=", ".join(half)))
    if default in states and states[default] != "configured":
        troubles.append(DEFAULT_NOT_READY.format(name=default))
    return troubles


async def _try(desk: Desk, account: Account) -> dict[str, Any]:
    started = time.monotonic()
    outcome, sentence, verdict = "found", "", VERDICTS[NotFound]
    to_blame: list[str] = []
    try:
        await desk.try_out(account.name)
    except OrderMcpError as error:
        outcome, sentence = error.code, error.sentence
        verdict = VERDICTS.get(type(error), ANY_OTHER_ANSWER)
        variables = {"credential": account.credential_variables, "address": account.address_variables or [OWN_NETWORK]}
        elsewhere = error.look_at if isinstance(error, Unreachable) else ()
        to_blame = list(elsewhere) or variables.get(verdict.look_at, [])
        if isinstance(error, InvalidInput):
            sentence = REFUSED.format(title=account.title)
    return {
        "reachable": verdict.reachable,
        "credential": verdict.credential,
        "works": verdict.works,
        "outcome": outcome,
        # Of an order that cannot exist, "not found" is the good answer, and advice about its id would be none.
        "sentence": "" if verdict.works else sentence,
        "look_at": to_blame,
        "unproven": account.unproven if verdict.works else "",
        "milliseconds": round((time.monotonic() - started) * 1000),
    }


async def _try_finding(desk: Desk, account: str, held: Held) -> dict[str, Any]:
    """Search for what nobody has; a list that is read shows nothing of itself here."""
    try:
        searched = await desk.try_finding(account, held)
    except OrderMcpError as error:
        return {"works": False, "outcome": error.code, "sentence": error.sentence}
    # That one page was not the whole list is nothing to mend.
    to_mend = [warning for warning in searched.warnings if warning.code in MENDABLE]
    outcome = to_mend[0].code if to_mend else "found nothing"
    sentence = " ".join(warning.message.removesuffix(TO_OPERATOR) for warning in to_mend)
    most = desk.config.limits.orders
    return {
        "works": not to_mend,
        "how": searched.how.value,
        "compared": searched.compared,
        "outcome": outcome,
        "sentence": sentence,
        # Of a long list the rest is never read.
        **(
            {"list_length": searched.of, "read_at_most": most} if searched.of is not None and searched.of > most else {}
        ),
    }


def report(findings: dict[str, Any]) -> str:
    """The findings for a terminal."""
    lines = []
    for name, finding in findings["providers"].items():
        lines += _configured(name, finding) if finding["state"] == "configured" else _not_configured(name, finding)
    for check in findings.get("hosting", ()):
        lines.append(f"hosting: {'' if check['works'] else 'DOES NOT WORK: '}{check['sentence']}")
    lines.append(f"audience: {findings['audience']}")
    return "\n".join([*lines, *findings["notes"]])


def _configured(name: str, finding: dict[str, Any]) -> list[str]:
    lines = [f"{name}: {'works' if finding['works'] else 'DOES NOT WORK'}", f"  {finding['base_url']}"]
    reachable = "reached" if finding["reachable"] else "not reachable"
    lines.append(f"  {reachable}, {_CREDENTIAL[finding['credential']]}, {finding['milliseconds']} ms")
    if finding["works"]:
        lines.append("  It was asked for an order that cannot exist, and answered that it has none. That is right.")
        lines += [_finding_by(Held(held).words, tried) for held, tried in finding["finds"].items()] or [FINDS_NOTHING]
        return [*lines, f"  {finding['unproven']}"] if finding["unproven"] else lines
    lines.append(f"  {finding['sentence']} ({finding['outcome']})")
    if finding["look_at"]:
        lines.append(f"  Look at {' or '.join(finding['look_at'])}.")
    return lines


def _finding_by(words: str, tried: dict[str, Any]) -> str:
    if not tried["works"]:
        return f"  Finding orders by {words} DOES NOT WORK: {tried['sentence']} ({tried['outcome']})"
    rest = ""
    if "list_length" in tried:
        rest = f" Of its {tried['list_length']:,} orders {tried['read_at_most']:,} are read (ORDER_MCP_FIND_PAGES)."
    return (
        f"  Orders can be found by {words}, comparing {tried['compared']} ({_SEARCHED[tried['how']]}); a search for "
        f"what nobody has found nothing.{rest}"
    )


_SEARCHED = {"filter": "it searches by itself", "scan": "its list is read"}
_CREDENTIAL = {
    "accepted": "credential accepted",
    "refused": "credential refused",
    "could not tell": "whether the credential is right is not known",
}


def _not_configured(name: str, finding: dict[str, Any]) -> list[str]:
    state = "not ready" if finding["state"] == "incomplete" else finding["state"]
    return [f"{name}: {state}", *(f"  {problem}" for problem in finding["problems"])]
