"""Where each provider's key comes from: for the README's table and for examples/order-mcp.env.

Only what the provider's own pages say, with their addresses. Read November 2026.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Key:
    """What somebody has to know who needs a key."""

    page: str
    """Where in the provider's own pages it is made or found."""
    right: str
    """The least that it must be allowed to do."""
    sources: tuple[str, ...] = ()


UNKNOWN = Key("see the provider's documentation", "reading orders")
KEYS = {
    "fleet": Key(
        "the Fleet cockpit; the secret is shown once, and belongs to one workspace",
        "scope READ; WRITE is not needed",
        ("https://docs.fleet.co/authentication/", "https://docs.fleet.co/installation/"),
    ),
    "flexportal": Key(
        "the dashboard: the key under Settings → API Keys, the tenant id under Settings → General, where it is called "
        "Business Unit ID; the region is the one your data is in",
        "a key's permissions are chosen when it is made; it has to read orders, in that business unit",
        ("https://docs.flexportal.io/api-reference/overview",),
    ),
    "polinate": Key(
        "the Polinate app: Business Settings → Integrations, both the business id and the key of that business",
        "its documentation names no rights to choose from",
        ("https://docs.polinate.ai/guides/orders",),
    ),
    "senmo": Key(
        "user name and password are those of your Senmo account, or the id or refresh token that signing in gave you; "
        "Senmo publishes no address of its API: ask Senmo for yours",
        "its documentation names no rights to choose from",
        ("https://docs.senmo.io/foundry-platform/authentication",),
    ),
}


def key_of(provider: str) -> Key:
    """What is known about a provider's key."""
    return KEYS.get(provider, UNKNOWN)
