"""The ASGI application of one process: the SDK's streamable HTTP, behind a door."""

import logging
from typing import Any
from urllib.parse import urlsplit

from mcp.server.auth.settings import AuthSettings
from mcp.server.transport_security import TransportSecuritySettings
from pydantic import AnyHttpUrl
from sse_starlette.sse import AppStatus
from starlette.middleware import Middleware
from starlette.responses import JSONResponse
from starlette.routing import Route

from ..caller import SCOPES
from ..config import Config
from ..protocol.server import build_server
from .admission import Admission, Verifier
from .audit import AuditLog
from .callers import Callers, Known
from .counts import Counts
from .door import Door, Public
from .overseen import overseen
from .telemetry import Telemetry, without_strangers_words
from .tokens import Tokens

log = logging.getLogger("order_mcp")
USUAL_RATE = "120/minute"
NOBODYS_ISSUER = AnyHttpUrl("http://localhost")
"""The SDK wants one also where no token is taken."""
METADATA = "/.well-known/oauth-protected-resource"


def callers_of(config: Config) -> Callers:
    """Everybody who may call.

    Raises:
        ConfigurationError: the file of callers is not right.
    """
    return Callers(config, config.hosted.rate_limit or (USUAL_RATE if config.hosted.authenticates else "none"))


def checked(config: Config) -> Callers:
    """The callers, after trying all that would keep a process from serving.

    Raises:
        ConfigurationError: one of these settings is not right.
    """
    Counts(config.hosted.storage)
    if config.hosted.audit_log:
        AuditLog(config.hosted.audit_log, None).close()
    return callers_of(config)


def http_app(config: Config) -> Door:
    """The application: stateless, answers as server-sent events so that a client that leaves cancels its call."""
    hosted, callers, counts = config.hosted, callers_of(config), Counts(config.hosted.storage)
    server = build_server(config, overseen(config, counts, Telemetry(), budgets=hosted.authenticates))
    server.middleware.insert(0, without_strangers_words)
    anybody = None if hosted.authenticates else Known(config.caller, hosted.rate_limit or "none")
    tokens = Tokens(hosted.issuer, hosted.audience or "", hosted.customer_claim) if hosted.issuer else None
    app = server.streamable_http_app(
        stateless_http=True,
        json_response=False,
        # The door compares hosts and origins, and more strictly.
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        auth=AuthSettings(issuer_url=NOBODYS_ISSUER, resource_server_url=None) if hosted.authenticates else None,
        token_verifier=Verifier(callers, tokens) if hosted.authenticates else None,
        custom_starlette_routes=_metadata(hosted.public_url, hosted.issuer)
        if hosted.public_url and hosted.authenticates
        else None,
    )
    app.router.redirect_slashes = False
    # Behind the SDK's authentication, which is all that stands in the list so far.
    app.user_middleware.append(
        Middleware(
            Admission,
            callers=callers,
            counts=counts,
            anybody=anybody,
            metadata=_metadata_address(hosted.public_url) if hosted.public_url else None,
        )
    )
    # The library would end every stream at the first sign of a stop. Ours end by themselves, with their answer.
    AppStatus.disable_automatic_graceful_drain()  # type: ignore[no-untyped-call]
    ready = config.problem is None and any(config.accounts[name].setup.settings for name in config.usable)
    return Door(app, Public.of(hosted.public_url), callers.headers, lambda: ready)


def _metadata_address(resource: str) -> str:
    """Where a resource's metadata is (RFC 9728, 3.1)."""
    parts = urlsplit(resource)
    return f"{parts.scheme}://{parts.netloc}{METADATA}{'' if parts.path == '/' else parts.path}"


def _metadata(resource: str, issuer: str | None) -> list[Route]:
    """Protected-resource metadata. Where keys are the only way in, it names no authorization server.

    Addresses stand in it letter by letter as the operator wrote them: clients compare them with what the authorization
    server says of itself, and ask for tokens for them. The SDK's own route would write a slash behind a bare host.
    """
    said = {
        "resource": resource,
        **({"authorization_servers": [issuer]} if issuer else {}),
        "scopes_supported": list(SCOPES),
        "bearer_methods_supported": ["header"],
    }

    async def tell(_: Any) -> JSONResponse:
        return JSONResponse(said)

    return [Route(urlsplit(_metadata_address(resource)).path, tell)]
