"""How an answer is to be shown."""

from collections.abc import Collection
from dataclasses import dataclass

from ..models import Audience, Detail


@dataclass(frozen=True, slots=True)
class View:
    """How an answer is to be shown: the operator's audience, the caller's level of detail."""

    audience: Audience
    detail: Detail = Detail.STANDARD
    item_offset: int = 0
    sandbox: bool = False
    secrets: Collection[str] = ()
    """What must never be shown, even if a provider says it."""
