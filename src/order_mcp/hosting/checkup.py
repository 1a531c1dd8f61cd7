"""What `doctor` says of a hosted server: can callers be told apart, and do all processes count together?"""

from typing import NamedTuple

from ..config import Config
from ..hosted import MEMORY
from ..wording import counted
from .app import checked
from .counts import Counts, NotShared
from .keys import Keys, NoKeys

ONE_PROCESS = "Each process counts by itself (ORDER_MCP_STORAGE is memory://)."


class Check(NamedTuple):
    """One thing that was looked at."""

    works: bool
    sentence: str


async def checkup(config: Config) -> list[Check]:
    """All that can be looked at without a caller.

    Raises:
        ConfigurationError: a file of these settings is not right.
    """
    hosted, callers = config.hosted, checked(config)
    checks = []
    if hosted.callers_file:
        checks.append(Check(True, f"{counted(callers.count, 'caller')} in ORDER_MCP_CALLERS_FILE."))
    if hosted.issuer:
        checks.append(await _issuer(hosted.issuer))
    if hosted.authenticates or hosted.storage:
        checks.append(await _storage(hosted.storage))
    return checks


async def _issuer(issuer: str) -> Check:
    keys = Keys(issuer)
    try:
        return Check(True, f"{issuer} has {counted(await keys.count(), 'key')} that can be used.")
    except NoKeys:
        return Check(False, f"No key could be had from {issuer}: {keys.trouble}.")


async def _storage(address: str | None) -> Check:
    if address in (None, MEMORY):
        return Check(True, ONE_PROCESS)
    counts = Counts(address)
    try:
        await counts.shared(lambda storage: storage.get("order-mcp/doctor"))
    except NotShared:
        return Check(False, "The storage of ORDER_MCP_STORAGE does not answer, so nothing is counted together.")
    finally:
        await counts.close()
    return Check(True, "The storage of ORDER_MCP_STORAGE answers.")
