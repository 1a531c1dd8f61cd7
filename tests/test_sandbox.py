"""The sandbox answers as the providers' documents say, and misbehaves exactly where it says that it does."""

import json
import re
import socket
import sys
import time
import zlib
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from jsonschema import Draft202012Validator, FormatChecker

import order_mcp.sandbox
from order_mcp.sandbox import Exchange, Running, create_sandbox, misbehave, running
from order_mcp.sandbox.answers import Entry
from order_mcp.sandbox.emulator import Resource
from order_mcp.sandbox.misbehave import MISBEHAVIOURS
from order_mcp.sandbox.senmo import Senmo

EMULATORS = create_sandbox().emulators
LOOPBACK: Any = {"trust_env": False, "verify": False}  # neither proxies nor certificates to look up
KEYS = {
    "fleet": {"Authorization": "Bearer flt_sk_sandbox"},
    "flexportal": {"Authorization": "Bearer fp_sandbox_key", "Tenant-ID": "bu_sandbox"},
    "polinate": {"X-Business-Id": "biz_sandbox", "X-API-Key": "pol_sandbox_key"},
}
ID_IN_BODY: dict[str, Callable[[Any], Any]] = {
    "fleet_order": lambda body: body["data"]["order_id"],
    "fleet_cart": lambda body: body["data"]["id"],
    "flexportal_order": lambda body: body["orderId"],
    "senmo_order": lambda body: body["order"]["id"],
    "polinate_order": lambda body: body["id"],
}
formats = FormatChecker(("email",))


