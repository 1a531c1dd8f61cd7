"""Tokens: which are taken, and what the key server that vouches for them may do. Over real sockets on both sides."""

import asyncio
import hmac
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import anyio
import httpx2
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from mcp.client import Client as McpClient
from mcp.client.auth.extensions.client_credentials import ClientCredentialsOAuthProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthClientInformationFull, OAuthToken

from order_mcp.hosting import keys
from order_mcp.hosting import tokens as tokens_module
from order_mcp.hosting.keys import NoKeys, metadata_addresses
from order_mcp.hosting.tokens import Tokens
from order_mcp.testing.stub import Asked, Reply, Stub, serving

from .hosted import Client, Clock, Headers, Issuer, encoded, file_of, hashed, hosting, jws, result_of, signer
from .processes import LEGACY, MODERN, happens, raw_provider, serving_http, until

PUBLIC = "https://orders.example.com/mcp"
METADATA = "/.well-known/oauth-protected-resource"
RS, ES, ED = signer("one"), signer("two", "ES256"), signer("three", "EdDSA")
STRANGER = signer("stranger")
# Keys that are published, and must not be used to check tokens.
WEAK, ANOTHER_CURVE = signer("weak", bits=1024), signer("p384", "ES384")
ENCRYPTS, AGREES = signer("enc", "ES256", use="enc"), signer("agrees", "ES256", alg="ECDH-ES")
NOT_TO_VERIFY, LEAKED = signer("ops", "ES256"), signer("leaked", "ES256")
ALL = {"get_order", "get_cart", "find_orders"}


def publishes(issuer: Issuer) -> Issuer:
    issuer.signers = [RS, ES, ED, ENCRYPTS, WEAK, ANOTHER_CURVE, AGREES]
    jwk = {**NOT_TO_VERIFY.jwk, "key_ops": ["encrypt"]}
    secret = {"kty": "oct", "kid": "secret", "k": encoded("a secret that everybody knows")}
    issuer.also = [LEAKED.leaked, jwk, secret, None, 5, "text", [], {}, {"kty": ["RSA"]}, {"kty": "RSA", "kid": "bare"}]
    return issuer


def variables(issuer: Issuer, **more: str) -> dict[str, str]:
    """A hosted server that takes this issuer's tokens."""
    return {
        "ORDER_MCP_PUBLIC_URL": PUBLIC,
        "ORDER_MCP_OAUTH_ISSUER": issuer.address,
        "FLEET_API_KEY": "flt_sk_test",
        "FLEXPORTAL_API_KEY": "fp",
        "FLEXPORTAL_TENANT_ID": "bu",
        "FLEXPORTAL_REGION": "eu",
    } | more


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with serving() as stub:
        yield publishes(Issuer(stub, PUBLIC))


@pytest.fixture(scope="module")
def server(issuer: Issuer) -> Iterator[Client]:
    with hosting(variables(issuer)) as server:
        yield server


# One token at a time -------------------------------------------------------------------------------------------------


class Variant(NamedTuple):
    """A token, or headers, and what comes of it: a status, or the tools that are offered."""

    make: Callable[[Issuer], str | Headers]
    comes: int | set[str]
    why: str


def hmac_of(key: bytes) -> Callable[[bytes], bytes]:
    return lambda signed: hmac.new(key, signed, sha256).digest()


def pem() -> bytes:
    return RS.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def unsigned(algorithm: object) -> Callable[[Issuer], str]:
    return lambda issuer: jws({"alg": algorithm, "typ": "at+jwt", "kid": RS.id}, issuer.claims(), lambda _: b"")


def deep(depth: int) -> str:
    return "[" * depth + "]" * depth


def with_payload(text: Callable[[Issuer], str]) -> Callable[[Issuer], str]:
    """Rightly signed, whatever it says."""
    return lambda issuer: issuer.sign({"alg": "RS256", "kid": RS.id}, text(issuer), RS)


def claims_with(member: str) -> Callable[[Issuer], str]:
    """The usual claims with one more, as it is written on the wire."""
    return with_payload(lambda issuer: json.dumps(issuer.claims())[:-1] + f", {member}}}")


def other_payload(issuer: Issuer) -> str:
    head, _, signature = issuer.token().split(".")
    return f"{head}.{encoded(issuer.claims(sub='eve'))}.{signature}"


def detached(issuer: Issuer) -> str:
    head, _, signature = issuer.token(header={"b64": False, "crit": ["b64"]}).split(".")
    return f"{head}..{signature}"


def now() -> int:
    return int(time.time())


def bearer(word: str) -> Callable[[Issuer], Headers]:
    return lambda issuer: [("Authorization", f"{word}{issuer.token()}")]


