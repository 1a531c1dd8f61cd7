"""Senmo's tokens: fetched, renewed ahead of time and once for everybody, and never asked for in vain."""

import json
import logging
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import ExitStack
from types import SimpleNamespace
from typing import Any

import anyio
import mcp_types as types
import pytest
from mcp.client import Client

from order_mcp.providers import signin
from order_mcp.sandbox import Exchange, Running, running
from order_mcp.sandbox.senmo import PASSWORD, USERNAME
from order_mcp.sandbox.senmo import Senmo as Emulator
from order_mcp.testing.stub import Asked, Reply, Stub, serving

from .conftest import connected, environment, error_of, found, sentence_of
from .processes import happens

KNOWN = "issue-1"


class Box:
    """A sandbox's Senmo, and what it was asked."""

    def __init__(self, served: Running) -> None:
        self.address = served.environment["SENMO_BASE_URL"]
        self.requests = served.sandbox.requests
        senmo = served.sandbox.emulators["senmo"]
        assert isinstance(senmo, Emulator)
        self.senmo = senmo

    @property
    def by_password(self) -> dict[str, str]:
        return {"SENMO_BASE_URL": self.address, "SENMO_USERNAME": USERNAME, "SENMO_PASSWORD": PASSWORD}

    @property
    def by_refresh_token(self) -> dict[str, str]:
        return {"SENMO_BASE_URL": self.address, "SENMO_REFRESH_TOKEN": self.senmo.issue()["refreshToken"]}

    def by_id_token(self, seconds: float = 3600) -> dict[str, str]:
        self.senmo.token_seconds = seconds
        token = self.senmo.issue()["idToken"]
        self.senmo.token_seconds = 3600
        return {"SENMO_BASE_URL": self.address, "SENMO_ID_TOKEN": token}

    @property
    def asked(self) -> tuple[int, int, int]:
        """Sign-ins, renewals, look-ups."""
        return self.senmo.sign_ins, self.senmo.renewals, len(self.look_ups)

    @property
    def look_ups(self) -> list[Exchange]:
        return [each for each in self.requests if each.method == "GET"]


@pytest.fixture
def box() -> Iterator[Box]:
    with running(port=0) as served:
        yield Box(served)


@pytest.fixture(autouse=True)
def no_token_is_ever_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.set_level(logging.DEBUG, logger="order_mcp")
    yield
    for record in caplog.records:
        if record.name.startswith("order_mcp"):
            assert "eyJ" not in record.getMessage() and PASSWORD not in record.getMessage()


async def ask(client: Client, id: str = KNOWN) -> types.CallToolResult:
    return await client.call_tool("get_order", {"order_id": id, "provider": "senmo"})


async def ask_at_once(client: Client, calls: int) -> list[types.CallToolResult]:
    results: list[types.CallToolResult] = []

    async def note() -> None:
        results.append(await ask(client))

    async with anyio.create_task_group() as group:
        for _ in range(calls):
            group.start_soon(note)
    return results


def jwt(**claims: Any) -> str:
    parts = [json.dumps(part).encode() for part in ({"alg": "none"}, claims)]
    return ".".join([*(urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts), "signature"])


def issued(token: str, **more: str) -> Reply:
    return Reply(json={"statusCode": 200, "statusMessage": "OK", "tokens": {"idToken": token, **more}})


# Three ways in ------------------------------------------------------------------------------------------------------


async def test_user_name_and_password_sign_in_once_for_many_calls(box: Box) -> None:
    async with connected(box.by_password) as client:
        for _ in range(5):
            assert found(await ask(client))["id"] == KNOWN
    assert box.asked == (1, 0, 5)


async def test_a_refresh_token_is_enough(box: Box) -> None:
    async with connected(box.by_refresh_token) as client:
        for _ in range(3):
            found(await ask(client))
    assert box.asked == (0, 1, 3)


async def test_an_id_token_is_used_as_it_is(box: Box) -> None:
    async with connected(box.by_id_token()) as client:
        for _ in range(3):
            found(await ask(client))
    assert box.asked == (0, 0, 3)


async def test_of_several_ways_the_id_token_comes_first_then_the_refresh_token(box: Box) -> None:
    everything = box.by_password | box.by_refresh_token | box.by_id_token()
    async with connected(everything) as client:
        found(await ask(client))
        assert box.asked == (0, 0, 1)
        box.senmo.revoke_all()
        found(await ask(client))
    assert box.asked == (0, 1, 3)


