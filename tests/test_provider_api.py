"""What provider packages rely on does not change unseen; see dev/provider_api.py."""

import pytest

from dev import provider_api as dev
from order_mcp import provider_api
from order_mcp.providers.fitness import HAS_TO_SAY


def test_what_is_offered_is_what_is_written_down() -> None:
    assert dev.record() == dev.RECORD.read_text(encoding="utf-8"), "run make regen, and read what is new"


@pytest.mark.parametrize("name", ["Provider.fetch", "Order.status", "Held.EMAIL", "said", "PROVIDER_API"])
def test_what_was_promised_is_not_written_over(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert name in dev.promised()
    monkeypatch.setattr(dev, "offered", lambda: {each: "another" for each in dev.promised() if each != name})
    with pytest.raises(dev.Broken, match=f"{name}.*Raise PROVIDER_API"):
        dev.record()


def test_public_names_are_listed_once_and_there() -> None:
    assert len(set(provider_api.__all__)) == len(provider_api.__all__)
    assert all(hasattr(provider_api, name) for name in provider_api.__all__)


def test_what_a_class_has_to_say_is_public() -> None:
    assert {f"Provider.{name}" for name in HAS_TO_SAY} <= set(dev.promised())
