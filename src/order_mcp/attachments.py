"""What the server offers besides its tools: orders and carts as resources, completion of a provider, one prompt.

Speaks MCP, like `server`; what the words and addresses are is in `resources` and `prompts`, which do not.
"""

from collections.abc import Mapping
from typing import Any

import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError

from . import prompts, resources
from .config import Config
from .desk import Desk
from .errors import InvalidInput, NotFound, OrderMcpError
from .models import AUTO
from .present import compact

Context = ServerRequestContext[Desk]
Page = types.PaginatedRequestParams | None


def handlers(config: Config, caching: Mapping[str, Any]) -> dict[str, Any]:
    """The handlers to build the server with, by the name of its parameter."""
    orders, carts = [AUTO, *config.order_providers], [AUTO, *config.cart_providers]
    completions = {"order": orders, "cart": carts, "prompt": orders}

    async def list_resources(context: Context, params: Page) -> types.ListResourcesResult:
        # Nothing to browse: who wants to attach an order has its id.
        return types.ListResourcesResult(resources=[], **caching)

    async def list_templates(context: Context, params: Page) -> types.ListResourceTemplatesResult:
        return types.ListResourceTemplatesResult(resource_templates=_templates(), **caching)

    async def read_resource(context: Context, params: types.ReadResourceRequestParams) -> types.ReadResourceResult:
        text = await _read(context.lifespan_context, params.uri)
        contents = types.TextResourceContents(uri=params.uri, mime_type=resources.MIME_TYPE, text=text)
        # An order may have moved on by the time somebody looks again.
        return types.ReadResourceResult(contents=[contents], ttl_ms=0, cache_scope="private")

    async def complete(context: Context, params: types.CompleteRequestParams) -> types.CompleteResult:
        names = completions.get(_kind(params.ref), []) if params.argument.name == resources.PROVIDER else []
        values = [name for name in names if name.startswith(params.argument.value.lower())]
        return types.CompleteResult(completion=types.Completion(values=values, total=len(values), has_more=False))

    async def list_prompts(context: Context, params: Page) -> types.ListPromptsResult:
        return types.ListPromptsResult(prompts=[_prompt()], **caching)

    async def get_prompt(context: Context, params: types.GetPromptRequestParams) -> types.GetPromptResult:
        if params.name != prompts.NAME:
            raise MCPError(types.INVALID_PARAMS, f"Unknown prompt. This server has {prompts.NAME}.")
        try:
            text = prompts.order_status_reply(params.arguments or {}, list(config.providers))
        except InvalidInput as error:
            raise MCPError(types.INVALID_PARAMS, error.sentence) from None
        message = types.PromptMessage(role="user", content=types.TextContent(type="text", text=text))
        return types.GetPromptResult(description=prompts.DESCRIPTION, messages=[message])

    return {
        "on_list_resources": list_resources,
        "on_list_resource_templates": list_templates,
        "on_read_resource": read_resource,
        "on_completion": complete,
        "on_list_prompts": list_prompts,
        "on_get_prompt": get_prompt,
    }


async def _read(desk: Desk, uri: str) -> str:
    try:
        model, arguments = resources.read_address(uri)
        return compact((await desk.answer(model, arguments)).structured)
    except OrderMcpError as error:
        raise _refusal(desk, uri, error) from None


def _refusal(desk: Desk, uri: str, error: OrderMcpError) -> MCPError:
    # A resource has no error result: the protocol's error carries the sentence, and the same object as data, with the
    # address that was asked for (https://modelcontextprotocol.io/specification/2026-07-28/server/resources).
    code = types.INVALID_PARAMS if isinstance(error, InvalidInput | NotFound) else types.INTERNAL_ERROR
    refusal = desk.refusal(error)
    return MCPError(code, refusal.sentence, data={"uri": uri, **refusal.data})


def _templates() -> list[types.ResourceTemplate]:
    return [
        types.ResourceTemplate(
            name=template.noun,
            title=template.title,
            description=f"{template.title} by id, as compact JSON; provider may be auto",
            uri_template=template.uri,
            mime_type=resources.MIME_TYPE,
        )
        for template in resources.TEMPLATES
    ]


def _kind(ref: types.ResourceTemplateReference | types.PromptReference) -> str:
    if isinstance(ref, types.PromptReference):
        return "prompt" if ref.name == prompts.NAME else ""
    return next((template.noun for template in resources.TEMPLATES if template.uri == ref.uri), "")


def _prompt() -> types.Prompt:
    arguments = [
        types.PromptArgument(name=a.name, description=a.description, required=a.default is None)
        for a in prompts.ARGUMENTS
    ]
    return types.Prompt(name=prompts.NAME, title=prompts.TITLE, description=prompts.DESCRIPTION, arguments=arguments)