async def test_a_refused_refresh_token_falls_back_on_the_password(box: Box) -> None:
    async with connected(box.by_password | {"SENMO_REFRESH_TOKEN": "unheard-of"}) as client:
        found(await ask(client))
    assert box.asked == (1, 1, 1)


async def test_the_requests_are_the_documented_ones() -> None:
    token = jwt(exp=time.time() + 3600)
    with serving() as stub:
        stub.reply = lambda asked: issued(token) if asked.method == "POST" else Reply(404)
        ways = ({"SENMO_USERNAME": "ada", "SENMO_PASSWORD": "pw"}, {"SENMO_REFRESH_TOKEN": "r-1"})
        for way in ways:
            async with connected({"SENMO_BASE_URL": stub.origin} | way) as client:
                await ask(client)
    login, look_up, renewal, _ = stub.asked
    assert (login.method, login.path) == ("POST", "/v1/auth")
    assert json.loads(login.body) == {"username": "ada", "password": "pw"}
    assert (renewal.method, renewal.path) == ("POST", "/v1/auth/refreshtoken")
    assert json.loads(renewal.body) == {"refreshtoken": "r-1"}, "all lower case, unlike the answer's refreshToken"
    for request in (login, renewal):
        assert request.headers["content-type"] == "application/json"
        assert "authorization" not in request.headers
    assert (look_up.method, look_up.path) == ("GET", f"/v1/order/{KNOWN}")
    assert look_up.headers["authorization"] == f"Bearer {token}"
    assert look_up.headers["content-type"] == "application/json"


async def test_a_refresh_token_that_comes_with_the_answer_is_the_next_one_to_use() -> None:
    sent: list[Any] = []

    def reply(asked: Asked) -> Reply:
        if asked.method == "GET":
            return Reply(401, json={"message": "Unauthorized"})
        sent.append(json.loads(asked.body))
        return issued(jwt(exp=time.time() + 3600), refreshToken=f"r-{len(sent) + 1}")

    with serving() as stub:
        stub.reply = reply
        async with connected({"SENMO_BASE_URL": stub.origin, "SENMO_REFRESH_TOKEN": "r-1"}) as client:
            await ask(client)
    assert sent == [{"refreshtoken": "r-1"}, {"refreshtoken": "r-2"}]


# Renewal ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("seconds_left", "renewals"), [(-5, 1), (30, 1), (58, 1), (90, 0)])
async def test_a_token_is_renewed_a_minute_ahead(seconds_left: float, renewals: int, box: Box) -> None:
    async with connected(box.by_refresh_token | box.by_id_token(seconds_left)) as client:
        found(await ask(client))
    assert box.asked == (0, renewals, 1), "no look-up was refused on the way"


async def test_a_token_that_was_signed_in_for_is_renewed_too(box: Box) -> None:
    box.senmo.token_seconds = 61
    async with connected(box.by_password) as client:
        found(await ask(client))
        assert box.asked == (1, 0, 1)
        box.senmo.token_seconds = 3600
        with anyio.fail_after(10):
            while box.senmo.renewals == 0:
                found(await ask(client))
                await anyio.sleep(0.05)
        found(await ask(client))
    assert box.asked[:2] == (1, 1), "with the refresh token that came along"
    assert {each.ended for each in box.look_ups} == {"answered"}


async def test_a_token_that_lives_for_less_than_a_minute_is_still_used_more_than_once(box: Box) -> None:
    box.senmo.token_seconds = 40
    async with connected(box.by_password) as client:
        for _ in range(5):
            found(await ask(client))
    assert box.asked == (1, 0, 5)


@pytest.mark.parametrize(
    "token",
    [
        "opaque",
        "a.b.c",
        jwt(sub="ada"),
        jwt(exp="never"),
        jwt(exp=None),
        jwt(exp=[1]),
        jwt(exp=True),
        jwt(exp="1"),
        jwt(exp="nan"),
        "e30." + urlsafe_b64encode(b'{"exp":1e999}').decode() + ".x",
        "e30." + urlsafe_b64encode(b'{"exp":-1e999}').decode() + ".x",
        "e30." + urlsafe_b64encode(b'{"exp":NaN}').decode() + ".x",
        "e30." + urlsafe_b64encode(b"[" * 5000).decode() + ".x",
    ],
)
async def test_a_token_without_a_readable_expiry_is_used_until_it_is_refused(token: str) -> None:
    with serving() as stub:
        stub.reply = Reply(201, json={"order": {"id": KNOWN}})
        variables = {"SENMO_BASE_URL": stub.origin, "SENMO_ID_TOKEN": token, "SENMO_REFRESH_TOKEN": "r"}
        async with connected(variables) as client:
            found(await ask(client))
    assert [(asked.method, asked.headers.get("authorization")) for asked in stub.asked] == [("GET", f"Bearer {token}")]


