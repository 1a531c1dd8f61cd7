"""The registry: every file in this folder with a provider class, and the providers of other packages.

It is called, so that importing it loads no provider. A file that lacks something is a mistake of ours and stops the
start; a package that does is left out.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from inspect import isclass
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

from .base import Provider
from .fitness import AnyProvider, lacks
from .packages import Unfit, from_packages


@dataclass(frozen=True, slots=True)
class Registry:
    """What there is."""

    kinds: Mapping[str, type[AnyProvider]]
    """Every provider class by name: the built-in ones in the order of their files, then those of packages."""
    unfit: tuple[Unfit, ...] = ()
    """What packages have that cannot be used."""


_known: Registry | None = None


def registry() -> Registry:
    """Every provider, looked for once in a process.

    Raises:
        TypeError: a file of this folder does not say all that it has to.
    """
    global _known
    if _known is None:
        own = built_in()
        others, unfit = from_packages(own)
        _known = Registry(own | others, unfit)
    return _known


def built_in() -> dict[str, type[AnyProvider]]:
    """The providers of this folder by name, in the order of the file names.

    Raises:
        TypeError: one does not say all that it has to.
    """
    modules = [import_module(f"{__package__}.{found.name}") for found in iter_modules([str(Path(__file__).parent)])]
    return {kind.name: kind for module in modules if (kind := provider_in(module))}


@contextmanager
def registered(kind: type[AnyProvider]) -> Iterator[None]:
    """With one provider more, as if its package were installed: for its tests.

    Raises:
        TypeError: it does not say all that it has to.
    """
    global _known
    before = registry()
    if missing := lacks(kind, kind.name, "its entry point"):
        raise TypeError(f"{kind.__name__} lacks {missing}.")
    _known = replace(before, kinds={**before.kinds, kind.name: kind})
    try:
        yield
    finally:
        _known = before


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
    if missing := lacks(kind, file, "the file"):
        raise TypeError(f"{kind.__name__} in providers/{file}.py lacks {missing}; see docs/providers.md.")
    return kind
