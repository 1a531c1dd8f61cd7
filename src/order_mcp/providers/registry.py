"""The registry: every file in this folder with a provider class is registered, if the class says all that it has to.

What is missing is one sentence, before anything runs.
"""

import re
from collections.abc import Iterator
from importlib import import_module
from inspect import isclass
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

from ..models import AUTO, Noun
from ..wording import listed
from .base import Provider
from .settings import ProviderSettings, names_in, variables

AnyProvider = Provider[Any]

NAME = re.compile("[a-z][a-z0-9]*")
HAS_TO_SAY = [name for name in Provider.__annotations__ if not hasattr(Provider, name)]


def provider_in(module: ModuleType) -> type[AnyProvider] | None:
    """The provider of a file; None where the file has no provider class.

    Raises:
        TypeError: it has one that is not named, or does not say all that it has to.
    """
    file = module.__name__.rpartition(".")[2]
    members = [each for each in vars(module).values() if isclass(each) and each.__module__ == module.__name__]
    kinds = [each for each in members if issubclass(each, Provider) and each is not Provider]
    kind: type[AnyProvider] | None = getattr(module, "PROVIDER", None)
    if kind is None and not kinds:
        return None
    if kind not in kinds:
        raise TypeError(f"providers/{file}.py has to end with PROVIDER = …, its own subclass of Provider.")
    if missing := list(_missing(kind, file)):
        raise TypeError(
            f"{kind.__name__} in providers/{file}.py lacks {listed(missing, 'and')}; see docs/providers.md."
        )
    return kind


def _missing(kind: type[AnyProvider], file: str) -> Iterator[str]:
    """What a provider class has to say and does not."""
    said = [name for name in HAS_TO_SAY if getattr(kind, name, None)]
    yield from (name for name in HAS_TO_SAY if name not in said)
    if "name" in said and not (kind.name == file != AUTO and NAME.fullmatch(file)):
        yield f"a fit name (that of the file, in lower-case letters and digits, and not “{AUTO}”)"
    if "Settings" in said:
        yield from _missing_needs(kind.Settings)
    if "Settings" in said and "base_url" not in kind.Settings.model_fields:
        yield "Settings.base_url"
    if not any(kind.has(noun) for noun in Noun):
        yield listed([f"get_{noun}" for noun in Noun], "or")


def _missing_needs(settings: type[ProviderSettings]) -> Iterator[str]:
    needs = getattr(settings, "needs", None)
    if isinstance(needs, str):
        yield "a tuple in Settings.needs (a single text needs a comma behind it)"
    elif not needs:
        yield "Settings.needs"
    else:
        declared = {variable.name for variable in variables(settings)}
        unknown = [name for need in needs for name in names_in(need) if name not in declared]
        yield from (f"a variable {name}, which Settings.needs names" for name in unknown)


def _discover() -> dict[str, type[AnyProvider]]:
    modules = [import_module(f"{__package__}.{found.name}") for found in iter_modules([str(Path(__file__).parent)])]
    return {kind.name: kind for module in modules if (kind := provider_in(module))}


PROVIDERS: dict[str, type[AnyProvider]] = _discover()
"""Every provider by name, in the order of the file names."""