VARIANTS: dict[str, Variant] = {
    # Algorithms
    "RS256": Variant(lambda i: i.token(RS), ALL, "the usual one"),
    "ES256": Variant(lambda i: i.token(ES), ALL, "one of three that are taken"),
    "EdDSA": Variant(lambda i: i.token(ED), ALL, "one of three that are taken"),
    "alg none": Variant(unsigned("none"), 401, "nobody signed it"),
    "alg None": Variant(unsigned("None"), 401, "another spelling"),
    "alg NONE": Variant(unsigned("NONE"), 401, "another spelling"),
    "alg nOnE": Variant(unsigned("nOnE"), 401, "another spelling"),
    "alg blank": Variant(unsigned(""), 401, "as good as none"),
    "alg null": Variant(unsigned(None), 401, "as good as none"),
    "alg a list": Variant(unsigned(["RS256"]), 401, "not a text"),
    "no alg": Variant(lambda i: i.sign({"kid": RS.id}, i.claims()), 401, "it has to say how it is signed"),
    "none, without the last dot": Variant(lambda i: unsigned("none")(i)[:-1], 401, "two parts are no token"),
    "HMAC with the public key as PEM": Variant(
        lambda i: jws({"alg": "HS256", "kid": RS.id}, i.claims(), hmac_of(pem())), 401, "everybody has that key"
    ),
    "HMAC with the public key as JWK": Variant(
        lambda i: jws({"alg": "HS256", "kid": RS.id}, i.claims(), hmac_of(json.dumps(RS.jwk).encode())),
        401,
        "everybody has that key",
    ),
    "HMAC that calls itself RS256": Variant(
        lambda i: jws({"alg": "RS256", "kid": RS.id}, i.claims(), hmac_of(pem())), 401, "the key says how it is checked"
    ),
    "HMAC with a secret that is published": Variant(
        lambda i: jws({"alg": "HS256", "kid": "secret"}, i.claims(), hmac_of(b"a secret that everybody knows")),
        401,
        "a secret is no public key",
    ),
    "ES256 with the id of an RSA key": Variant(lambda i: i.token(ES, header={"kid": RS.id}), 401, "does not fit"),
    "RS256 with the id of an EC key": Variant(lambda i: i.token(RS, header={"kid": ES.id}), 401, "does not fit"),
    "RS512 with a good RSA key": Variant(lambda i: i.token(replace(RS, algorithm="RS512")), 401, "not taken here"),
    "PS256": Variant(lambda i: i.token(replace(RS, algorithm="PS256")), 401, "not taken here"),
    "ES384": Variant(lambda i: i.token(ANOTHER_CURVE), 401, "not taken here"),
    # Keys
    "unknown key": Variant(lambda i: i.token(STRANGER), 401, "nobody vouches for it"),
    "another key under a known id": Variant(
        lambda i: i.token(STRANGER, header={"kid": RS.id}), 401, "signed by others"
    ),
    "no key id": Variant(lambda i: i.token(RS, header={"kid": None}), 401, "there are several keys"),
    "key id a number": Variant(lambda i: i.token(RS, header={"kid": 1}), 401, "not a text"),
    "key id an object": Variant(lambda i: i.token(RS, header={"kid": {"one": 1}}), 401, "not a text"),
    "key id as a path": Variant(lambda i: i.token(RS, header={"kid": "../one"}), 401, "an id is no place"),
    "key id in other letters": Variant(lambda i: i.token(RS, header={"kid": "ONE"}), 401, "ids are exact"),
    "key for encryption": Variant(lambda i: i.token(ENCRYPTS), 401, "use=enc"),
    "key for other operations": Variant(lambda i: i.token(NOT_TO_VERIFY), 401, "key_ops without verify"),
    "key for another algorithm": Variant(lambda i: i.token(AGREES), 401, "alg=ECDH-ES"),
    "weak key": Variant(lambda i: i.token(WEAK), 401, "1024 bits"),
    "key with its private half": Variant(lambda i: i.token(LEAKED), 401, "everybody can sign with it"),
    # What a header may not bring along
    "jwk in the header": Variant(
        lambda i: i.token(STRANGER, header={"jwk": STRANGER.jwk, "kid": None}), 401, "own key"
    ),
    "jwk under a known id": Variant(
        lambda i: i.token(STRANGER, header={"jwk": STRANGER.jwk, "kid": RS.id}), 401, "same"
    ),
    "jku": Variant(lambda i: i.token(STRANGER, header={"jku": f"{i.stub.origin}/theirs"}), 401, "own key server"),
    "x5u": Variant(lambda i: i.token(STRANGER, header={"x5u": f"{i.stub.origin}/theirs"}), 401, "own certificate"),
    "jku of a good token": Variant(
        lambda i: i.token(header={"jku": f"{i.stub.origin}/theirs"}), ALL, "is not looked at"
    ),
    "critical header": Variant(lambda i: i.token(header={"crit": ["exp"], "exp": 1}), 401, "nobody here knows it"),
    "critical header that the library knows": Variant(
        lambda i: i.token(header={"crit": ["b64"], "b64": True}), 401, "what is critical is refused, whatever it is"
    ),
    "crit blank": Variant(lambda i: i.token(header={"crit": []}), 401, "must not be empty"),
    "crit null": Variant(lambda i: i.sign({"alg": "RS256", "kid": "one", "crit": None}, i.claims()), 401, "not a list"),
    "b64 false": Variant(lambda i: i.token(header={"b64": False}), 401, "another way to sign"),
    "b64 false and detached": Variant(detached, 401, "what was signed is not there"),
    "logout token": Variant(lambda i: i.token(header={"typ": "logout+jwt"}), 401, "same issuer, other purpose"),
    "proof of possession": Variant(lambda i: i.token(header={"typ": "dpop+jwt"}), 401, "same issuer, other purpose"),
    "typ a number": Variant(lambda i: i.token(header={"typ": 1}), 401, "not a text"),
    "typ JWT": Variant(lambda i: i.token(header={"typ": "JWT"}), ALL, "what most write"),
    "typ in full": Variant(lambda i: i.token(header={"typ": "application/AT+JWT"}), ALL, "RFC 9068, in any case"),
    "no typ": Variant(lambda i: i.token(header={"typ": None}), ALL, "it is optional"),
    # Claims
    "another issuer": Variant(lambda i: i.token(iss="https://login.example.com"), 401, "not ours"),
    "issuer with a slash": Variant(lambda i: i.token(iss=f"{i.address}/"), 401, "letter by letter"),
    "issuers in a list": Variant(lambda i: i.token(iss=[i.address]), 401, "not a text"),
    "no issuer": Variant(lambda i: i.token(iss=None), 401, "anybody's"),
    "another audience": Variant(lambda i: i.token(aud="https://billing.example.com"), 401, "for another server"),
    "no audience": Variant(lambda i: i.token(aud=None), 401, "for any server"),
    "blank audience": Variant(lambda i: i.token(aud=""), 401, "for any server"),
    "audience that begins the same": Variant(lambda i: i.token(aud=f"{PUBLIC}/admin"), 401, "another server"),
    "audience in other letters": Variant(lambda i: i.token(aud=PUBLIC.upper()), 401, "letter by letter"),
    "audiences, ours among them": Variant(lambda i: i.token(aud=["https://b.example.com", PUBLIC]), ALL, "RFC 7519"),
    "audiences without ours": Variant(lambda i: i.token(aud=["https://b.example.com"]), 401, "for other servers"),
    "no audiences": Variant(lambda i: i.token(aud=[]), 401, "for no server"),
    "audiences that are no texts": Variant(lambda i: i.token(aud=[PUBLIC, 1]), 401, "not texts"),
    "audience an object": Variant(lambda i: i.token(aud={PUBLIC: 1}), 401, "not a text"),
    "expired": Variant(lambda i: i.token(exp=now() - 10), 401, "its time is over"),
    "expired a moment ago": Variant(lambda i: i.token(exp=now() - 2), ALL, "clocks differ"),
    "without an end": Variant(lambda i: i.token(exp=None), 401, "it would be good for ever"),
    "end a word": Variant(lambda i: i.token(exp="tomorrow"), 401, "not a time"),
    "end true": Variant(lambda i: i.token(exp=True), 401, "the first second of 1970"),
    "end a list": Variant(lambda i: i.token(exp=[now() + 60]), 401, "not a time"),
    "end not a number": Variant(lambda i: i.token(exp=float("nan")), 401, "not a time"),
    "end infinite": Variant(lambda i: i.token(exp=float("inf")), 401, "not a time"),
    "end with a fraction": Variant(lambda i: i.token(exp=now() + 60.5), ALL, "RFC 7519 allows it"),
    "not yet": Variant(lambda i: i.token(nbf=now() + 60), 401, "its time has not come"),
    "in a moment": Variant(lambda i: i.token(nbf=now() + 3), ALL, "clocks differ"),
    "begin a word": Variant(lambda i: i.token(nbf="now"), 401, "not a time"),
    "issued in the future": Variant(lambda i: i.token(iat=now() + 3600), ALL, "only nbf says from when it is good"),
    "subject a number": Variant(lambda i: i.token(sub=5), 401, "not a text"),
    "subject an object": Variant(lambda i: i.token(sub={"is": "ada"}), 401, "not a text"),
    "subject too long": Variant(lambda i: i.token(sub="a" * 255), 401, "nobody's name is that long"),
    "nobody": Variant(lambda i: i.token(sub=None), 401, "neither a subject nor a client"),
    "a client alone": Variant(lambda i: i.token(sub=None, client_id="desk"), ALL, "client credentials"),
    "a client by another name": Variant(lambda i: i.token(sub=None, azp="desk"), ALL, "client credentials"),
    "client a number": Variant(lambda i: i.token(sub=None, client_id=5), 401, "not a text"),
    "claims a list": Variant(with_payload(lambda i: json.dumps([i.claims()])), 401, "not an object"),
    "claims not JSON": Variant(with_payload(lambda _: "{'iss'}"), 401, "not JSON"),
    "claims that go deep": Variant(claims_with(f'"x": {deep(3000)}'), 401, "nothing goes that deep"),
    "a number of 5,000 digits": Variant(claims_with(f'"x": {"9" * 5000}'), 401, "no number is that long"),
    "a claim twice": Variant(claims_with('"aud": "https://evil.example"'), 401, "the last one counts"),
    # Scopes
    "scope as a text": Variant(
        lambda i: i.token(scope="orders:read orders:find"), {"get_order", "find_orders"}, "the usual"
    ),
    "scope as a list": Variant(lambda i: i.token(scope=["carts:read"]), {"get_cart"}, "some write it so"),
    "scp as a list": Variant(lambda i: i.token(scope=None, scp=["orders:read"]), {"get_order"}, "some write it so"),
    "scp as a text": Variant(lambda i: i.token(scope=None, scp="orders:read"), {"get_order"}, "some write it so"),
    "further scopes": Variant(lambda i: i.token(scope="openid carts:read admin"), {"get_cart"}, "mean nothing here"),
    "no scope": Variant(lambda i: i.token(scope=None), 403, "it may do nothing here"),
    "scope blank": Variant(lambda i: i.token(scope=""), 403, "it may do nothing here"),
    "scope of others": Variant(lambda i: i.token(scope="openid profile"), 403, "it may do nothing here"),
    "scope in capitals": Variant(lambda i: i.token(scope="ORDERS:READ"), 403, "letter by letter"),
    "scope with commas": Variant(lambda i: i.token(scope="orders:read,carts:read"), 403, "spaces part scopes"),
    "scope a number": Variant(lambda i: i.token(scope=7), 403, "not a text"),
    "scope an object": Variant(lambda i: i.token(scope={"orders:read": True}), 403, "not a text"),
    "scopes that are no texts": Variant(lambda i: i.token(scope=[["orders:read"], None, 7]), 403, "not texts"),
    "scope beyond ours": Variant(lambda i: i.token(scope="orders:read:all orders"), 403, "no part counts"),
    "the scope of customers alone": Variant(lambda i: i.token(scope="customer"), 403, "it allows no tool"),
    "a customer's": Variant(
        lambda i: i.token(scope="customer orders:read"), 403, "where nobody is verified it would open every order"
    ),
    # Whole tokens
    "nothing": Variant(lambda _: (), 401, "who is it?"),
    "garbage": Variant(lambda _: "garbage", 401, "not a token"),
    "three dots": Variant(lambda _: "...", 401, "not a token"),
    "not base64": Variant(lambda _: "!!!.???.###", 401, "not a token"),
    "null": Variant(lambda _: ".".join(["bnVsbA"] * 3), 401, "parts that are null"),
    "bytes that are no text": Variant(lambda _: "\xff\xfe.\xff.\xff", 401, "not a token"),
    "five parts": Variant(lambda i: f"{i.token()}.x.y", 401, "an encrypted one looks like that"),
    "header that goes deep": Variant(lambda i: i.sign(deep(3000), i.claims()), 401, "nothing goes that deep"),
    "header a list": Variant(lambda i: i.sign(["RS256"], i.claims()), 401, "not an object"),
    "one character less": Variant(lambda i: i.token()[:-1], 401, "cut"),
    "one character more": Variant(lambda i: f"{i.token()}A", 401, "longer"),
    "other claims": Variant(other_payload, 401, "changed after it was signed"),
    "without a signature": Variant(lambda i: i.token().rpartition(".")[0] + ".", 401, "cut"),
    "too long": Variant(lambda i: i.token(x="x" * 20_000), 401, "longer than any"),
    "as long as a header may be": Variant(lambda i: "x" * 60_000, 401, "longer than any"),
    # How it is shown
    "bearer in small letters": Variant(bearer("bearer "), ALL, "schemes are read in any case"),
    "BEARER": Variant(bearer("BEARER "), ALL, "schemes are read in any case"),
    "no scheme": Variant(bearer(""), 401, "not a bearer token"),
    "another scheme": Variant(bearer("Basic "), 401, "not a bearer token"),
    "another scheme that ends in bearer": Variant(bearer("X-Bearer "), 401, "not a bearer token"),
    "bearer alone": Variant(lambda _: [("Authorization", "Bearer")], 401, "no token"),
    "two tokens in one": Variant(
        lambda i: [("Authorization", f"Bearer {i.token()}, Bearer {i.token()}")], 401, "which one?"
    ),
    "two headers": Variant(lambda i: [("Authorization", f"Bearer {i.token()}")] * 2, 400, "which one?"),
    "two headers, one of another kind": Variant(
        lambda i: [("Authorization", "Basic YTpi"), ("authorization", f"Bearer {i.token()}")], 400, "which one?"
    ),
    "another header": Variant(lambda i: [("X-API-Key", i.token())], 401, "no caller has such a header"),
    "a cookie": Variant(lambda i: [("Cookie", f"access_token={i.token()}")], 401, "browsers send those by themselves"),
}


