"""Whether a provider class says all that it has to. What it lacks is said in one sentence, before anything runs."""

import re
from collections.abc import Iterator
from inspect import getattr_static, iscoroutinefunction
from typing import Any

from ..models import AUTO, Noun
from ..rules import rate
from ..wording import listed
from .base import Provider
from .introduction import Introduction
from .settings import ProviderSettings, names_in, variables

AnyProvider = Provider[Any]

NAME = re.compile("[a-z][a-z0-9]{0,39}")
# Variables of a provider called `order` would begin like the server's own.
RESERVED = (AUTO, "order")
HAS_TO_SAY = [name for name in Introduction.__annotations__ if not hasattr(Introduction, name)]
MAY_SAY = {
    name: type(getattr(Introduction, name)) for name in Introduction.__annotations__ if hasattr(Introduction, name)
}
LOOKS_UP = [f"get_{noun}" for noun in Noun]
ASYNC = (*LOOKS_UP, "find_orders")


def lacks(kind: type[AnyProvider], name: str, named_by: str) -> str:
    """What a provider class that is called `name` by its file or entry point lacks; blank where it lacks nothing."""
    missing = list(dict.fromkeys(_missing(kind, name, named_by)))
    return listed(missing, "and") if missing else ""


def _missing(kind: type[AnyProvider], name: str, named_by: str) -> Iterator[str]:
    said = [each for each in HAS_TO_SAY if getattr(kind, each, None)]
    yield from (each for each in HAS_TO_SAY if each not in said)
    if "name" in said and not (kind.name == name not in RESERVED and NAME.fullmatch(name)):
        words = " or ".join(f"“{word}”" for word in RESERVED)
        yield f"a fit name (that of {named_by}, in lower-case letters and digits, and not {words})"
    if "Settings" in said:
        yield from _missing_in(kind.Settings, name)
    yield from _of_another_type(kind, said)
    try:
        rate(kind.rate_limit)
    except ValueError:
        yield "a rate such as 100/minute, or none, in rate_limit"
    if not any(kind.has(noun) for noun in Noun):
        yield listed(LOOKS_UP, "or")
    own = [each for each in ASYNC if getattr(kind, each) is not getattr(Provider, each)]
    yield from (f"async before def {each}" for each in own if not iscoroutinefunction(getattr(kind, each)))
    if not isinstance(getattr_static(kind, "finds_by"), classmethod):
        yield "@classmethod before def finds_by"
    if ("find_orders" in own) is not _says_how_it_finds(kind):
        yield "finds_by and find_orders, both or neither"


def _says_how_it_finds(kind: type[AnyProvider]) -> bool:
    return getattr(kind.finds_by, "__func__", None) is not getattr(Provider.finds_by, "__func__", None)


def _of_another_type(kind: type[AnyProvider], said: list[str]) -> Iterator[str]:
    """What is said in a way that nobody can read."""
    wanted = {each: tuple if each == "key_sources" else str for each in said if each != "Settings"} | MAY_SAY
    for name, type_ in wanted.items():
        if type(value := getattr(kind, name)) is not type_ or (type_ is tuple and not all(map(_is_text, value))):
            yield f"{_A[type_]} in {name}"


_A: dict[type, str] = {str: "a text", tuple: "a tuple of texts", bool: "True or False", dict: "a dict", int: "a number"}


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _missing_in(settings: type[ProviderSettings], name: str) -> Iterator[str]:
    """What the variables lack."""
    if not (isinstance(settings, type) and issubclass(settings, ProviderSettings)):
        yield "a subclass of ProviderSettings in Settings"
        return
    declared = {variable.name for variable in variables(settings)}
    needs = getattr(settings, "needs", None)
    if isinstance(needs, str):
        yield "a tuple in Settings.needs (a single text needs a comma behind it)"
    elif not needs:
        yield "Settings.needs"
    else:
        unknown = [each for need in needs for each in names_in(need) if each not in declared]
        yield from (f"a variable {each}, which Settings.needs names" for each in unknown)
    if "base_url" not in settings.model_fields:
        yield "Settings.base_url"
    begin = f"{name.upper()}_"
    if not all(each.startswith(begin) for each in declared):
        yield f"variables that all begin with {begin}"
