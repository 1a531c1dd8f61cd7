"""The one prompt: look an order up, then write the customer a reply."""

from collections.abc import Mapping
from typing import NamedTuple

from .errors import InvalidInput
from .privacy import clean_text

MAX_ARGUMENT = 128


class PromptArgument(NamedTuple):
    name: str
    description: str
    default: str | None
    """None where the argument is required."""


NAME = "order_status_reply"
TITLE = "Reply about an order"
DESCRIPTION = "Look an order up and write the customer a reply about where it stands."
ARGUMENTS = (
    PromptArgument("order_id", "The order id exactly as the provider writes it", None),
    PromptArgument("provider", "Who has the order; auto asks every provider that could", "auto"),
    PromptArgument("tone", "How the reply should sound", "friendly and brief"),
    PromptArgument("language", "The language of the reply", "the customer's language"),
)
TEXT = (
    'Call get_order with order_id "{order_id}" and provider "{provider}". Then write the customer a reply about where '
    "the order stands. Tone: {tone}. Language: {language}. Say only what the result says: where it says unknown, say "
    "that it is not known; promise no date that is not in it. If the call fails, follow next_step of the error and "
    "write no reply."
)


def order_status_reply(given: Mapping[str, str]) -> str:
    """The prompt's text.

    Raises:
        InvalidInput: an argument is missing or unknown, or the id cannot be passed on exactly.
    """
    known = [argument.name for argument in ARGUMENTS]
    for name in given:
        if name not in known:
            raise InvalidInput(f'"{clean_text(name, 40)}" is not an argument of {NAME}; it takes {", ".join(known)}.')
    values = {a.name: clean_text(given.get(a.name, ""), MAX_ARGUMENT) or a.default for a in ARGUMENTS}
    if values["order_id"] is None:
        raise InvalidInput(f"order_id is missing: {NAME} needs the order id as the provider writes it.")
    if values["order_id"] != given["order_id"].strip():
        raise InvalidInput(f"order_id must be one order id of 1 to {MAX_ARGUMENT} plain characters.")
    return TEXT.format_map(values)
