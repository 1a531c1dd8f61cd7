"""What stands around the desk of a command, which is nothing unless a setting asks for it."""

from ..config import Config
from ..oversight import NOBODY, Oversight
from ..wording import listed

VERIFIED = (
    "An order is shown only to whoever gives its e-mail address or postal code. {others} cannot be asked in this "
    "mode: their orders carry nothing to compare with."
)


def oversight_of(config: Config) -> Oversight:
    """For a server over a pipe, or a look-up from the terminal.

    Raises:
        ConfigurationError: the record cannot be written.
    """
    hosted, has_budget = config.hosted, any(each.rate_limit for each in config.accounts.values())
    if not (hosted.verify or hosted.audit_log or has_budget):
        return NOBODY
    from ..hosting.counts import Counts
    from ..hosting.overseen import overseen
    from ..hosting.telemetry import Telemetry

    return overseen(config, Counts(hosted.storage), Telemetry(), budgets=False)


def verified_at(config: Config) -> str:
    """Whose orders are shown to customers who are verified, and whose are not."""
    others = [each.title for name, each in config.accounts.items() if name not in config.usable]
    return VERIFIED.format(others=listed(others, "and"))