async def test_a_token_that_is_expired_when_it_comes_is_used_for_the_clocks_may_disagree() -> None:
    with serving() as stub:
        late = issued(jwt(exp=time.time() - 7200))
        stub.reply = lambda asked: late if asked.method == "POST" else Reply(201, json={"order": {"id": KNOWN}})
        variables = {"SENMO_BASE_URL": stub.origin, "SENMO_USERNAME": "ada", "SENMO_PASSWORD": "pw"}
        async with connected(variables) as client:
            for _ in range(3):
                found(await ask(client))
    assert [asked.method for asked in stub.asked] == ["POST", "GET", "GET", "GET"]


async def test_fifty_callers_without_a_token_share_one_sign_in(box: Box) -> None:
    box.senmo.sign_in_delay = 0.2
    async with connected(box.by_password) as client:
        for result in await ask_at_once(client, 50):
            found(result)
    assert box.asked == (1, 0, 50)


async def test_fifty_callers_with_an_expiring_token_share_one_renewal(box: Box) -> None:
    async with connected(box.by_refresh_token | box.by_id_token(30)) as client:
        box.senmo.sign_in_delay = 0.2
        for result in await ask_at_once(client, 50):
            found(result)
    assert box.asked == (0, 1, 50)


async def test_fifty_callers_with_a_revoked_token_share_one_renewal(box: Box) -> None:
    async with connected(box.by_refresh_token) as client:
        found(await ask(client))
        box.senmo.revoke_all()
        box.senmo.sign_in_delay = 0.2
        for result in await ask_at_once(client, 50):
            found(result)
    assert box.senmo.renewals == 2
    assert len(box.look_ups) <= 1 + 2 * 50


async def test_after_a_refusal_the_look_up_is_tried_once_more_with_a_new_token(box: Box) -> None:
    async with connected(box.by_password) as client:
        found(await ask(client))
        box.senmo.revoke_all()
        found(await ask(client))
    assert box.asked == (1, 1, 3)


async def test_a_new_token_that_is_refused_too_is_unauthorized_and_that_is_that() -> None:
    tokens = [jwt(exp=time.time() + 3600, n=number) for number in range(9)]
    unused = iter(tokens)
    with serving() as stub:
        stub.reply = lambda asked: issued(next(unused)) if asked.method == "POST" else Reply(401, json={})
        variables = {"SENMO_BASE_URL": stub.origin, "SENMO_USERNAME": "ada", "SENMO_PASSWORD": "pw"}
        async with connected(variables) as client:
            result = await ask(client)
    assert (error_of(result)["code"], error_of(result)["next_step"]) == ("unauthorized", "tell_operator")
    assert [asked.method for asked in stub.asked] == ["POST", "GET", "POST", "GET"]
    assert not any(token in result.model_dump_json() for token in tokens)


async def test_a_static_id_token_cannot_be_renewed(box: Box) -> None:
    async with connected(box.by_id_token(-5)) as client:
        error = error_of(await ask(client))
    assert (error["code"], error["provider"], error["retryable"]) == ("unauthorized", "senmo", False)
    assert box.asked == (0, 0, 1)


# Refused, down, slow ------------------------------------------------------------------------------------------------


async def test_a_refused_sign_in_is_remembered(box: Box) -> None:
    box.senmo.refuse_sign_in = True
    async with connected(box.by_password) as client:
        results = [await ask(client) for _ in range(5)] + await ask_at_once(client, 20)
        assert {error_of(result)["code"] for result in results} == {"unauthorized"}
        assert {error_of(result)["next_step"] for result in results} == {"tell_operator"}
        assert box.asked == (1, 0, 0), "no account gets locked by an agent that asks again and again"
        box.senmo.refuse_sign_in = False
        assert error_of(await ask(client))["code"] == "unauthorized"
    assert box.asked == (1, 0, 0)
    assert "five minutes" in sentence_of(results[0])


