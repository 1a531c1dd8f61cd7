"""What provider packages rely on, written down name by name, so that none of it changes unseen.

`make regen` adds what is new. What was promised is never written over: a package that relies on it would break.
"""

import inspect
import json
from collections.abc import Callable, Iterator
from enum import Enum

from pydantic import BaseModel

from order_mcp import provider_api
from order_mcp.providers.introduction import PROVIDER_API

from .documents import ROOT

RECORD = ROOT / "tests" / "snapshots" / f"provider_api_{PROVIDER_API}.json"


class Broken(Exception):
    """Something that was promised is gone, or is another thing now."""


def promised() -> dict[str, str]:
    """What is written down of this version."""
    return dict(json.loads(RECORD.read_text(encoding="utf-8"))) if RECORD.exists() else {}


def offered() -> dict[str, str]:
    """Every public name with its shape; behind a dot stands a member."""
    return {name: shape for public in provider_api.__all__ for name, shape in _shapes(public)}


def record() -> str:
    """What is promised and what is new, for the file.

    Raises:
        Broken: names what is gone or changed.
    """
    before, now = promised(), offered()
    if broken := sorted(name for name in before if before[name] != now.get(name)):
        raise Broken(
            f"{', '.join(broken)}: provider packages rely on this. Raise PROVIDER_API; or, where they go on working, "
            f"take the line out of {RECORD.relative_to(ROOT).as_posix()} and run make regen again."
        )
    return json.dumps(now, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _shapes(name: str) -> Iterator[tuple[str, str]]:
    value = getattr(provider_api, name)
    if not inspect.isclass(value):
        yield name, _parameters(value) if inspect.isfunction(value) else "value"
        return
    yield name, "class"
    if issubclass(value, Enum):
        yield from ((f"{name}.{member.name}", repr(member.value)) for member in value)
    elif issubclass(value, BaseModel):
        fields = value.model_fields.items()
        yield from ((f"{name}.{field}", "required" if info.is_required() else "optional") for field, info in fields)
    for base in value.__mro__ if not issubclass(value, Enum) else ():
        if base.__module__.startswith("order_mcp"):
            yield from _members(name, base)


def _members(name: str, base: type) -> Iterator[tuple[str, str]]:
    """What a class, or one that it is made from, has of its own. Types are for the type checker of a package."""
    fields = getattr(base, "model_fields", {})
    for attribute in (*vars(base).get("__annotations__", {}), *vars(base)):
        if attribute == "__init__" or not (attribute.startswith(("_", "model_")) or attribute in fields):
            member = inspect.getattr_static(base, attribute, None)
            function = getattr(member, "__func__", member)
            yield f"{name}.{attribute}", _parameters(function) if inspect.isfunction(function) else "attribute"


def _parameters(function: Callable[..., object]) -> str:
    """As they are written where it is called: a star for those by name, an equals sign where it may be left out."""
    told, by_name = [], False
    for each in inspect.signature(function).parameters.values():
        star = {each.VAR_POSITIONAL: "*", each.VAR_KEYWORD: "**"}.get(each.kind, "")
        if each.kind is each.KEYWORD_ONLY and not by_name:
            told.append("*")
        by_name = by_name or each.kind in (each.KEYWORD_ONLY, each.VAR_POSITIONAL)
        told.append(f"{star}{each.name}{'' if each.default is each.empty else '='}")
    return f"({', '.join(told)})"
