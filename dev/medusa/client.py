"""Medusa's HTTP API, as those speak to it who run a shop (`/admin`) and those who buy in it (`/store`)."""

from typing import Any, Self

import httpx2

from ..hosting.processes import Failed

JSON = dict[str, Any]
TIMEOUT = 60.0


class Client:
    """One caller: what its requests are signed with."""

    def __init__(
        self, address: str, headers: dict[str, str] | None = None, auth: tuple[str, str] | None = None
    ) -> None:
        self._http = httpx2.Client(base_url=address, headers=headers, auth=auth, timeout=TIMEOUT, trust_env=False)

    def get(self, path: str, **query: str) -> JSON:
        return self._ask("GET", path, params=query)

    def post(self, path: str, body: JSON | None = None) -> JSON:
        return self._ask("POST", path, json=body or {})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def _ask(self, method: str, path: str, **more: Any) -> JSON:
        """
        Raises:
            Failed: it was refused, or not answered.
        """
        try:
            response = self._http.request(method, path, **more)
        except httpx2.TransportError as error:
            raise Failed(f"{method} {path} was not answered: {error!r}") from None
        if not response.is_success:
            sent = f"{more}"[:500]
            raise Failed(f"{method} {path} with {sent} was refused: {response.status_code} {response.text[:500]}")
        answer: JSON = response.json()
        return answer


def sign_in(address: str, email: str, password: str) -> Client:
    """A user of the admin API, who can make keys."""
    with Client(address) as anybody:
        token = anybody.post("/auth/user/emailpass", {"email": email, "password": password})["token"]
    return Client(address, {"Authorization": f"Bearer {token}"})


def with_secret_key(address: str, key: str) -> Client:
    """A program with a secret key, which is the user name of Basic authentication."""
    return Client(address, auth=(key, ""))


def with_publishable_key(address: str, key: str, token: str | None = None) -> Client:
    """A shop's web page; with a token it is one that a customer is signed in at."""
    signed_in = {"Authorization": f"Bearer {token}"} if token else {}
    return Client(address, {"x-publishable-api-key": key} | signed_in)
