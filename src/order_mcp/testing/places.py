"""Ways into a body: every place in it, what stands there, and a copy with something else there."""

import copy
from collections.abc import Iterator
from typing import Any

Path = tuple[str | int, ...]
"""From the body's root to a value: keys of objects, positions in lists."""


def places(value: Any, at: Path = ()) -> Iterator[Path]:
    """Every place in a body, the body itself included."""
    yield at
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in members:
        yield from places(inner, (*at, key))


def member(body: Any, place: Path) -> Any:
    """What stands in a place."""
    for key in place:
        body = body[key]
    return body


def values(body: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value that is neither an object nor a list, with the way to it."""
    if isinstance(body, dict | list):
        for step, inner in body.items() if isinstance(body, dict) else enumerate(body):
            yield from values(inner, (*path, step))
    else:
        yield path, body


def texts(body: Any) -> list[Path]:
    """The way to every text."""
    return [path for path, value in values(body) if isinstance(value, str)]


def replaced(body: Any, path: Path, value: Any) -> Any:
    """A copy of the body with another value there."""
    if not path:
        return value
    changed, holder = _with_copied_way(body, path)
    holder[path[-1]] = value
    return changed


def without(body: Any, path: Path) -> Any:
    """A copy of the body in which nothing is there."""
    changed, holder = _with_copied_way(body, path)
    del holder[path[-1]]
    return changed


def planted(body: Any, path: Path, value: Any) -> Any:
    """A copy of the body with a value there, and objects made on the way to it where there are none."""
    if not path:
        return value
    first, *rest = path
    if isinstance(first, int):
        members = list(body) if isinstance(body, list) else []
        members += [None] * (first + 1 - len(members))
        members[first] = planted(members[first], tuple(rest), value)
        return members
    holder = body if isinstance(body, dict) else {}
    return {**holder, first: planted(holder.get(first), tuple(rest), value)}


def ids_in(body: Any, id: str) -> list[Path]:
    """The places of an id in a body. First the one that is most likely its own: called an id, and not deep."""
    found = [path for path, value in values(body) if str(value) == id]
    return sorted(found, key=lambda path: ("id" not in str(path[-1]).lower() if path else True, len(path)))


def shape_of(body: Any) -> set[Path]:
    """The keys that a body has, wherever in a list they stand."""
    return {tuple(step for step in place if isinstance(step, str)) for place in places(body)}


def _with_copied_way(body: Any, path: Path) -> tuple[Any, Any]:
    """A body of which everything on the way is a copy, and what holds the end of the way."""
    changed = holder = copy.copy(body)
    for step in path[:-1]:
        holder[step] = holder = copy.copy(holder[step])
    return changed, holder
