"""Providers from other packages: who says in the entry-point group `order_mcp.providers` that it has one.

A package runs with all rights of the server. One that does not fit stops nothing: it is left out, and it is said why.
"""

import re
import sys
from collections import Counter
from collections.abc import Collection, Iterable
from contextlib import redirect_stdout
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from inspect import isclass

from ..finding import Held, How
from .base import Provider
from .fitness import NAME, RESERVED, AnyProvider, lacks
from .introduction import PROVIDER_API

GROUP = "order_mcp.providers"
_ODD = re.compile("[^A-Za-z0-9._:-]")


@dataclass(frozen=True, slots=True)
class Unfit:
    """An entry point that cannot be used."""

    name: str
    """What the provider would be called."""
    package: str
    """Who has it, with the version."""
    problem: str
    """What is wrong, as a sentence."""
    is_free: bool
    """Whether nobody else is called so, so that a call may name it and be told."""

    @property
    def kind(self) -> type[AnyProvider]:
        """What stands in its place: it may have anything, and is never set up."""
        has = classmethod(lambda cls, noun: True)
        finds_by = classmethod(lambda cls, settings: dict.fromkeys(Held, How.FILTER))
        may = {"has": has, "finds_by": finds_by}
        return type(self.name, (Provider,), {"name": self.name, "title": self.name, **may})


class _DoesNotFit(Exception):
    """Why a provider is not used, as a sentence."""


def from_packages(taken: Collection[str]) -> tuple[dict[str, type[AnyProvider]], tuple[Unfit, ...]]:
    """The providers of all packages by name, and what cannot be used. `taken` are the names of the built-in ones."""
    kinds: dict[str, type[AnyProvider]] = {}
    unfit = []
    # The same package may be found twice, where two folders of the path hold it. The first one counts.
    found = {(each.name, _package(each)): each for each in reversed(list(entry_points(group=GROUP)))}
    times = Counter(name for name, _ in found)
    for (name, package), entry in sorted(found.items()):
        try:
            if name in taken or times[name] > 1:
                raise _DoesNotFit(f"the name {_plain(name)} is taken by {_others(name, package, found, taken)}")
            kinds[name] = _loaded(entry)
        except _DoesNotFit as why:
            is_free = name not in taken and NAME.fullmatch(name) is not None and name not in RESERVED
            unfit.append(Unfit(_plain(name), package, f"The package {package} cannot be used: {why}.", is_free))
    return kinds, tuple(unfit)


def _loaded(entry: EntryPoint) -> type[AnyProvider]:
    try:
        # Standard output may be the pipe to a host.
        with redirect_stdout(sys.stderr):
            kind = entry.load()
    except AttributeError as failure:
        if failure.obj is None or type(failure.obj).__name__ != "module":
            raise _DoesNotFit(f"its import fails (AttributeError); {_shows(entry)}") from None
        raise _DoesNotFit(f"its entry point says {_plain(entry.value)}, and there is no such class") from None
    except (Exception, SystemExit) as failure:
        module = f" {_plain(failure.name)}" if isinstance(failure, ModuleNotFoundError) and failure.name else ""
        raise _DoesNotFit(f"its import fails ({type(failure).__name__}{module}); {_shows(entry)}") from None
    try:
        return _checked(kind, entry)
    except _DoesNotFit:
        raise
    except Exception as failure:
        raise _DoesNotFit(f"its class cannot be read ({type(failure).__name__})") from None


def _shows(entry: EntryPoint) -> str:
    return f'{sys.executable} -c "import {_plain(entry.module)}" shows why'


def _checked(kind: object, entry: EntryPoint) -> type[AnyProvider]:
    if not (isclass(kind) and issubclass(kind, Provider) and kind is not Provider):
        raise _DoesNotFit(f"{_plain(entry.value)} is no subclass of Provider")
    if type(version := kind.provider_api) is not int:
        raise _DoesNotFit(f"provider_api of {_plain(kind.__name__)} has to be the number {PROVIDER_API}")
    if version != PROVIDER_API:
        if not version:
            raise _DoesNotFit(f"{_plain(kind.__name__)} lacks provider_api = {PROVIDER_API}")
        older = "this server" if version > PROVIDER_API else "the package"
        raise _DoesNotFit(
            f"it is made for provider API {version:d}, and this server has {PROVIDER_API}; update {older}"
        )
    said = getattr(kind, "name", entry.name)
    if said != entry.name:
        raise _DoesNotFit(f"its entry point is called {_plain(entry.name)}, and its class says name = {_plain(said)}")
    if missing := lacks(kind, entry.name, "its entry point"):
        raise _DoesNotFit(f"{_plain(kind.__name__)} lacks {missing}")
    # What is built on first use for the others: here it may fail.
    kind.Settings.model_rebuild()
    dict(kind.finds_by(None))
    kind.why_refused(kind.unused_id)
    return kind


def _others(name: str, package: str, found: Iterable[tuple[str, str]], taken: Collection[str]) -> str:
    if name in taken:
        return "a provider of the server's own"
    return " and ".join(other for theirs, other in sorted(found) if theirs == name and other != package)


def _package(entry: EntryPoint) -> str:
    """Its name and version. Nothing else of what it says of itself is repeated."""
    return f"{_plain(entry.dist.name)} {_plain(entry.dist.version)}" if entry.dist else "without a name"


def _plain(text: object) -> str:
    return _ODD.sub("?", str(text))[:80]
