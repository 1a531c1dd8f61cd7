"""What every provider shares: the look-up, the meaning of refusals, how an address is built."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from pydantic import SecretStr, ValidationError

from ..errors import (
    BadResponse,
    InvalidInput,
    NotFound,
    OrderMcpError,
)
from ..finding import Held, How, Limits, Question, Searched
from ..models import Cart, Noun, Order, Record
from ..wording import now
from .addresses import path_of
from .channel import LONG_LIST_BYTES, RETRY_STATUS, Channel, Retried
from .introduction import Introduction
from .reader import Reader
from .refusals import NO_LIST, OddOrder, cannot_have, oddity, refusal, unsupported
from .responses import Response
from .search import Search
from .settings import ProviderSettings
from .watch import OnAttempt
from .wire import TooMuch, WireType, decode, read_wire

RecordType = TypeVar("RecordType", Order, Cart)
Seen = TypeVar("Seen")
SettingsType = TypeVar("SettingsType", bound=ProviderSettings)
Translation = Callable[[WireType, Reader], RecordType]
"""What the provider's object means in the vocabulary."""


class Provider(Introduction, Generic[SettingsType]):
    """One commerce back end. A subclass says what is its own; capability is what it overrides."""

    def __init__(self, account: str, settings: SettingsType, channel: Channel) -> None:
        self.account = account
        """What it is called here: what `provider` is in a call and in an answer."""
        self.account_title = self.title
        """What people call it here, where one provider has several accounts."""
        self.settings = settings
        self.channel = channel

    # What a subclass may override. Errors may contain `{provider}` and `{noun}`, which are filled in.

    def headers(self) -> Mapping[str, str]:
        """The headers that sign a request in."""
        return {}

    @classmethod
    def why_refused(cls, id: str) -> str | None:
        """Why this provider could not have such an id ("its ids are …"), or None where it could."""
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
        raise unsupported()

    async def get_cart(self, cart_id: str) -> Cart:
        raise unsupported()

    @classmethod
    def finds_by(cls, settings: SettingsType | None) -> Mapping[Held, How]:
        """What orders can be found by, and how. Without settings, what may be possible once it is set up."""
        return {}

    async def find_orders(self, search: Search) -> None:
        """Read what may hold the orders in question, and let the search compare it."""
        raise unsupported()

    # What all of them share

    @classmethod
    def has(cls, noun: Noun) -> bool:
        """Whether the provider has such a thing at all."""
        return getattr(cls, f"get_{noun}") is not getattr(Provider, f"get_{noun}")

    async def look_up(self, noun: Noun, id: str, on_attempt: OnAttempt) -> Record:
        """Look up one order or cart within the deadline. Adds provider and time, and names both in errors.

        Raises:
            OrderMcpError: whatever went wrong; see `errors`.
        """
        asked_at = now()
        with self._asking(noun, on_attempt):
            if reason := self.why_refused(id):
                raise cannot_have(reason)
            record: Record = await getattr(self, f"get_{noun}")(id)
        return record.model_copy(update={"provider": self.account, "as_of": asked_at})

    async def find(self, question: Question, limits: Limits, on_attempt: OnAttempt) -> Searched:
        """Find orders within the deadline. What was looked at before something failed is kept.

        Raises:
            OrderMcpError: whatever went wrong before anything was looked at.
        """
        search = Search(question, limits)
        try:
            with self._asking(Noun.ORDER, on_attempt):
                await self.find_orders(search)
        except OrderMcpError as error:
            if not search.looked_at:
                raise
            search.ends(error)
        return search.searched(self.account, self.account_title, self.finds_by(self.settings)[question.held])

    @contextmanager
    def _asking(self, noun: Noun, on_attempt: OnAttempt) -> Iterator[None]:
        """One question: within the deadline, and with the names filled in where it fails."""
        try:
            with self.channel.deadline(on_attempt):
                yield
        except OrderMcpError as error:
            told = error.said_of(self.account, self.account_title, noun)
            # A provider of another package may have put one there.
            for secret in filter(None, self.secrets()):
                told.sentence = told.sentence.replace(secret, "(withheld)")
            raise told from None

    async def fetch(
        self,
        model: type[WireType],
        translate: Translation[WireType, RecordType],
        *segments: str,
        headers: Mapping[str, str] | None = None,
        **query: str | int,
    ) -> RecordType:
        """GET `base_url/segments…?query`, read the body as `model` and translate it. The last segment is the id.

        `headers` sign this request in instead of what signs in the others.
        """
        path = path_of(*segments, **query)
        response = await (self.get(path) if headers is None else self.channel.request("GET", path, headers=headers))
        record = await self.channel.take_apart(response.body, lambda: translate(*self.read(model, response)))
        if record.id != segments[-1]:
            # More answers on this connection may belong to other requests.
            await response.drop()
            raise self.odd("answered with another {noun} than the one asked for")
        return record

    async def listed(
        self, model: type[WireType], *segments: str, look: Callable[[WireType], Seen], **query: str | int
    ) -> Seen:
        """GET a list below `base_url/segments…` and look at it. Every value of the query is percent-encoded.

        Raises:
            OrderMcpError: whatever went wrong; that there is no such list, or no such filter, is `bad_response`.
        """
        # A search that is refused says so, and does not knock again.
        response = await self.get(path_of(*segments, **query), retried=frozenset())
        try:
            return await self.channel.take_apart(
                response.body, lambda: look(self.read(model, response)[0]), LONG_LIST_BYTES
            )
        except NotFound:
            raise self.bad_response(NO_LIST) from None
        except InvalidInput:
            raise self.bad_response("refused to search in this way") from None

    async def get(self, path: str, *, retried: Retried = RETRY_STATUS) -> Response:
        """Ask for a path below the provider's address, signed in."""
        return await self.channel.request("GET", path, headers=self.headers(), retried=retried)

    def read(self, model: type[WireType], response: Response) -> tuple[WireType, Reader]:
        """Turn a response into the provider's own object, with a reader for its values, or into the error it means."""
        try:
            body = decode(response.body)
        except (ValueError, RecursionError):
            body = None  # a refusal may be HTML; a success may not
        except TooMuch:
            raise self.odd("sent more than any order holds") from None
        if error := self.error_for(response, body):
            raise error
        if body is None:
            raise self.bad_response("sent something that is not JSON")
        try:
            body = model.unwrapped(body)
            wire, is_lossy = read_wire(model, body)
        except (ValidationError, RecursionError):
            raise self.odd("sent JSON of another shape than its documentation shows") from None
        except TooMuch:
            raise self.odd("sent more than any order holds") from None
        return wire, Reader(dropped=is_lossy)

    def error_for(self, response: Response, body: Any) -> OrderMcpError | None:
        """The error that a response means, or None for a success. Every status is read here."""
        status, request_id = self.status(response, body), self.request_id(body)
        if 200 <= status < 300:
            return None
        if status == 404 and self.is_missing(body):
            return NotFound("{provider} has no such {noun}. Check the id.", request_id=request_id)
        return refusal(status, response.retry_after_seconds, request_id) or self.bad_response(oddity(status), body)

    def request_id(self, body: Any) -> str | None:
        """The provider's own id of the request, for its support, where the body names one."""
        given = body.get("requestId") if isinstance(body, dict) else None
        if not isinstance(given, str) or any(secret in given for secret in self.secrets()):
            return None
        return given

    def bad_response(self, what: str, body: Any = None) -> BadResponse:
        """The error for an answer that makes no sense."""
        return BadResponse(f"{{provider}} {what}. Tell the operator.", request_id=self.request_id(body))

    def odd(self, what: str) -> OddOrder:
        """The same for an order that makes no sense, where others may."""
        return OddOrder(self.bad_response(what).sentence)
