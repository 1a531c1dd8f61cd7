"""What Medusa answers, kept byte for byte."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, Self

import httpx2

TIMEOUT = 90.0
"""Longer than it waits for its database."""


class Question(NamedTuple):
    """One request."""

    path: str
    """With its query, as it goes over the wire."""
    headers: Mapping[str, str] = {}
    method: str = "GET"


class Recorder:
    """A folder with one file for each question."""

    def __init__(self, address: str, folder: Path, secrets: Mapping[str, str]) -> None:
        """`secrets` are texts that stand in no file, and what stands there for them."""
        self._client = httpx2.Client(base_url=address, timeout=TIMEOUT, trust_env=False)
        self._folder = folder
        self._secrets = secrets
        folder.mkdir(parents=True, exist_ok=True)

    def record(self, name: str, question: Question) -> None:
        """Ask, and write down what was asked and what came."""
        headers = {"accept": "application/json", "accept-encoding": "identity", **question.headers}
        answer = self._client.request(question.method, question.path, headers=headers)
        kept = {
            "request": {"method": question.method, "path": question.path, "headers": headers},
            "status": answer.status_code,
            "headers": dict(answer.headers),
            "body": answer.content.decode(),
        }
        text = json.dumps(kept, indent=1, ensure_ascii=False)
        for secret, instead in self._secrets.items():
            text = text.replace(secret, instead)
        (self._folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()
