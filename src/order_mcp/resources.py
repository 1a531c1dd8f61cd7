"""Orders and carts as resources: the same compact JSON as the tools', for people who attach one to a conversation."""

from typing import Any, NamedTuple
from urllib.parse import unquote

from .arguments import Arguments, GetCartArguments, GetOrderArguments
from .errors import InvalidInput

MIME_TYPE = "application/json"
PROVIDER = "provider"
"""The variable of every template that can be completed."""


class Template(NamedTuple):
    """A kind of address: `noun://{provider}/{noun_id}`."""

    noun: str
    title: str
    arguments: type[Arguments]

    @property
    def uri(self) -> str:
        """The address as an RFC 6570 template."""
        return f"{self.noun}://{{{PROVIDER}}}/{{{self.noun}_id}}"


TEMPLATES = (
    Template("order", "An order", GetOrderArguments),
    Template("cart", "A cart", GetCartArguments),
)


def read_address(uri: str) -> tuple[type[Arguments], dict[str, Any]]:
    """Which look-up an address asks for, and its arguments.

    Raises:
        InvalidInput: the address is not of either kind.
    """
    scheme, _, rest = uri.partition("://")
    provider, _, id = rest.partition("/")
    for template in TEMPLATES:
        if template.noun == scheme.lower() and provider and id:
            return template.arguments, {PROVIDER: _text(provider), f"{template.noun}_id": _text(id)}
    raise InvalidInput(f"No such resource. Addresses are {' and '.join(template.uri for template in TEMPLATES)}.")


def _text(encoded: str) -> str:
    try:
        return unquote(encoded, errors="strict")
    except UnicodeDecodeError:
        raise InvalidInput("The address is not percent-encoded UTF-8.") from None