@pytest.mark.parametrize("name", VARIANTS)
def test_a_token_is_right_in_everything_or_refused(name: str, issuer: Issuer, server: Client) -> None:
    variant = VARIANTS[name]
    response = server.tools(variant.make(issuer))
    if isinstance(variant.comes, int):
        assert response.status_code == variant.comes, variant.why
        assert "get_order" not in response.text
    else:
        assert response.status_code == 200, variant.why
        assert {tool["name"] for tool in result_of(response)["tools"]} == variant.comes, variant.why
    assert "/theirs" not in [asked.path for asked in issuer.stub.asked], "no address in a token is ever asked"


@pytest.mark.parametrize("value", [b"Bearer ", b"Bearer \t ", b"Bearer\t", b"", b"Bearer  x"])
def test_an_empty_token_is_none(value: bytes, server: Client) -> None:
    assert server.raw(b"Host: localhost\r\nAuthorization: " + value) == 401


def test_a_token_in_the_address_is_none(issuer: Issuer, server: Client) -> None:
    for name in ("access_token", "token", "Authorization"):
        assert server.tools(url=f"{server.url}?{name}={issuer.token()}").status_code == 401


def test_a_token_in_the_body_is_none(issuer: Issuer, server: Client) -> None:
    form = f"access_token={issuer.token()}".encode()
    kind = [("Content-Type", "application/x-www-form-urlencoded")]
    assert server.send("POST", "/mcp", kind, form).status_code == 401


