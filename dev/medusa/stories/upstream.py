"""The running Medusa behind a story: asked what the adapter asks, with keys that are right."""

from collections.abc import Mapping
from typing import Self

import httpx2

from order_mcp.testing import Asked, Reply

from ..questions import Headers, basic
from ..recorder import TIMEOUT
from ..site import Site
from .question import Way

WRONG_SECRET, WRONG_PUBLISHABLE = "sk_" + "0" * 64, "pk_" + "0" * 64
STORE = "/store/"


class Upstream:
    """Answers as Medusa does. A story's made-up keys never reach it."""

    def __init__(self, site: Site) -> None:
        self._client = httpx2.Client(base_url=site.address, timeout=TIMEOUT, trust_env=False)
        self._headers = Headers(site.seeded)

    def answer(self, asked: Asked, way: Way) -> Reply:
        path = f"/elsewhere{asked.path}" if way is Way.WRONG_ADDRESS else asked.path
        headers = {"accept-encoding": "identity", **self._signed(asked.path.startswith(STORE), way)}
        answer = self._client.get(path, headers=headers)
        return Reply(answer.status_code, body=answer.content.decode())

    def _signed(self, by_a_shop: bool, way: Way) -> Mapping[str, str]:
        if way is Way.WRONG_KEY:
            return {"x-publishable-api-key": WRONG_PUBLISHABLE} if by_a_shop else basic(WRONG_SECRET)
        return self._headers.publishable if by_a_shop else self._headers.secret

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()
