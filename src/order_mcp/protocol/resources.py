"""Orders and carts as resources: the tools' compact JSON, for people who attach one to a conversation. Completion."""

from typing import Any
from urllib.parse import unquote

import mcp_types as types
from mcp.shared.exceptions import MCPError

from ..answer.refuse import Refusal
from ..cleaning import compact
from ..errors import InvalidInput, NotFound, OrderMcpError, UnsupportedOperation
from ..models import AUTO, Noun
from ..tools import LOOK_UPS, Tool
from . import prompts
from .callers import Context, attachable, caller_of, offered
from .schemas import LISTS_KEEP_MILLISECONDS

MIME_TYPE = "application/json"
PROVIDER = "provider"
"""The variable of every template that can be completed."""
Page = types.PaginatedRequestParams | None


def template(tool: Tool) -> str:
    """A tool's kind of address as an RFC 6570 template: `noun://{provider}/{noun_id}`."""
    return f"{tool.noun}://{{{PROVIDER}}}/{{{tool.noun}_id}}"


def read_address(uri: str) -> tuple[Tool, dict[str, Any]]:
    """Which look-up an address asks for, and its arguments.

    Raises:
        InvalidInput: the address is of no such kind.
    """
    scheme, _, rest = uri.partition("://")
    provider, _, id = rest.partition("/")
    for tool in LOOK_UPS.values():
        if tool.noun == scheme.lower() and provider and id:
            return tool, {PROVIDER: _decoded(provider), f"{tool.noun}_id": _decoded(id)}
    raise InvalidInput(f"No such resource. Addresses are {' and '.join(map(template, LOOK_UPS.values()))}.")


def _decoded(text: str) -> str:
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise InvalidInput("The address is not percent-encoded UTF-8.") from None


class Resources:
    """The handlers for resources and for completing a provider."""

    async def list(self, context: Context, params: Page) -> types.ListResourcesResult:
        # There is nothing to browse: people who attach an order know its id.
        return types.ListResourcesResult(resources=[], ttl_ms=LISTS_KEEP_MILLISECONDS, cache_scope="private")

    async def list_templates(self, context: Context, params: Page) -> types.ListResourceTemplatesResult:
        templates = [
            types.ResourceTemplate(
                name=tool.noun,
                title=tool.label,
                description=f"{tool.label} by id, as compact JSON; provider may be auto",
                uri_template=template(tool),
                mime_type=MIME_TYPE,
            )
            for tool in attachable(context.lifespan_context.config, caller_of(context))
        ]
        return types.ListResourceTemplatesResult(
            resource_templates=templates, ttl_ms=LISTS_KEEP_MILLISECONDS, cache_scope="private"
        )

    async def read(self, context: Context, params: types.ReadResourceRequestParams) -> types.ReadResourceResult:
        desk, caller, noun = context.lifespan_context, caller_of(context), Noun.ORDER
        try:
            tool, given = read_address(params.uri)
            noun = tool.noun
            if tool not in attachable(desk.config, caller):
                raise UnsupportedOperation(f"This caller may not read {noun}s in this way. Tell the user so.")
            answer = await desk.answer(caller, tool, given)
        except OrderMcpError as error:
            raise _not_read(params.uri, error, desk.refusal(caller, error, noun)) from None
        contents = types.TextResourceContents(uri=params.uri, mime_type=MIME_TYPE, text=compact(answer.structured))
        # An order may have moved on by the time somebody looks again.
        return types.ReadResourceResult(contents=[contents], ttl_ms=0, cache_scope="private")

    async def complete(self, context: Context, params: types.CompleteRequestParams) -> types.CompleteResult:
        about = params.ref.name if isinstance(params.ref, types.PromptReference) else params.ref.uri
        able = attachable(context.lifespan_context.config, caller_of(context))
        tools = {template(tool): tool for tool in able} | ({prompts.NAME: prompts.TOOL} if prompts.TOOL in able else {})
        names: list[str] = []
        if about in tools and params.argument.name == PROVIDER:
            names = [AUTO, *offered(tools[about], context.lifespan_context.config, caller_of(context))]
        values = [name for name in names if name.startswith(params.argument.value.lower())]
        return types.CompleteResult(completion=types.Completion(values=values, total=len(values), has_more=False))


def _not_read(uri: str, error: OrderMcpError, refusal: Refusal) -> MCPError:
    # A resource has no error result: the protocol's error carries the sentence, and the same object as data, with the
    # address that was asked for (https://modelcontextprotocol.io/specification/2026-07-28/server/resources).
    code = types.INVALID_PARAMS if isinstance(error, InvalidInput | NotFound) else types.INTERNAL_ERROR
    return MCPError(code, refusal.sentence, data={"uri": uri, **refusal.data})