@pytest.mark.parametrize("era", [MODERN, LEGACY])
def test_nothing_is_done_without_a_token(era: str, server: Client) -> None:
    order = {"order_id": "42"}
    asked = [
        server.ask("initialize", era=LEGACY, protocolVersion=LEGACY, capabilities={}, clientInfo={}),
        server.ask("ping", era=era),
        server.ask("resources/templates/list", era=era),
        server.ask("resources/read", era=era, uri="order://fleet/42"),
        server.ask("prompts/get", era=era, name="order_status_reply", arguments=order),
        server.call("get_order", era=era, **order),
    ]
    assert {response.status_code for response in asked} == {401}
    assert {server.send(method, "/mcp").status_code for method in ("GET", "DELETE", "PUT", "OPTIONS")} == {401}


TOOLS = {
    "get_order": ("orders:read", {"order_id": "42"}),
    "get_cart": ("carts:read", {"cart_id": "42"}),
    "find_orders": ("orders:find", {"email": "ada@example.com"}),
}


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("era", [MODERN, LEGACY])
def test_a_tool_beyond_the_scopes_is_refused_with_the_scope_that_it_needs(
    tool: str, era: str, issuer: Issuer, server: Client
) -> None:
    scope, arguments = TOOLS[tool]
    others = " ".join(other for other, _ in TOOLS.values() if other != scope)
    response = server.call(tool, issuer.token(scope=others), era=era, **arguments)
    assert response.status_code == 403
    challenge = response.headers["www-authenticate"]
    assert challenge.startswith('Bearer error="insufficient_scope", ')
    assert f', scope="{scope}"' in challenge
    assert f'resource_metadata="https://orders.example.com{METADATA}/mcp"' in challenge


def test_a_request_too_long_to_look_into_does_not_pass_the_scopes(issuer: Issuer, server: Client) -> None:
    response = server.call("get_order", issuer.token(scope="carts:read"), order_id="42", padding="x" * 100_000)
    assert "Unknown tool. This server has get_cart." in response.text


# What a refusal says -------------------------------------------------------------------------------------------------


