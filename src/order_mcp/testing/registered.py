"""A provider class that is registered for the duration of a block. It stands in until the registry offers this itself.

`order_mcp.providers.registry.registered` takes its place: this module then goes, and its name in `subject` is imported
from there.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..providers import registry
from ..providers.base import Provider
from ..wording import listed


@contextmanager
def registered(kind: type[Provider[Any]]) -> Iterator[None]:
    """Add a class to the providers that the configuration knows; one that is there already changes nothing.

    Raises:
        TypeError: the registry would refuse it. The sentence says why.
    """
    name = getattr(kind, "name", "")
    if missing := list(registry._missing(kind, name)):
        raise TypeError(f"{kind.__name__} lacks {listed(missing, 'and')}.")
    before = registry.PROVIDERS.get(name)
    registry.PROVIDERS[name] = kind
    try:
        yield
    finally:
        if before is None:
            del registry.PROVIDERS[name]
        else:
            registry.PROVIDERS[name] = before
