"""`order-mcp doctor`: is each provider set up, reachable, and does it take the credential?

Asks every configured provider for an order that cannot exist. "Not found" then proves the address and the credential,
and shows nobody's data. It proves neither tenant nor region: another tenant's orders look just as missing.
"""

import time
from typing import Any

import anyio

from ..config import Config
from ..desk import Desk
from ..errors import Forbidden, InvalidInput, NotFound, OrderMcpError, Timeout, Unauthorized, Unreachable

NOT_FOR_THE_PUBLIC = (
    "Nobody is asked who they are: anybody who types an id gets that order. This version is not yet for the public."
)
UNPROVEN = "Tenant and region stay unproven: orders of another tenant or region look like missing ones."

# What an answer proves: (reachable, credential, works).
VERDICTS: dict[type[OrderMcpError], tuple[bool, str, bool]] = {
    NotFound: (True, "accepted", True),
    InvalidInput: (True, "could not tell", True),  # it may look at the id before the credential
    Unauthorized: (True, "refused", False),
    Forbidden: (True, "refused", False),
    Timeout: (False, "could not tell", False),
    Unreachable: (False, "could not tell", False),
}
ANY_OTHER_ANSWER = (True, "could not tell", False)


async def examine(config: Config, desk: Desk) -> dict[str, Any]:
    """All findings, ready to be printed as JSON. No secret and no customer data is in them."""
    providers: dict[str, dict[str, Any]] = {name: {} for name in config.providers}

    async def look(name: str) -> None:
        setup = config.providers[name]
        if setup.settings is None:
            state = "incomplete" if setup.begun else "not set up"
            providers[name] = {"state": state, "problems": list(setup.problems)}
        else:
            address = {"state": "configured", "base_url": setup.settings.address}
            providers[name] = address | await _try(desk, name)

    async with anyio.create_task_group() as group:
        for name in providers:
            group.start_soon(look, name)
    configured = [finding for finding in providers.values() if finding["state"] == "configured"]
    return {
        "ok": bool(configured) and all(finding["works"] for finding in configured),
        "audience": config.server.audience.value,
        "providers": providers,
        "notes": [UNPROVEN, NOT_FOR_THE_PUBLIC],
    }


async def _try(desk: Desk, name: str) -> dict[str, Any]:
    started = time.monotonic()
    code = "found"
    verdict = VERDICTS[NotFound]
    try:
        await desk.try_out(name)
    except OrderMcpError as error:
        code = error.code
        verdict = VERDICTS.get(type(error), ANY_OTHER_ANSWER)
    reachable, credential, works = verdict
    return {
        "reachable": reachable,
        "credential": credential,
        "works": works,
        "outcome": code,
        "milliseconds": round((time.monotonic() - started) * 1000),
    }


def report(findings: dict[str, Any]) -> str:
    """The findings for a terminal."""
    lines = []
    for name, finding in findings["providers"].items():
        if finding["state"] != "configured":
            lines.append(f"{name}: {finding['state']}")
            lines += [f"  {problem}" for problem in finding["problems"]]
            continue
        reachable = "reachable" if finding["reachable"] else "not reachable"
        lines.append(f"{name}: {'works' if finding['works'] else 'DOES NOT WORK'} ({finding['outcome']})")
        lines.append(f"  {finding['base_url']}")
        lines.append(f"  {reachable}, credential {finding['credential']}, {finding['milliseconds']} ms")
    if all(finding["state"] != "configured" for finding in findings["providers"].values()):
        lines.append("Nothing is configured. Set one provider's variables, or try it with --sandbox.")
    lines.append(f"audience: {findings['audience']}")
    return "\n".join([*lines, *findings["notes"]])