def test_a_refusal_says_where_to_get_a_token_and_for_what(server: Client) -> None:
    for headers in ((), "garbage"):
        response = server.tools(headers)
        assert response.status_code == 401
        challenge = response.headers["www-authenticate"]
        assert challenge.startswith("Bearer ")
        assert 'scope="orders:read carts:read orders:find"' in challenge
        assert f'resource_metadata="https://orders.example.com{METADATA}/mcp"' in challenge


PUBLIC_URLS = {
    PUBLIC: f"{METADATA}/mcp",
    "https://orders.example.com": METADATA,
    "https://orders.example.com/": METADATA,
    "https://orders.example.com/a/b/": f"{METADATA}/a/b/",
    "https://orders.example.com:8443/mcp": f"{METADATA}/mcp",
}


def test_the_public_address_is_read_as_clients_write_it(stub: Stub) -> None:
    issuer = Issuer(stub, PUBLIC)
    with hosting(variables(issuer, ORDER_MCP_PUBLIC_URL="https://Orders.Example.COM:443/mcp")) as server:
        assert server.get(f"{METADATA}/mcp").json()["resource"] == PUBLIC
        assert server.tools(issuer.token()).status_code == 200


@pytest.mark.parametrize("url", PUBLIC_URLS)
def test_the_metadata_is_where_the_refusal_says_and_names_addresses_as_they_are_written(url: str, stub: Stub) -> None:
    issuer = Issuer(stub, url)
    with hosting(variables(issuer, ORDER_MCP_PUBLIC_URL=url)) as server:
        challenge = server.tools().headers["www-authenticate"]
        host = url.split("/")[2]
        assert f'resource_metadata="https://{host}{PUBLIC_URLS[url]}"' in challenge
        response = server.get(PUBLIC_URLS[url], [("Host", host)])
        assert (response.status_code, response.headers["content-type"]) == (200, "application/json")
        assert response.json() == {
            "resource": url,
            "authorization_servers": [issuer.address],
            "scopes_supported": ["orders:read", "carts:read", "orders:find"],
            "bearer_methods_supported": ["header"],
        }
        assert server.tools(issuer.token(aud=response.json()["resource"])).status_code == 200


def test_where_keys_are_the_only_way_in_the_metadata_names_no_authorization_server(tmp_path: Path) -> None:
    callers = file_of(tmp_path, f'[callers.desk]\ntoken_sha256 = "{hashed("key")}"\n')
    given = {"ORDER_MCP_PUBLIC_URL": PUBLIC, "ORDER_MCP_CALLERS_FILE": callers}
    with hosting(given) as server:
        said = server.get(f"{METADATA}/mcp").json()
        assert said["resource"] == PUBLIC and "authorization_servers" not in said


def test_without_a_public_address_there_is_no_metadata_to_name(stub: Stub) -> None:
    issuer = Issuer(stub, "orders")
    given = {"ORDER_MCP_OAUTH_ISSUER": issuer.address, "ORDER_MCP_OAUTH_AUDIENCE": "orders"}
    with hosting(given) as server:
        challenge = server.tools().headers["www-authenticate"]
        assert "resource_metadata" not in challenge and "scope=" in challenge
        assert server.get(METADATA).status_code == 404
        assert server.tools(issuer.token()).status_code == 200


def test_an_audience_of_its_own_takes_the_place_of_the_public_address(stub: Stub) -> None:
    issuer = Issuer(stub, "api://orders")
    with hosting(variables(issuer, ORDER_MCP_OAUTH_AUDIENCE="api://orders")) as server:
        assert server.tools(issuer.token()).status_code == 200
        assert server.tools(issuer.token(aud=PUBLIC)).status_code == 401


class Memory:
    """Where the client keeps what it got."""

    def __init__(self) -> None:
        self._got: OAuthToken | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self._got

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self._got = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return None

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        pass


@pytest.mark.parametrize("path", ["", "/tenant"])
@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_client_with_credentials_finds_its_own_way_to_a_token(mode: str, path: str, stub: Stub) -> None:
    """With nothing but the server's address, by the refusal, the metadata of both, and the token endpoint."""

    def variables_at(url: str) -> dict[str, str]:
        return variables(Issuer(stub, url, path), ORDER_MCP_PUBLIC_URL=url)

    with hosting(variables_at) as server:
        issuer = Issuer(stub, server.url, path)
        endpoints = {"authorization_endpoint": f"{stub.origin}/authorize", "token_endpoint": f"{stub.origin}/token"}
        issuer.metadata |= endpoints | {"response_types_supported": ["code"]}
        says = stub.reply
        assert callable(says)

        def reply(asked: Asked) -> Reply:
            if asked.path != "/token":
                return says(asked)
            token = issuer.token(sub="desk", client_id="desk", scope="orders:read carts:read orders:find")
            return Reply(json={"access_token": token, "token_type": "Bearer", "expires_in": 600})

        stub.reply = reply
        auth = ClientCredentialsOAuthProvider(server.url, Memory(), "desk", "its secret", issuer=issuer.address)
        with anyio.fail_after(20):
            async with (
                httpx2.AsyncClient(auth=auth, timeout=10, trust_env=False, verify=False) as http,
                McpClient(streamable_http_client(server.url, http_client=http), mode=mode) as client,
            ):
                assert {tool.name for tool in (await client.list_tools()).tools} == ALL
        [asked] = [asked for asked in stub.asked if asked.path == "/token"]
        assert f"resource={server.url}".encode() in asked.body.replace(b"%3A", b":").replace(b"%2F", b"/")


# The key server ------------------------------------------------------------------------------------------------------


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Minutes pass when a test says so."""
    clock = Clock()
    monkeypatch.setattr(keys, "time", clock)
    monkeypatch.setattr(tokens_module, "time", clock)
    return clock


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key server that does not answer is given up sooner, and asked again sooner; for both it is the same time."""
    assert keys.FETCH_SECONDS == keys.FIRST_AGAIN_SECONDS
    monkeypatch.setattr(keys, "FETCH_SECONDS", 0.4)
    monkeypatch.setattr(keys, "FIRST_AGAIN_SECONDS", 0.4)