async def test_a_refused_sign_in_is_forgotten_after_five_minutes(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    box.senmo.refuse_sign_in = True
    async with connected(box.by_password) as client:
        await ask(client)
        box.senmo.refuse_sign_in = False
        for seconds, code in ((290, "unauthorized"), (301, None)):
            later = time.monotonic() + seconds
            # The clock of this module only: the event loops go by the real one.
            monkeypatch.setattr(signin, "time", SimpleNamespace(time=time.time, monotonic=lambda later=later: later))
            result = await ask(client)
            assert result.is_error == (code is not None)
        found(result)
    assert box.asked == (2, 0, 1)


async def test_a_refused_renewal_is_remembered_too(box: Box) -> None:
    async with connected(box.by_refresh_token) as client:
        found(await ask(client))
        box.senmo.revoke_all()
        box.senmo.refuse_sign_in = True
        for _ in range(4):
            assert error_of(await ask(client))["code"] == "unauthorized"
    assert box.senmo.renewals == 2


@pytest.mark.parametrize("status", [400, 401, 403])
async def test_every_way_of_refusing_a_sign_in_is_remembered(status: int) -> None:
    with serving() as stub:
        stub.reply = Reply(status, json={"statusCode": status, "statusMessage": "no"})
        variables = {"SENMO_BASE_URL": stub.origin, "SENMO_USERNAME": "ada", "SENMO_PASSWORD": "pw-1234"}
        async with connected(variables) as client:
            for _ in range(3):
                error = error_of(await ask(client))
                assert (error["code"], error["provider"]) == ("unauthorized", "senmo")
    assert len(stub.asked) == 1


async def test_a_sign_in_that_is_down_is_its_own_failure_and_not_remembered(box: Box) -> None:
    box.senmo.down = True
    async with connected(box.by_password) as client:
        error = error_of(await ask(client))
        assert (error["code"], error["retryable"], error["next_step"]) == ("upstream_error", True, "retry_later")
        assert box.look_ups == []
        box.senmo.down = False
        found(await ask(client))


async def test_a_sign_in_that_is_slow_is_a_timeout_and_not_remembered(box: Box) -> None:
    box.senmo.sign_in_delay = 20
    limits = {"ORDER_MCP_TIMEOUT_SECONDS": "0.3", "ORDER_MCP_DEADLINE_SECONDS": "5"}
    async with connected(box.by_password | limits) as client:
        started = time.monotonic()
        error = error_of(await ask(client))
        assert time.monotonic() - started < 2
        assert (error["code"], error["provider"], error["retryable"]) == ("timeout", "senmo", True)
        box.senmo.sign_in_delay = 0
        found(await ask(client))
    assert box.asked == (2, 0, 1)


async def test_the_deadline_is_around_the_sign_in_as_well(box: Box) -> None:
    box.senmo.sign_in_delay = 0.7
    limits = {"ORDER_MCP_TIMEOUT_SECONDS": "1", "ORDER_MCP_DEADLINE_SECONDS": "1"}
    async with connected(box.by_password | limits) as client:
        started = time.monotonic()
        assert error_of(await ask(client, "bad_slow"))["code"] == "timeout"
    assert time.monotonic() - started < 1.6
    assert box.asked == (1, 0, 1)


async def test_a_sign_in_that_nobody_answers_is_unreachable() -> None:
    with serving() as stub:
        origin = stub.origin
    variables = {"SENMO_BASE_URL": origin, "SENMO_USERNAME": "ada", "SENMO_PASSWORD": "pw"}
    async with connected(variables) as client:
        assert error_of(await ask(client))["code"] == "unreachable"


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, body="<html>"),
        Reply(200, json={}),
        Reply(200, json={"tokens": {"accessToken": "x"}}),
        Reply(200, json={"tokens": {"idToken": "no\nheader"}}),
        Reply(404, body="<html>"),
        Reply(404, json={"statusCode": 404, "statusMessage": "Order not found or does not belong to you"}),
        Reply(404, json={"statusCode": 404, "statusMessage": "Not Found"}),
        Reply(302, headers={"Location": "/elsewhere"}),
    ],
)
async def test_a_sign_in_that_is_no_sign_in_is_a_bad_response(reply: Reply, stub: Stub) -> None:
    stub.reply = reply
    variables = {"SENMO_BASE_URL": stub.origin, "SENMO_USERNAME": "ada", "SENMO_PASSWORD": "pw-1234"}
    async with connected(variables) as client:
        error = error_of(await ask(client))
    assert (error["code"], error["provider"]) == ("bad_response", "senmo"), "never: there is no such order"


