"""What a provider class says of itself: to a call, to the documents, to `doctor`, and to whoever needs a key."""

from typing import ClassVar

from ..models import Noun
from .settings import ProviderSettings

PROVIDER_API = 1
"""The version of all that a provider package may rely on: what `order_mcp.provider_api` offers."""


class Introduction:
    """The attributes of a provider class."""

    # What every subclass has to say: the attributes without a value.

    name: ClassVar[str]
    """What it is called in a call: the name of its file."""
    title: ClassVar[str]
    """What people call it."""
    Settings: ClassVar[type[ProviderSettings]]
    """Its variables."""
    tells: ClassVar[str]
    """What its answers hold, for the provider table."""
    signs_in_with: ClassVar[str]
    """How it signs in, for the provider table."""
    key_from: ClassVar[str]
    """Where in the provider's own pages its key is made or found, for whoever needs one."""
    key_right: ClassVar[str]
    """The least that the key must be allowed to do."""
    key_sources: ClassVar[tuple[str, ...]]
    """The addresses of the pages that say so."""

    # What it may say besides.

    provider_api: ClassVar[int] = 0
    """The version of what it relies on, `PROVIDER_API`: a package has to say it, a file of this folder need not."""
    support: ClassVar[str] = "from its documentation; no live account tried yet"
    """How far it was tried, for the provider table."""
    rate_limit: ClassVar[str] = "none"
    """How often it may be asked, as far as it says so itself: the budget of an account where the operator sets none."""
    verifies_by: ClassVar[tuple[str, ...]] = ()
    """What its orders know of their customer, to compare with what somebody says: `email`, `postal_code`."""
    privacy_policy: ClassVar[str] = ""
    """Where it says what it does with personal data, for hosts that show that."""
    states_period: ClassVar[bool] = True
    """Whether its totals are for the whole order; where they may recur, the period is not documented."""
    id_kind: ClassVar[str] = ""
    """What its ids look like, for whoever has to find one; blank where that is not known."""
    not_found_hint: ClassVar[dict[Noun, str]] = {}
    """What else "not found" may mean here. It is said where nobody else was asked."""
    moves_to: ClassVar[dict[Noun, Noun]] = {}
    """Where a thing that is no longer here has the same id."""
    unused_id: ClassVar[str] = "order-mcp-doctor-0"
    """An id that no order has, for trying a credential without reading anybody's data."""
    unproven: ClassVar[str] = ""
    """What "not found" for that id does not prove."""