def reading(issuer: Issuer) -> Tokens:
    return Tokens(issuer.address, PUBLIC, "email")


PLACES = {
    "": [
        "/.well-known/oauth-authorization-server",
        "/.well-known/openid-configuration",
    ],
    "/tenant": [
        "/.well-known/oauth-authorization-server/tenant",
        "/tenant/.well-known/openid-configuration",
        "/.well-known/openid-configuration/tenant",
    ],
    "/a/b/": [
        "/.well-known/oauth-authorization-server/a/b",
        "/a/b/.well-known/openid-configuration",
        "/.well-known/openid-configuration/a/b",
    ],
}
ELSEWHERE = {
    "nothing": Reply(404, json={}),
    "a page": Reply(200, body="<!doctype html><title>Sign in</title>", headers={"Content-Type": "text/html"}),
    "a failure": Reply(500, json={}),
    "a redirect": Reply(302, headers={"Location": "/sign-in"}),
    "a list": Reply(json=[]),
    "a long page": Reply(200, body=b" " * (keys.MOST_BYTES + 1)),
    "metadata of somebody else": Reply(json={"issuer": "https://else.example.com", "jwks_uri": "https://else.example"}),
}


@pytest.mark.parametrize(("path", "where"), [(path, where) for path, places in PLACES.items() for where in places])
async def test_the_metadata_is_looked_for_in_the_places_that_are_in_use(path: str, where: str, stub: Stub) -> None:
    issuer = Issuer(stub, PUBLIC, path)
    issuer.where = where
    assert await reading(issuer).read(issuer.token()) is not None
    looked_at = [asked.path for asked in stub.asked]
    assert looked_at == [*PLACES[path][: PLACES[path].index(where) + 1], "/keys"]


@pytest.mark.parametrize("what", ELSEWHERE)
async def test_what_is_at_one_place_does_not_hide_the_metadata_at_another(what: str, stub: Stub) -> None:
    issuer = Issuer(stub, PUBLIC, "/tenant")
    first, *_, issuer.where = PLACES["/tenant"]
    issuer.instead[first] = ELSEWHERE[what]
    assert await reading(issuer).read(issuer.token()) is not None
    assert "/sign-in" not in [asked.path for asked in stub.asked]


def test_every_place_is_at_the_issuer_itself() -> None:
    for address in ("https://login.example.com:8443/a/b", "https://login.example.com:8443"):
        assert all(place.startswith("https://login.example.com:8443/") for place in metadata_addresses(address))


def metadata(**other: Any) -> Callable[[Issuer], object]:
    """Its metadata say something else."""
    return lambda issuer: issuer.metadata.update(other)


def answers(reply: Reply, path: str = "*") -> Callable[[Issuer], object]:
    """It answers with this, to everything or at one path."""
    return lambda issuer: issuer.instead.update({path: reply})


def publishing(*jwks: Any) -> Callable[[Issuer], object]:
    """These are its keys."""

    def change(issuer: Issuer) -> None:
        issuer.signers, issuer.also = [], list(jwks)

    return change


GARBAGE = b"\x00\xff\xfe{"
HUGE = json.dumps({"keys": [RS.jwk], "padding": "x" * keys.MOST_BYTES})
BROKEN: dict[str, Callable[[Issuer], object]] = {
    "it fails": answers(Reply(500, json={"error": "internal"})),
    "it is overloaded": answers(Reply(503, headers={"Retry-After": "3600"})),
    "it knows nothing": answers(Reply(404, json={})),
    "it wants to know who asks": answers(Reply(401, json={})),
    "it sends elsewhere": answers(Reply(302, headers={"Location": "/moved"})),
    "it sends elsewhere for good": answers(Reply(308, headers={"Location": "/moved"})),
    "garbage": answers(Reply(200, body=GARBAGE)),
    "garbage that says it is compressed": answers(Reply(200, body=GARBAGE, headers={"Content-Encoding": "gzip"})),
    "nothing at all": answers(Reply(200, body=b"")),
    "no object": answers(Reply(json=[1, 2, 3])),
    "an object that goes deep": answers(Reply(200, body='{"issuer":' * 3000)),
    "a body without an end": answers(Reply(200, body=b" " * (keys.MOST_BYTES + 1))),
    "metadata of another issuer": metadata(issuer="https://login.example.com"),
    "metadata of nearly the same": lambda issuer: issuer.metadata.update(issuer=f"{issuer.address}/"),
    "metadata of nobody": lambda issuer: issuer.metadata.pop("issuer"),
    "issuers in a list": lambda issuer: issuer.metadata.update(issuer=[issuer.address]),
    "no keys named": lambda issuer: issuer.metadata.pop("jwks_uri"),
    "keys without TLS elsewhere": metadata(jwks_uri="http://keys.example.com/keys"),
    "keys in a file": metadata(jwks_uri="file:///etc/passwd"),
    "keys behind a password": lambda issuer: issuer.metadata.update(
        jwks_uri=issuer.metadata["jwks_uri"].replace("http://", "http://user:password@")
    ),
    "keys at a name that only looks like this machine": metadata(jwks_uri="http://127.0.0.1.example.com/keys"),
    "keys at this machine by a name that is not its own": lambda issuer: issuer.metadata.update(
        jwks_uri=issuer.metadata["jwks_uri"].replace("127.0.0.1", "LOCALHOST")
    ),
    "keys at no address": metadata(jwks_uri={"at": "/keys"}),
    "keys that are not there": answers(Reply(404, json={}), "/keys"),
    "keys elsewhere": answers(Reply(302, headers={"Location": "/moved"}), "/keys"),
    "keys that are garbage": answers(Reply(200, body=GARBAGE), "/keys"),
    "keys that are a page": answers(Reply(200, body="<html>"), "/keys"),
    "too many keys to read": answers(Reply(200, body=HUGE), "/keys"),
    "keys that are no list": answers(Reply(json={"keys": RS.jwk}), "/keys"),
    "keys in the place of the object": answers(Reply(json=[RS.jwk]), "/keys"),
    "no keys": publishing(),
    "only keys that do not sign": publishing(ENCRYPTS.jwk, WEAK.jwk, ANOTHER_CURVE.jwk, None, "key"),
    "keys with parts missing": publishing({"kty": "RSA", "kid": "one"}, {"kty": "EC", "crv": "P-256", "kid": "one"}),
    "keys with parts that are wrong": publishing(RS.jwk | {"n": 5}, ES.jwk | {"x": "AA"}, ED.jwk | {"x": "!"}),
}


