"""What every provider shares: one look-up, one reading of refusals, one way to build an address."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar, Generic, TypeVar
from urllib.parse import quote

from anyio.lowlevel import checkpoint
from pydantic import SecretStr, ValidationError

from ..errors import (
    BadResponse,
    Forbidden,
    InvalidInput,
    NotFound,
    OrderMcpError,
    RateLimited,
    Unauthorized,
    UnsupportedOperation,
    UpstreamError,
)
from ..http import Channel
from ..models import NOUN, Cart, Operation, Order, Record
from ..responses import Response
from .settings import ProviderSettings
from .wire import Reader, TooMuch, Wire, decode

WireType = TypeVar("WireType", bound=Wire)
RecordType = TypeVar("RecordType", Order, Cart)
SettingsType = TypeVar("SettingsType", bound=ProviderSettings)
Translation = Callable[[WireType, Reader], RecordType]
"""What the provider's object means in the vocabulary."""


class Provider(Generic[SettingsType]):
    """One commerce back end. A subclass says what is its own; capability is what it overrides."""

    name: ClassVar[str]
    title: ClassVar[str]
    Settings: ClassVar[type[ProviderSettings]]
    tells: ClassVar[str]
    """What its answers hold, for the provider table."""
    signs_in_with: ClassVar[str]
    """How it signs in, for the provider table."""
    privacy_policy: ClassVar[str] = ""
    """Where it says what it does with personal data, for hosts that show that."""
    states_period: ClassVar[bool] = True
    """Whether its totals are for the whole order; where they may recur, the period is not documented."""
    not_found_hint: ClassVar[dict[Operation, str]] = {}
    """What else "not found" may mean here."""
    impossible_id: ClassVar[str] = "order-mcp-doctor-0"
    """An id that no order has, for trying a credential without reading anybody's data."""

    def __init__(self, settings: SettingsType, channel: Channel) -> None:
        self.settings = settings
        self.channel = channel

    # What a subclass may override

    async def headers(self) -> Mapping[str, str]:
        """The headers that sign a request in."""
        return {}

    @classmethod
    def refused_id(cls, id: str) -> str | None:
        """Why this provider could not have such an id, or None where it could."""
        return None

    def secrets(self) -> set[str]:
        """The credentials in use, so that none is ever shown."""
        return {value.get_secret_value() for _, value in self.settings if isinstance(value, SecretStr)}

    def is_missing(self, body: Any) -> bool:
        """Whether a 404's body is the provider's own way of saying that there is no such order."""
        return False

    def status(self, response: Response, body: Any) -> int:
        """The status that counts, where the provider has another one than HTTP's."""
        return response.status

    async def get_order(self, order_id: str) -> Order:
        raise self.unsupported("get_order")

    async def get_cart(self, cart_id: str) -> Cart:
        raise self.unsupported("get_cart")

    # What all of them share

    @classmethod
    def supports(cls, operation: Operation) -> bool:
        """Whether the provider has such a thing at all."""
        return getattr(cls, operation) is not getattr(Provider, operation)

    @classmethod
    def unsupported(cls, operation: Operation) -> UnsupportedOperation:
        """The error for a thing that the provider does not have."""
        return UnsupportedOperation(
            f"{cls.title} has no {NOUN[operation]}s that can be looked up. Tell the user so.", provider=cls.name
        )

    async def look_up(self, operation: Operation, id: str) -> Record:
        """One order or cart, stamped with the moment of asking, within the deadline.

        Raises:
            OrderMcpError: whatever went wrong; see `errors`.
        """
        if reason := self.refused_id(id):
            raise InvalidInput(reason, provider=self.name)
        asked_at = datetime.now(UTC).replace(tzinfo=None, microsecond=0).isoformat() + "Z"
        with self.channel.deadline():
            record: Record = await getattr(self, operation)(id)
        return record.model_copy(update={"as_of": asked_at})

    async def fetch(
        self, operation: Operation, model: type[WireType], translate: Translation[WireType, RecordType], *segments: str
    ) -> RecordType:
        """GET `base_url/segments…`, read the body as `model` and translate it. The last segment is the id."""
        response = await self.channel.request("GET", self.url(*segments), headers=await self.headers())
        wire, read = self.read(operation, model, response)
        # A long order takes a while: in between others have their turn.
        await checkpoint()
        record = translate(wire, read)
        await checkpoint()
        if record.id != segments[-1]:
            # Whatever else is on this connection may be somebody else's too.
            await response.drop()
            raise self.bad_response(f"answered with another {NOUN[operation]} than the one asked for")
        return record

    def read(self, operation: Operation, model: type[WireType], response: Response) -> tuple[WireType, Reader]:
        """Turn a response into the provider's own object, with a reader for its values, or into the error it means."""
        try:
            body = decode(response.body)
        except (ValueError, RecursionError):
            body = None  # a refusal may be HTML; a success may not
        except TooMuch:
            raise self.bad_response("sent more than any order holds") from None
        if error := self.refusal(operation, response, body):
            raise error
        if body is None:
            raise self.bad_response("sent something that is not JSON")
        context: dict[str, bool] = {}
        try:
            wire = model.model_validate(body, context=context)
        except (ValidationError, RecursionError):
            raise self.bad_response("sent JSON of another shape than its documentation shows") from None
        except TooMuch:
            raise self.bad_response("sent more than any order holds") from None
        return wire, Reader(dropped=bool(context))

    def url(self, *segments: str) -> str:
        """An address below the base address; each segment is percent-encoded as a whole."""
        return "/".join([self.settings.address, *(quote(segment, safe="") for segment in segments)])

    def refusal(self, operation: Operation, response: Response, body: Any) -> OrderMcpError | None:
        """What a status that is not a success means: the one place where that is read."""
        status, title, noun = self.status(response, body), self.title, NOUN[operation]
        extra: dict[str, Any] = {"provider": self.name, "request_id": self.request_id(body)}
        if 200 <= status < 300:
            return None
        if status in (400, 422):
            return InvalidInput(f"{title} refused this id as malformed. Check it and send it as it is there.", **extra)
        if status == 401:
            return Unauthorized(f"{title} refused the credential. The operator has to renew it.", **extra)
        if status == 403:
            return Forbidden(
                f"The credential for {title} lacks the right to read this {noun}. The operator has to grant it.",
                **extra,
            )
        if status == 404 and self.is_missing(body):
            return NotFound(self.not_found(operation), **extra)
        if status == 404:
            return self.bad_response(
                f"did not answer like its API: this address does not look like {title}'s API", body
            )
        extra["retry_after_seconds"] = response.retry_after_seconds
        if status == 429:
            wait = f"{response.retry_after_seconds} seconds" if response.retry_after_seconds else "a little"
            return RateLimited(f"{title} asks for fewer requests. Wait {wait}, then try again.", **extra)
        if 500 <= status < 600:
            return UpstreamError(f"{title} has a problem of its own at the moment. Try again in a minute.", **extra)
        return self.bad_response("answered with a status that its documentation does not list", body)

    def request_id(self, body: Any) -> str | None:
        """The provider's own id of the request, for its support, where the body names one."""
        given = body.get("requestId") if isinstance(body, dict) else None
        if not isinstance(given, str) or any(secret in given for secret in self.secrets()):
            return None
        return given

    def not_found(self, operation: Operation) -> str:
        """The sentence for "no such order", with what else it may mean here."""
        hint = self.not_found_hint.get(operation, "")
        return f"{self.title} has no such {NOUN[operation]}. Check the id.{hint and ' ' + hint}"

    def bad_response(self, what: str, body: Any = None) -> BadResponse:
        """The error for an answer that makes no sense."""
        return BadResponse(
            f"{self.title} {what}. Tell the operator.", provider=self.name, request_id=self.request_id(body)
        )