# Who waits for whom -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("with_stale_token", [False, True])
async def test_a_caller_that_leaves_does_not_take_the_others_sign_in_along(with_stale_token: bool, box: Box) -> None:
    variables = box.by_refresh_token | (box.by_id_token() if with_stale_token else {})
    box.senmo.revoke_all()  # what there is will be refused, and has to be renewed
    box.senmo.sign_in_delay = 0.3
    results: list[types.CallToolResult] = []

    async with connected(variables) as client, anyio.create_task_group() as others:

        async def note() -> None:
            results.append(await ask(client))

        async with anyio.create_task_group() as first:
            first.start_soon(ask, client)
            await happens(lambda: box.senmo.renewals == 1, "the first renewal")
            for _ in range(5):
                others.start_soon(note)
            await anyio.sleep(0.1)  # long enough for them to stand in line behind the first
            first.cancel_scope.cancel()
    assert len(results) == 5
    for result in results:
        assert found(result)["id"] == KNOWN
    assert box.senmo.renewals == 1, "it went on without its first caller"


class Rotating:
    """A Senmo whose refresh tokens are good for one renewal each, and whose sign-in takes its time."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.refresh_token = "first-refresh-token"
        self.id_token = ""
        self.renewals = 0
        self.begun = threading.Event()

    def __call__(self, asked: Asked) -> Reply:
        if asked.method == "GET":
            known = self.id_token and asked.headers["authorization"] == f"Bearer {self.id_token}"
            return Reply(201, json={"order": {"id": KNOWN}}) if known else Reply(401, json={})
        if json.loads(asked.body) != {"refreshtoken": self.refresh_token}:
            return Reply(401, json={})
        self.renewals += 1
        self.id_token, self.refresh_token = f"id-{self.renewals}", f"refresh-{self.renewals}"
        self.begun.set()
        time.sleep(self.seconds)
        return issued(self.id_token, refreshToken=self.refresh_token)


async def test_a_refresh_token_that_was_rotated_is_kept_when_its_caller_leaves(stub: Stub) -> None:
    stub.reply = senmo = Rotating(0.4)
    async with connected({"SENMO_BASE_URL": stub.origin, "SENMO_REFRESH_TOKEN": senmo.refresh_token}) as client:
        async with anyio.create_task_group() as first:
            first.start_soon(ask, client)
            await happens(senmo.begun.is_set, "the renewal")
            first.cancel_scope.cancel()
        assert found(await ask(client))["id"] == KNOWN
        assert senmo.renewals == 1
        senmo.id_token, senmo.seconds = "revoked", 0
        assert found(await ask(client))["id"] == KNOWN, "with the refresh token that came while nobody waited"
    assert senmo.renewals == 2


async def test_a_renewal_outlives_the_seconds_that_auto_grants_it(stub: Stub) -> None:
    stub.reply = senmo = Rotating(3)
    with serving() as other:
        other.reply = Reply(json={"id": KNOWN})
        variables = {"SENMO_BASE_URL": stub.origin, "SENMO_REFRESH_TOKEN": senmo.refresh_token}
        async with connected(variables | environment(other.origin, "polinate")) as client:
            result = await client.call_tool("get_order", {"order_id": KNOWN})
            assert found(result)["provider"] == "polinate"
            assert "provider_not_asked" in [warning["code"] for warning in found(result)["warnings"]]
            assert found(await ask(client))["provider"] == "senmo"
    assert senmo.renewals == 1


async def test_a_sign_in_under_way_does_not_hold_up_the_end(box: Box) -> None:
    box.senmo.sign_in_delay = 20
    started = time.monotonic()
    async with connected(box.by_password) as client, anyio.create_task_group() as group:
        group.start_soon(ask, client)
        await happens(lambda: box.senmo.sign_ins == 1, "the sign-in")
        group.cancel_scope.cancel()
    assert time.monotonic() - started < 3


@pytest.mark.parametrize("id_token", ["not a token", None])
async def test_a_refresh_token_is_kept_when_the_rest_of_the_answer_is_of_no_use(
    id_token: str | None, stub: Stub
) -> None:
    sent: list[str] = []

    def reply(asked: Asked) -> Reply:
        if asked.method == "GET":
            return Reply(201, json={"order": {"id": KNOWN}})
        sent.append(json.loads(asked.body)["refreshtoken"])
        good = {"idToken": "good"} if len(sent) > 1 else {"idToken": id_token} if id_token else {}
        return Reply(json={"statusCode": 200, "tokens": {**good, "refreshToken": f"refresh-{len(sent)}"}})

    stub.reply = reply
    async with connected({"SENMO_BASE_URL": stub.origin, "SENMO_REFRESH_TOKEN": "refresh-0"}) as client:
        assert error_of(await ask(client))["code"] == "bad_response"
        assert found(await ask(client))["id"] == KNOWN
    assert sent == ["refresh-0", "refresh-1"]


async def test_an_order_that_is_always_refused_blocks_no_other_order(stub: Stub) -> None:
    tokens = iter(f"token-{number}" for number in range(99))

    def reply(asked: Asked) -> Reply:
        if asked.method == "POST":
            return issued(next(tokens))
        return Reply(401, json={}) if asked.path.endswith("/secret") else Reply(201, json={"order": {"id": KNOWN}})

    stub.reply = reply
    variables = {"SENMO_BASE_URL": stub.origin, "SENMO_USERNAME": "ada", "SENMO_PASSWORD": "pw-1234"}
    async with connected(variables) as client:
        for _ in range(3):
            result = await ask(client, "secret")
            assert error_of(result)["code"] == "unauthorized"
            assert "accepted the sign-in and refused this order" in sentence_of(result)
            assert found(await ask(client))["id"] == KNOWN
    methods = [asked.method for asked in stub.asked]
    assert methods.count("POST") == 4, "the first sign-in, and one renewal for each refusal"


# Nothing leaks ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("trouble", ["refused", "down", "slow", "revoked", "repeats"])
async def test_no_token_and_no_password_is_in_any_error(
    trouble: str, box: Box, capfd: pytest.CaptureFixture[str]
) -> None:
    limits = {"ORDER_MCP_TIMEOUT_SECONDS": "0.2", "ORDER_MCP_DEADLINE_SECONDS": "1"}
    tokens = box.senmo.issue()
    variables = box.by_password | limits | {"SENMO_REFRESH_TOKEN": tokens["refreshToken"]}
    box.senmo.refuse_sign_in = trouble == "refused"
    box.senmo.down = trouble == "down"
    box.senmo.sign_in_delay = 5 if trouble == "slow" else 0
    with ExitStack() as stack:
        if trouble == "repeats":
            stub = stack.enter_context(serving())
            stub.reply = lambda asked: Reply(400, json={"message": asked.body.decode(), "requestId": PASSWORD * 9})
            variables["SENMO_BASE_URL"] = stub.origin
        if trouble == "revoked":
            variables = box.by_id_token(-5)
            tokens["idToken"] = variables["SENMO_ID_TOKEN"]
        async with connected(variables) as client:
            result = await ask(client)
    assert result.is_error
    said = result.model_dump_json() + capfd.readouterr().err
    for secret in (*tokens.values(), PASSWORD, USERNAME):
        assert secret not in said


@pytest.mark.parametrize("token", ["", "  ", "a b", "é"])
async def test_a_token_that_cannot_be_sent_is_a_bad_response_and_not_kept(stub: Stub, token: str) -> None:
    tokens = iter([token, "good"])

    def reply(asked: Asked) -> Reply:
        if asked.method == "POST":
            return Reply(json={"statusCode": "200", "tokens": {"idToken": next(tokens)}})
        return Reply(201, json={"statusCode": 200, "order": {"id": "x", "status": "Issue"}})

    stub.reply = reply
    variables = {"SENMO_BASE_URL": stub.origin, "SENMO_USERNAME": "u", "SENMO_PASSWORD": "password"}
    async with connected(variables) as client:
        assert error_of(await client.call_tool("get_order", {"order_id": "x", "provider": "senmo"}))["code"] == (
            "bad_response"
        )
        assert found(await client.call_tool("get_order", {"order_id": "x"}))["id"] == "x"


async def test_a_token_that_comes_back_the_same_is_asked_for_once_by_all(stub: Stub) -> None:
    def reply(asked: Asked) -> Reply:
        if asked.method == "POST":
            return Reply(json={"statusCode": 200, "tokens": {"idToken": "same"}})
        return Reply(401, json={"message": "Unauthorized"})

    stub.reply = reply
    variables = {"SENMO_BASE_URL": stub.origin, "SENMO_USERNAME": "u", "SENMO_PASSWORD": "password"}
    async with connected(variables) as client, anyio.create_task_group() as group:
        for _ in range(50):
            group.start_soon(client.call_tool, "get_order", {"order_id": "x", "provider": "senmo"})
    assert sum(asked.method == "POST" for asked in stub.asked) == 2