@pytest.mark.parametrize("what", BROKEN)
async def test_while_its_keys_cannot_be_had_nobody_knows_and_as_soon_as_they_can_all_is_well(
    what: str, clock: Clock, stub: Stub
) -> None:
    issuer = Issuer(stub, PUBLIC)
    BROKEN[what](issuer)
    server = reading(issuer)
    for _ in range(3):
        with pytest.raises(NoKeys):
            await server.read(issuer.token(RS))
    requests = len(stub.asked)
    assert requests <= 3, "once, and not for each token"
    assert "/moved" not in [asked.path for asked in stub.asked]
    issuer.mend()
    with pytest.raises(NoKeys):
        await server.read(issuer.token(RS))
    assert len(stub.asked) == requests, "not again at once"
    clock.ahead += keys.FIRST_AGAIN_SECONDS
    assert await server.read(issuer.token(RS)) is not None


def silent(connection: Any, over: Any, head: bytes) -> None:
    over.wait(5)


def drips(connection: Any, over: Any, head: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    while not over.wait(0.05):
        connection.sendall(b" ")


def leaves(connection: Any, over: Any, head: bytes) -> None:
    connection.close()


def babbles(connection: Any, over: Any, head: bytes) -> None:
    connection.sendall(b"220 mail.example.com ESMTP\r\n" * 3)


@pytest.mark.parametrize("talk", [silent, drips, leaves, babbles])
async def test_a_key_server_that_does_not_speak_as_it_should_is_given_up_in_time(talk: Any, soon: None) -> None:
    with raw_provider(talk) as origin:
        server = Tokens(origin, PUBLIC, "email")
        token = signer("one")
        began = time.monotonic()
        with serving() as stub, pytest.raises(NoKeys):
            await server.read(Issuer(stub, PUBLIC).token(token))
        assert time.monotonic() - began < 3 * keys.FETCH_SECONDS


async def test_a_key_server_that_is_down_is_no_reason_to_take_a_token(stub: Stub) -> None:
    issuer = Issuer(stub, PUBLIC)
    with serving() as gone:
        issuer.address = gone.origin
    with pytest.raises(NoKeys):
        await reading(issuer).read(issuer.token())


async def test_what_is_no_token_at_all_needs_no_keys(stub: Stub) -> None:
    issuer = Issuer(stub, PUBLIC)
    server = reading(issuer)
    for text in ("garbage", "a.b.c", unsigned("none")(issuer), unsigned("HS256")(issuer)):
        assert await server.read(text) is None
    assert stub.asked == []


async def test_however_many_wait_for_a_slow_key_server_they_wait_once(soon: None) -> None:
    with raw_provider(silent) as origin, serving() as stub:
        issuer, server = Issuer(stub, PUBLIC), Tokens(origin, PUBLIC, "email")
        began = time.monotonic()
        ends = await asyncio.gather(*(server.read(issuer.token()) for _ in range(20)), return_exceptions=True)
        assert [type(end) for end in ends] == [NoKeys] * 20
        assert time.monotonic() - began < 3 * keys.FETCH_SECONDS


async def test_many_at_once_fetch_the_keys_once(stub: Stub) -> None:
    issuer = Issuer(stub, PUBLIC)
    server = reading(issuer)
    read = await asyncio.gather(*(server.read(issuer.token(sub=str(number))) for number in range(20)))
    assert [token and token.subject for token in read] == [str(number) for number in range(20)]
    assert issuer.fetched == 1


async def test_whoever_asks_first_and_leaves_takes_the_keys_from_nobody(stub: Stub) -> None:
    issuer = Issuer(stub, PUBLIC)
    issuer.thinks_seconds = 0.1
    server = reading(issuer)
    async with anyio.create_task_group() as group:
        group.start_soon(server.read, issuer.token())
        await happens(lambda: stub.asked, "the first question")
        group.cancel_scope.cancel()
    assert await server.read(issuer.token()) is not None
    assert issuer.fetched == 1


async def test_a_token_without_a_key_id_means_the_only_key(clock: Clock, stub: Stub) -> None:
    issuer = Issuer(stub, PUBLIC)
    for named in (RS, signer(None)):
        issuer.signers = [named]
        assert await reading(issuer).read(issuer.token(named, header={"kid": None})) is not None
    issuer.signers = [RS, ES]
    server = reading(issuer)
    assert await server.read(issuer.token(RS, header={"kid": None})) is None
    assert await server.read(issuer.token(ES, header={"kid": None})) is None


# Rotation ------------------------------------------------------------------------------------------------------------


async def test_a_new_key_is_taken_after_at_most_a_minute(clock: Clock, stub: Stub) -> None:
    issuer = Issuer(stub, PUBLIC)
    server = reading(issuer)
    assert await server.read(issuer.token(RS)) is not None
    issuer.signers = [RS, ES]
    assert await server.read(issuer.token(ES)) is None, "the keys were fetched just now"
    clock.ahead += keys.AGAIN_AFTER_SECONDS
    assert await server.read(issuer.token(ES)) is not None
    assert issuer.fetched == 2


async def test_unknown_keys_are_looked_for_at_most_once_a_minute(clock: Clock, stub: Stub) -> None:
    issuer = Issuer(stub, PUBLIC)
    server = reading(issuer)
    for minute in range(1, 4):
        for number in range(10):
            assert await server.read(issuer.token(STRANGER, header={"kid": f"made up {number}"})) is None
        assert issuer.fetched == minute
        clock.ahead += keys.AGAIN_AFTER_SECONDS


async def test_a_key_that_was_withdrawn_is_taken_for_ten_minutes_at_most(clock: Clock, stub: Stub) -> None:
    issuer = Issuer(stub, PUBLIC)
    long: dict[str, Any] = {"exp": now() + 3600}
    server = reading(issuer)
    assert await server.read(issuer.token(RS, **long)) is not None
    issuer.signers = [ES]
    clock.ahead += keys.KEPT_SECONDS
    assert await server.read(issuer.token(RS, **long)) is not None, "nobody waits for the new keys"
    await happens(lambda: issuer.fetched == 2, "the keys to be fetched behind it")
    assert await server.read(issuer.token(ES, **long)) is not None
    assert await server.read(issuer.token(RS, sub="eve", **long)) is None
    clock.ahead += tokens_module.KEPT_SECONDS
    assert await server.read(issuer.token(RS, **long)) is None, "also where it was known"


async def test_while_the_key_server_is_down_the_keys_that_are_known_go_on(clock: Clock, stub: Stub) -> None:
    issuer = Issuer(stub, PUBLIC)
    long: dict[str, Any] = {"exp": now() + 36_000}
    server = reading(issuer)
    assert await server.read(issuer.token(**long)) is not None
    issuer.instead["*"] = Reply(500)
    for _ in range(3):
        clock.ahead += keys.KEPT_SECONDS
        assert await server.read(issuer.token(sub="new here", **long)) is not None
    assert await server.read(issuer.token(STRANGER, **long)) is None, "unknown, and known to be"


async def test_a_token_ends_when_it_says_also_where_it_is_known(clock: Clock, stub: Stub) -> None:
    issuer = Issuer(stub, PUBLIC)
    server, token = reading(issuer), issuer.token(exp=now() + 30)
    for ahead, is_good in ((0, True), (29, True), (33, True), (36, False)):
        clock.ahead = ahead
        assert (await server.read(token) is not None) is is_good, "and a moment more, because clocks differ"


async def test_many_different_tokens_take_little_memory(stub: Stub) -> None:
    issuer = Issuer(stub, PUBLIC)
    issuer.signers = [ED]
    server = reading(issuer)
    for number in range(tokens_module.KEPT + 10):
        assert await server.read(issuer.token(ED, jti=str(number))) is not None
    assert len(server._known) <= tokens_module.KEPT


# All of it together --------------------------------------------------------------------------------------------------


def test_without_keys_a_caller_is_told_to_come_again_and_whoever_has_a_static_key_goes_on(
    clock: Clock, stub: Stub, tmp_path: Path
) -> None:
    issuer = Issuer(stub, PUBLIC)
    issuer.instead["*"] = Reply(500)
    callers = file_of(tmp_path, f'[callers.desk]\ntoken_sha256 = "{hashed("key")}"\n')
    with hosting(variables(issuer, ORDER_MCP_CALLERS_FILE=callers)) as server:
        response = server.tools(issuer.token())
        assert (response.status_code, response.headers["retry-after"]) == (503, "5")
        assert "get_order" not in response.text
        assert server.tools("key").status_code == 200
        assert server.tools("another key").status_code == 401
        issuer.mend()
        clock.ahead += keys.FIRST_AGAIN_SECONDS
        assert server.tools(issuer.token()).status_code == 200
        issuer.instead["*"] = Reply(500)
        clock.ahead += 2 * keys.AGAIN_AFTER_SECONDS
        assert server.tools(issuer.token()).status_code == 200
        assert server.tools(issuer.token(STRANGER)).status_code == 401, "there are keys, and this is none of them"


def test_the_real_process_takes_tokens_in_both_eras_and_writes_none_down(stub: Stub) -> None:
    issuer = Issuer(stub, PUBLIC)
    with (
        serving_http(variables=variables(issuer, ORDER_MCP_LOG_LEVEL="DEBUG")) as (program, url),
        Client(url) as server,
    ):
        good, bad = issuer.token(), issuer.token(STRANGER)
        for era in (MODERN, LEGACY):
            assert {tool["name"] for tool in result_of(server.tools(good, era=era))["tools"]} == ALL
            assert server.tools(bad, era=era).status_code == 401
            refused = result_of(server.call("get_order", good, era=era, order_id="42", provider="polinate"))
            assert refused["isError"] and "not_configured" in refused["content"][0]["text"]
        until(lambda: "not_configured" in program.stderr, "the line about the call")
        signatures = [token.rpartition(".")[2] for token in (good, bad)]
        assert not any(signature in program.stderr or "ada" in program.stderr for signature in signatures)


async def test_keys_go_on_for_a_day_while_their_server_is_down_and_no_longer(clock: Clock, stub: Stub) -> None:
    issuer = Issuer(stub, PUBLIC)
    server = reading(issuer)
    assert await server.read(issuer.token()) is not None
    answers(Reply(503))(issuer)
    for ahead, is_taken in ((keys.OUTLIVES_SECONDS - 60, True), (120.0, False)):
        clock.ahead += ahead
        token = issuer.token(exp=int(now() + clock.ahead + 600), jti=str(ahead))
        if is_taken:
            assert await server.read(token) is not None
        else:
            with pytest.raises(NoKeys):
                await server.read(token)


async def test_an_issuer_may_name_its_policy_in_the_address_of_its_keys(stub: Stub) -> None:
    issuer = Issuer(stub, PUBLIC)
    issuer.metadata["jwks_uri"] += "?p=b2c_1_policy"
    assert await reading(issuer).read(issuer.token()) is not None