@formats.checks("date-time", raises=ValueError)
def has_date_time_format(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@pytest.fixture(scope="module")
def world() -> Iterator[Running]:
    """A sandbox whose sign-in nobody steers."""
    with running() as served:
        yield served


@pytest.fixture
def senmo() -> Iterator[tuple[Running, Senmo]]:
    """A sandbox of the test's own, with the emulator whose sign-in it steers."""
    with running() as served:
        emulator = served.sandbox.emulators["senmo"]
        assert isinstance(emulator, Senmo)
        yield served, emulator


def key(served: Running, provider: str) -> dict[str, str]:
    emulator = served.sandbox.emulators[provider]
    return {"Authorization": f"Bearer {emulator.issue()['idToken']}"} if isinstance(emulator, Senmo) else KEYS[provider]


def get(served: Running, path: str, headers: dict[str, str] | None = None, patience: float = 5) -> httpx2.Response:
    timeout = httpx2.Timeout(5, read=patience)
    return httpx2.get(served.origin + path, headers=headers, timeout=timeout, **LOOPBACK)


def post(served: Running, path: str, body: Any) -> httpx2.Response:
    return httpx2.post(served.origin + path, json=body, **LOOPBACK)


def resource(provider: str, tool: str = "get_order") -> Resource:
    return next(each for each in EMULATORS[provider].resources if each.tool == tool)


def ask(served: Running, provider: str, id: str, tool: str = "get_order", **options: Any) -> httpx2.Response:
    path = f"/{provider}{resource(provider, tool).path.format(id=id)}"
    return get(served, path, key(served, provider), **options)


def last_request(served: Running, ended: str | None) -> Exchange:
    """The last thing that came over the wire, as soon as it has ended so."""
    for _ in range(200):
        if served.sandbox.requests[-1].ended == ended:
            break
        time.sleep(0.01)
    return served.sandbox.requests[-1]


def claims(token: str) -> Any:
    return json.loads(urlsafe_b64decode(token.split(".")[1] + "=="))


# What it knows

ENTRIES = [
    pytest.param(provider, each.tool, entry, id=f"{provider}-{each.tool}-{entry.id}")
    for provider, emulator in EMULATORS.items()
    for each in emulator.resources
    for entry in each.entries
]


@pytest.mark.parametrize(("provider", "tool", "entry"), ENTRIES)
def test_an_answer_satisfies_the_providers_schema_unless_it_is_marked_as_an_exception(
    world: Running, provider: str, tool: str, entry: Entry
) -> None:
    name = f"{provider}_{tool.removeprefix('get_')}"
    schema = json.loads((Path(__file__).parent / "schemas" / f"{name}.json").read_text(encoding="utf-8"))

    response = ask(world, provider, entry.id, tool)

    assert response.status_code == entry.status
    assert response.headers["Content-Type"] == "application/json"
    problems = list(Draft202012Validator(schema, format_checker=formats).iter_errors(response.json()))
    if entry.documented:
        assert problems == []
        assert str(ID_IN_BODY[name](response.json())) == entry.id
    else:
        assert problems


@pytest.mark.parametrize("provider", EMULATORS)
def test_every_provider_has_order_4711(world: Running, provider: str) -> None:
    assert ask(world, provider, "4711").is_success


def test_fleet_has_an_order_in_each_documented_status_counting_up_from_1001(world: Running) -> None:
    schema = json.loads((Path(__file__).parent / "schemas/fleet_order.json").read_text(encoding="utf-8"))
    documented = schema["properties"]["data"]["properties"]["client_status"]["enum"]

    found = [ask(world, "fleet", str(id)).json()["data"]["client_status"] for id in range(1001, 1015)]

    assert found == documented


def test_flexportal_writes_money_with_its_zeros(world: Running) -> None:
    text = ask(world, "flexportal", "ord_partial").text

    assert '"unitPrice":89.00,' in text
    assert '"total":641.52,' in text


def test_flexportals_partial_order_is_the_documents_example(world: Running) -> None:
    order = ask(world, "flexportal", "ord_partial").json()

    assert order["rentalProgress"] == {"totalDevices": 5, "rentedDevices": 3}
    assert (
        order["items"][0].items()
        >= {
            "sku": "MACBOOK-PRO-16-M3",
            "productName": 'MacBook Pro 16" M3',
            "quantity": 3,
            "unitPrice": 89.0,
            "contractLength": 24,
            "rentalStatus": "partial",
            "rentalIds": ["sub_abc123", "sub_def456"],
        }.items()
    )


def test_texts_are_sent_as_utf_8_and_not_as_escapes(world: Running) -> None:
    assert "ノートパソコン" in ask(world, "flexportal", "ord_names").content.decode()


@pytest.mark.parametrize(("provider", "id", "lines"), [("flexportal", "ord_250", "items"), ("fleet", "1020", None)])
def test_an_order_with_250_lines_has_250_lines(world: Running, provider: str, id: str, lines: str | None) -> None:
    body = ask(world, provider, id).json()

    assert len(body[lines] if lines else body["data"]["device_names"]) == 250


def test_senmos_first_order_is_the_documents_example_under_http_201(world: Running) -> None:
    response = ask(world, "senmo", "issue-1")

    assert response.status_code == 201
    assert response.json() == {
        "statusCode": 200,
        "statusMessage": "OK",
        "order": {
            "id": "issue-1",
            "code": "4JA...",
            "amount": "100",
            "receivedAmount": "90",
            "realAmount": "45",
            "product": "PS",
            "status": "Issue",
            "createdAt": "2024-10-20T12:30:31.995Z",
            "updatedAt": "2024-10-20T15:55:28.459Z",
        },
    }


def test_senmo_can_say_not_found_under_http_200(world: Running) -> None:
    response = ask(world, "senmo", "gone-1")

    assert (response.status_code, response.json()["statusCode"]) == (200, 404)


def test_polinates_ord_123_is_the_documents_example(world: Running) -> None:
    assert ask(world, "polinate", "ord_123").json() == {
        "id": "ord_123",
        "phase": "ACTIVE",
        "status": "ACCEPTED",
        "orderItems": [],
    }


def test_polinate_has_an_order_for_each_of_the_64_pairs_of_phase_and_status() -> None:
    schema = json.loads((Path(__file__).parent / "schemas/polinate_order.json").read_text(encoding="utf-8"))
    phases, statuses = (schema["properties"][name]["enum"] for name in ("phase", "status"))
    bodies = {entry.id: entry.body for entry in resource("polinate").entries}

    for phase in [*phases, None]:
        for status in [*statuses, None]:
            body = bodies[f"ord_{phase or '-'}_{status or '-'}"]
            assert (body.get("phase"), body.get("status")) == (phase, status)


def test_known_lists_each_id_once_good_ones_before_misbehaving_ones() -> None:
    known = create_sandbox().known()

    misbehaving = [
        row.id in {each.id for each in MISBEHAVIOURS} | {each.number for each in MISBEHAVIOURS} for row in known
    ]
    assert misbehaving == sorted(misbehaving)
    assert len({row[:3] for row in known}) == len(known) == len(ENTRIES) + 5 * len(MISBEHAVIOURS)


# What it refuses

REFUSED_KEYS = {
    "fleet": ({"Authorization": "Bearer flt_sk_wrong"}, 401, {"error": "UNAUTHORIZED"}),
    "flexportal": (
        {"Authorization": "Bearer wrong", "Tenant-ID": "bu_sandbox"},
        401,
        {"error": {"code": "UNAUTHORIZED", "message": "Invalid or missing API key"}},
    ),
    "flexportal tenant": (
        {"Authorization": "Bearer fp_sandbox_key", "Tenant-ID": "bu_wrong"},
        404,
        {"error": {"code": "ORDER_NOT_FOUND", "message": "Order not found"}},
    ),
    "senmo": ({"Authorization": "Bearer eyJraWQi.wrong.token"}, 401, {"message": "Unauthorized"}),
    "polinate": (
        {"X-Business-Id": "biz_sandbox", "X-API-Key": "wrong"},
        401,
        {"errorCode": "UNAUTHORIZED", "message": "Invalid business id or API key"},
    ),
    "polinate business": (
        {"X-Business-Id": "biz_wrong", "X-API-Key": "pol_sandbox_key"},
        401,
        {"errorCode": "UNAUTHORIZED", "message": "Invalid business id or API key"},
    ),
}


@pytest.mark.parametrize("id", ["4711", "bad_html", "9007"])
@pytest.mark.parametrize("case", REFUSED_KEYS)
def test_a_wrong_key_is_refused_before_anything_is_looked_up(world: Running, case: str, id: str) -> None:
    headers, status, body = REFUSED_KEYS[case]
    provider = case.split()[0]

    response = get(world, f"/{provider}{resource(provider).path.format(id=id)}", headers)

    assert (response.status_code, response.json()) == (status, body)


@pytest.mark.parametrize("provider", EMULATORS)
def test_a_request_without_key_is_refused(world: Running, provider: str) -> None:
    assert get(world, f"/{provider}{resource(provider).path.format(id='4711')}").status_code == 401


MISSING = [
    ("fleet", "get_order", "31337", {"error": "ORDER_NOT_FOUND"}),
    ("fleet", "get_cart", "31337", {"error": "CART_NOT_FOUND"}),
    ("fleet", "get_cart", "2004", {"error": "ORDER_NOT_FOUND"}),
    ("flexportal", "get_order", "ord_none", {"error": {"code": "ORDER_NOT_FOUND", "message": "Order not found"}}),
    (
        "senmo",
        "get_order",
        "none",
        {"statusCode": 404, "statusMessage": "Order not found or does not belong to you"},
    ),
    ("polinate", "get_order", "ord_none", {"errorCode": "NOT_FOUND", "message": "Order not found"}),
]


@pytest.mark.parametrize(("provider", "tool", "id", "body"), MISSING)
def test_an_id_that_does_not_exist_gets_the_providers_own_404(
    world: Running, provider: str, tool: str, id: str, body: Any
) -> None:
    response = ask(world, provider, id, tool)

    assert (response.status_code, response.json()) == (404, body)


def test_a_cart_that_has_become_an_order_is_found_as_an_order(world: Running) -> None:
    assert ask(world, "fleet", "2004").json()["data"]["order_id"] == 2004


@pytest.mark.parametrize("id", ["042", "0", "-1", "+42", "4.0", "%2042", "4%D9%A2", "42%0A", "..%2Fusers", "ORD-1"])
def test_fleet_answers_400_with_a_sentence_for_an_id_that_is_not_its_own(world: Running, id: str) -> None:
    response = ask(world, "fleet", id)

    assert response.status_code == 400
    assert " " in response.json()["error"]


def test_fleet_says_when_the_key_lacks_the_right(world: Running) -> None:
    response = ask(world, "fleet", "1403")

    assert (response.status_code, response.json()) == (403, {"error": "INSUFFICIENT_SCOPE"})


def test_senmo_wants_an_order_id(world: Running) -> None:
    response = get(world, "/senmo/v1/order/", key(world, "senmo"))

    assert (response.status_code, response.json()) == (
        400,
        {"statusCode": 400, "statusMessage": "Order ID is required"},
    )


@pytest.mark.parametrize(
    "path",
    ["/", "/fleet", "/fleet/orders/1001", "/flexportal/v1/carts/1", "/senmo/v1/orders/1", "/shopify/v1/orders/1"],
)
def test_an_unknown_path_is_a_404_in_nobodys_words(world: Running, path: str) -> None:
    response = get(world, path)

    assert (response.status_code, response.text) == (404, "Not Found")


# Senmo's sign-in

CREDENTIALS = {"username": "sandbox@example.com", "password": "senmo-sandbox-password"}


def order_with(served: Running, token: str) -> int:
    return get(served, "/senmo/v1/order/issue-1", {"Authorization": f"Bearer {token}"}).status_code


def test_a_sign_in_gives_three_tokens_of_which_the_id_token_opens_orders(senmo: tuple[Running, Senmo]) -> None:
    served, emulator = senmo

    answer = post(served, "/senmo/v1/auth", CREDENTIALS).json()

    assert (answer["statusCode"], answer["statusMessage"]) == (200, "OK")
    assert set(answer["tokens"]) == {"idToken", "accessToken", "refreshToken"}
    assert {name: order_with(served, token) for name, token in answer["tokens"].items()} == {
        "idToken": 201,
        "accessToken": 401,
        "refreshToken": 401,
    }
    assert emulator.sign_ins == 1


def test_an_id_token_looks_like_senmos_and_says_when_it_expires(senmo: tuple[Running, Senmo]) -> None:
    served, emulator = senmo
    emulator.token_seconds = 600

    token = post(served, "/senmo/v1/auth", CREDENTIALS).json()["tokens"]["idToken"]

    assert re.fullmatch(r"eyJraWQi[\w-]+\.[\w-]+\.[\w-]+", token)
    assert 590 < claims(token)["exp"] - time.time() <= 600


def test_a_renewal_gives_new_tokens_in_the_same_envelope(senmo: tuple[Running, Senmo]) -> None:
    served, emulator = senmo
    old = emulator.issue()

    answer = post(served, "/senmo/v1/auth/refreshtoken", {"refreshtoken": old["refreshToken"]}).json()

    assert answer["statusCode"] == 200
    assert not set(answer["tokens"].values()) & set(old.values())
    assert order_with(served, answer["tokens"]["idToken"]) == 201
    assert (emulator.sign_ins, emulator.renewals) == (0, 1)


@pytest.mark.parametrize(
    ("route", "body"),
    [
        ("auth", {**CREDENTIALS, "password": "wrong"}),
        ("auth", ["not", "an", "object"]),
        ("auth/refreshtoken", {"refreshtoken": "wrong"}),
        ("auth/refreshtoken", {"refreshToken": "spelt as in the answer"}),
    ],
)
def test_a_wrong_credential_is_refused_and_counted(senmo: tuple[Running, Senmo], route: str, body: Any) -> None:
    served, emulator = senmo

    response = post(served, f"/senmo/v1/{route}", body)

    assert (response.status_code, response.json()) == (401, {"message": "Unauthorized"})
    assert emulator.sign_ins + emulator.renewals == 1


def test_an_id_token_dies_of_age_and_of_revocation(senmo: tuple[Running, Senmo]) -> None:
    served, emulator = senmo
    lasting = emulator.issue()["idToken"]
    emulator.token_seconds = -1

    assert order_with(served, emulator.issue()["idToken"]) == 401
    assert order_with(served, lasting) == 201
    emulator.revoke_all()
    assert order_with(served, lasting) == 401


@pytest.mark.parametrize(("switch", "status"), [("refuse_sign_in", 401), ("down", 503)])
def test_both_ways_to_sign_in_can_be_refused_or_down(senmo: tuple[Running, Senmo], switch: str, status: int) -> None:
    served, emulator = senmo
    tokens = emulator.issue()
    setattr(emulator, switch, True)

    assert post(served, "/senmo/v1/auth", CREDENTIALS).status_code == status
    renewal = {"refreshtoken": tokens["refreshToken"]}
    assert post(served, "/senmo/v1/auth/refreshtoken", renewal).status_code == status
    assert order_with(served, tokens["idToken"]) == 201


def test_a_sign_in_can_take_its_time(senmo: tuple[Running, Senmo]) -> None:
    served, emulator = senmo
    emulator.sign_in_delay = 0.2
    begin = time.monotonic()

    assert post(served, "/senmo/v1/auth", CREDENTIALS).is_success
    assert time.monotonic() - begin >= 0.2


# What goes wrong on purpose


def refuses(*expected: tuple[int, str | None]) -> Callable[[Running, str, str], None]:
    def check(served: Running, provider: str, id: str) -> None:
        for status, retry_after in expected * 2:  # the turns begin anew after the last one
            response = ask(served, provider, id)
            assert (response.status_code, response.headers.get("Retry-After")) == (status, retry_after)
            assert isinstance(response.json(), dict)

    return check


def recovers(*refusals: int) -> Callable[[Running, str, str], None]:
    def check(served: Running, provider: str, id: str) -> None:
        for status in refusals:
            assert ask(served, provider, id).status_code == status
        response = ask(served, provider, id)
        assert response.is_success
        assert id in response.text
        assert ask(served, provider, id).status_code == refusals[0]
        for _ in refusals:
            ask(served, provider, id)

    return check


def is_slow(served: Running, provider: str, id: str) -> None:
    with pytest.raises(httpx2.ReadTimeout):
        ask(served, provider, id, patience=0.05)
    assert last_request(served, "disconnected").ended == "disconnected"


def leaks_an_exception(served: Running, provider: str, id: str) -> None:
    response = ask(served, provider, id)
    assert response.status_code == 500
    assert re.search(r"Error|ConnectionBad|Cannot destructure", response.text)


def is_a_web_page(status: int) -> Callable[[Running, str, str], None]:
    def check(served: Running, provider: str, id: str) -> None:
        response = ask(served, provider, id)
        assert response.status_code == status
        assert response.headers["Content-Type"].startswith("text/html")
        assert response.text.startswith("<!doctype html>")

    return check


def is_cut_off(served: Running, provider: str, id: str) -> None:
    response = ask(served, provider, id)
    assert response.is_success
    assert int(response.headers["Content-Length"]) == len(response.content)
    with pytest.raises(json.JSONDecodeError):
        response.json()


def is_another_ones(served: Running, provider: str, id: str) -> None:
    body = ask(served, provider, id).json()
    assert str(ID_IN_BODY[f"{provider}_order"](body)) not in ("", id)


def is_huge(served: Running, provider: str, id: str) -> None:
    response = ask(served, provider, id)
    assert len(response.content) > 5 * 1024 * 1024
    assert "Content-Length" not in response.headers
    assert str(ID_IN_BODY[f"{provider}_order"](response.json())) == id


def is_a_gzip_bomb(served: Running, provider: str, id: str) -> None:
    path = f"{served.origin}/{provider}{resource(provider).path.format(id=id)}"
    with httpx2.stream("GET", path, headers=key(served, provider), **LOOPBACK) as response:
        raw = b"".join(response.iter_raw())
    assert response.headers["Content-Encoding"] == "gzip"
    assert len(raw) < 100_000
    assert len(zlib.decompress(raw, wbits=31)) > 64 * 1024 * 1024


def breaks_off(served: Running, provider: str, id: str) -> None:
    with pytest.raises(httpx2.RemoteProtocolError):
        ask(served, provider, id)


def redirects(served: Running, provider: str, id: str) -> None:
    response = ask(served, provider, id)
    assert (response.status_code, response.headers["Location"]) == (302, misbehave.ELSEWHERE)


def has_a_lone_surrogate(served: Running, provider: str, id: str) -> None:
    response = ask(served, provider, id)
    assert response.is_success
    assert r"\ud800" in response.text
    with pytest.raises(UnicodeEncodeError):
        json.dumps(response.json(), ensure_ascii=False).encode()


def is_an_array(served: Running, provider: str, id: str) -> None:
    response = ask(served, provider, id)
    assert response.is_success
    assert isinstance(response.json(), list)


CHECKS: dict[str, Callable[[Running, str, str], None]] = {
    "bad_slow": is_slow,
    "bad_429_12": refuses((429, "12")),
    "bad_429": refuses((429, None)),
    "bad_503_then_ok": recovers(503, 503),
    "bad_503": refuses((503, None)),
    "bad_500": leaks_an_exception,
    "bad_html": is_a_web_page(200),
    "bad_cut": is_cut_off,
    "bad_other_id": is_another_ones,
    "bad_huge": is_huge,
    "bad_gzip": is_a_gzip_bomb,
    "bad_reset": breaks_off,
    "bad_redirect": redirects,
    "bad_404": is_a_web_page(404),
    "bad_surrogate": has_a_lone_surrogate,
    "bad_array": is_an_array,
    "bad_429_then_ok": recovers(429),
}


@pytest.mark.parametrize("misbehaviour", MISBEHAVIOURS, ids=lambda each: each.id)
@pytest.mark.parametrize("provider", EMULATORS)
def test_an_id_misbehaves_as_its_name_says(world: Running, provider: str, misbehaviour: misbehave.Misbehaviour) -> None:
    id = misbehaviour.number if provider == "fleet" else misbehaviour.id

    CHECKS[misbehaviour.id](world, provider, id)


def test_the_digits_for_fleet_count_up_from_9001() -> None:
    assert [each.number for each in MISBEHAVIOURS] == [str(9001 + index) for index in range(len(MISBEHAVIOURS))]


def test_carts_misbehave_too(world: Running) -> None:
    assert ask(world, "fleet", "9016", "get_cart").json()[0]["data"]["id"] == 9016


def test_a_slow_answer_is_a_good_one_for_whoever_waits(world: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(misbehave, "SLOW_SECONDS", 0.05)

    assert ask(world, "polinate", "bad_slow").json()["id"] == "bad_slow"
    assert last_request(world, "answered").ended == "answered"


def test_a_client_that_leaves_in_the_middle_of_a_huge_body_is_noted(world: Running) -> None:
    path = world.origin + "/polinate/api/v1/orders/bad_huge"
    with httpx2.stream("GET", path, headers=KEYS["polinate"], **LOOPBACK) as response:
        next(response.iter_raw())

    assert last_request(world, "disconnected").ended == "disconnected"


# The wire, the port, the house


def test_a_request_is_recorded_as_it_came(world: Running) -> None:
    ask(world, "flexportal", "ord%2F..%2Fa%20b%3F?x=1")

    seen = last_request(world, "answered")
    assert (seen.provider, seen.method, seen.ended) == ("flexportal", "GET", "answered")
    assert seen.path == "/flexportal/v1/orders/ord%2F..%2Fa%20b%3F?x=1"
    assert seen.headers["tenant-id"] == "bu_sandbox"
    assert 0 <= time.monotonic() - seen.started < 5


def test_an_encoded_slash_stays_within_the_id(world: Running) -> None:
    assert ask(world, "polinate", "a%2Fb").json()["errorCode"] == "NOT_FOUND"
    assert ask(world, "polinate", "a/b").text == "Not Found"


def test_the_environment_points_at_the_sandbox_with_nothing_but_fake_keys(world: Running) -> None:
    assert world.environment == {
        "FLEET_API_KEY": "flt_sk_sandbox",
        "FLEET_BASE_URL": f"{world.origin}/fleet/platform/v1",
        "FLEXPORTAL_API_KEY": "fp_sandbox_key",
        "FLEXPORTAL_TENANT_ID": "bu_sandbox",
        "FLEXPORTAL_NUMBER_FIELD": "poNumber",
        "FLEXPORTAL_BASE_URL": f"{world.origin}/flexportal",
        "SENMO_BASE_URL": f"{world.origin}/senmo",
        "SENMO_USERNAME": "sandbox@example.com",
        "SENMO_PASSWORD": "senmo-sandbox-password",
        "POLINATE_BUSINESS_ID": "biz_sandbox",
        "POLINATE_API_KEY": "pol_sandbox_key",
        "POLINATE_BASE_URL": f"{world.origin}/polinate",
    }


def test_the_port_is_free_again_afterwards() -> None:
    with running() as served:
        port = int(served.origin.rpartition(":")[2])
        assert get(served, "/").status_code == 404

    with running(port) as again:
        assert get(again, "/").status_code == 404


def test_a_port_that_is_taken_is_an_os_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError), running(taken.getsockname()[1]):
        pass


def test_it_ends_promptly_and_silently_while_a_slow_request_is_open(capfd: pytest.CaptureFixture[str]) -> None:
    with running() as served:
        breaks_off(served, "polinate", "bad_reset")
        connection = socket.create_connection(("127.0.0.1", int(served.origin.rpartition(":")[2])))
        headers = "".join(f"{name}: {value}\r\n" for name, value in KEYS["polinate"].items())
        connection.sendall(f"GET /polinate/api/v1/orders/bad_slow HTTP/1.1\r\nHost: x\r\n{headers}\r\n".encode())
        while len(served.sandbox.requests) < 2:
            time.sleep(0.005)
        begin = time.monotonic()
    took = time.monotonic() - begin
    connection.close()

    assert took < 1
    assert capfd.readouterr() == ("", "")


def test_a_fifth_provider_is_one_new_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = Path(order_mcp.sandbox.__path__[0], "polinate.py").read_text(encoding="utf-8")
    (tmp_path / "fifth.py").write_text(source.replace('name = "polinate"', 'name = "fifth"'), encoding="utf-8")
    monkeypatch.setattr(order_mcp.sandbox, "__path__", [*order_mcp.sandbox.__path__, str(tmp_path)])
    monkeypatch.setitem(sys.modules, "order_mcp.sandbox.fifth", None)
    monkeypatch.delitem(sys.modules, "order_mcp.sandbox.fifth")

    assert set(create_sandbox().emulators) == {*EMULATORS, "fifth"}
