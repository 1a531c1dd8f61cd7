"""The one prompt: look an order up, then write the customer a reply."""

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import mcp_types as types
from mcp.shared.exceptions import MCPError

from ..arguments import WRONG_CALL, FindArguments, OrderArguments
from ..cleaning import clean_text
from ..errors import InvalidId, InvalidInput
from ..finding import Held, is_email_address
from ..models import AUTO
from ..tools import ORDER_TOOL
from .callers import Context, attachable, caller_of
from .schemas import LISTS_KEEP_MILLISECONDS

MAX_WISH = 60


class PromptArgument(NamedTuple):
    name: str
    description: str
    default: str | None
    """None where the argument is required."""


TOOL = ORDER_TOOL
NAME = "order_status_reply"
TITLE = "Reply about an order"
DESCRIPTION = "Look an order up and write the customer a reply about where it stands."
ARGUMENTS = (
    PromptArgument("order_id", "The order id as the provider writes it, or what the customer gave instead", None),
    PromptArgument("provider", "Who has the order; auto asks every provider that could", AUTO),
    PromptArgument("tone", "How the reply should sound", "friendly and brief"),
    PromptArgument("language", "The language of the reply", "the customer's language"),
)
LOOK_UP = "Call get_order with order_id {order_id} and provider {provider}."
# Where orders can be found by what customers hold.
OR_FIND = " If it has no such order, call find_orders with {order_id} as order_number and provider {provider}"
FIND_BY_NUMBER = "Call find_orders with order_number {order_id} and provider {provider}"
FIND_BY_EMAIL = "Call find_orders with email {order_id} and provider {provider}"
FIND = ", and get_order with the one order that it finds. Of several, ask the customer which one is meant."
TEXT = (
    " Then write the customer a reply about where the order stands. Tone: {tone}. Language: {language}. Say only what"
    " the result says. Where it says unknown, say that it is not known. Do not state what a warning puts in doubt: "
    "say that it is not certain. Promise no date that is not in it. If the call fails, write the customer a reply all"
    " the same, without the error and its cause. With next_step fix_arguments, check_id or ask_user, ask for what is "
    "needed. With retry_later, wait and try once more. If that fails too, and with any other next_step, say that the "
    "order cannot be looked up right now and that a colleague has to look into it; then tell your operator the error."
)


def order_status_reply(
    given: Mapping[str, str], known_providers: Sequence[str], finders: Mapping[Held, Sequence[str]]
) -> str:
    """The prompt's text. What was given stands in it as JSON strings, so that nothing of it reads as ours.

    `finders`: who can be searched by what.

    Raises:
        InvalidInput: an argument is missing or unknown, or not what get_order would take.
    """
    known = [argument.name for argument in ARGUMENTS]
    for name in given:
        if name not in known:
            raise InvalidInput(
                f'"{clean_text(name, 40)}" is not an argument of {NAME}; it takes {", ".join(known)}.',
            ).to_customer(WRONG_CALL)
    filled = {name: value for name, value in given.items() if value.strip()}
    begin, held, provider = _beginning(filled.get("order_id"), filled.get("provider"), known_providers, finders)
    wishes = {a.name: clean_text(filled.get(a.name, ""), MAX_WISH) or a.default for a in ARGUMENTS}
    values = wishes | {"order_id": held, "provider": provider}
    return (begin + TEXT).format_map({name: json.dumps(value, ensure_ascii=False) for name, value in values.items()})


def _beginning(
    given: str | None, provider: str | None, known_providers: Sequence[str], finders: Mapping[Held, Sequence[str]]
) -> tuple[str, str, str]:
    """What to do first with what the customer gave, and that and the provider as they are read."""
    # A search where the provider that was named cannot be searched would only fail.
    ways = {held for held, names in finders.items() if (provider or AUTO).strip().lower() in (AUTO, *names)}
    if given and Held.EMAIL in ways and is_email_address(given.strip()):
        found = FindArguments.read({"email": given, "provider": provider}, known_providers)
        return FIND_BY_EMAIL + FIND, found.question.value, found.provider
    try:
        asked = OrderArguments.read({"order_id": given, "provider": provider}, known_providers)
    except InvalidId:
        if Held.NUMBER not in ways or (given and is_email_address(given.strip())):
            raise
        found = FindArguments.read({"order_number": given, "provider": provider}, known_providers)
        return FIND_BY_NUMBER + FIND, found.question.value, found.provider
    return LOOK_UP + (OR_FIND + FIND if Held.NUMBER in ways else ""), asked.id, asked.provider


class Prompts:
    """The handlers for prompts."""

    async def list(self, context: Context, params: types.PaginatedRequestParams | None) -> types.ListPromptsResult:
        arguments = [
            types.PromptArgument(name=each.name, description=each.description, required=each.default is None)
            for each in ARGUMENTS
        ]
        prompt = types.Prompt(name=NAME, title=TITLE, description=DESCRIPTION, arguments=arguments)
        prompts = [prompt] if _is_offered(context) else []
        return types.ListPromptsResult(prompts=prompts, ttl_ms=LISTS_KEEP_MILLISECONDS, cache_scope="private")

    async def get(self, context: Context, params: types.GetPromptRequestParams) -> types.GetPromptResult:
        if params.name != NAME or not _is_offered(context):
            raise MCPError(
                types.INVALID_PARAMS, f"Unknown prompt. This server has {NAME if _is_offered(context) else 'none'}."
            )
        desk, caller = context.lifespan_context, caller_of(context)
        try:
            finders = desk.config.finders(caller)
            text = order_status_reply(params.arguments or {}, caller.accounts, finders)
        except InvalidInput as error:
            raise MCPError(types.INVALID_PARAMS, desk.refusal(caller, error, TOOL.noun).sentence) from None
        message = types.PromptMessage(role="user", content=types.TextContent(type="text", text=text))
        return types.GetPromptResult(description=DESCRIPTION, messages=[message])


def _is_offered(context: Context) -> bool:
    """Whether the caller has the tool that the prompt speaks of."""
    return TOOL in attachable(context.lifespan_context.config, caller_of(context))
