"""Bodies to try: a provider's own with a few things changed, and those that its wire models could take."""

import copy
from collections.abc import Iterator
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from ..providers.wire import Wire
from .places import Path, member, values

FEW = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)
"""The same examples in every run, and no files."""

JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([10**40, 1e300, -0.0, "1e400", "NaN", "42", "٤٢", "2026-13-45", "0001-01-01T00:00:00+14:00"])
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
DEEPEST = 6
"""How many wire models are filled inside each other."""


def every_place(body: Any) -> list[Path]:
    """The way to everything in a body, objects and lists included."""
    ways = [path[:length] for path, _ in values(body) for length in range(1, len(path) + 1)]
    return sorted(set(ways), key=repr)


def grown(value: Any, times: int) -> Any:
    """Much more of the same."""
    if isinstance(value, str | list):
        return value * times
    if isinstance(value, dict):
        return value | {f"{key}{n}": inner for key, inner in value.items() for n in range(times)}
    return value * 10**times if isinstance(value, int) else value


@st.composite
def mutated(draw: st.DrawFn, whole: Any, ids: list[Path]) -> Any:
    """A body with a few things about it changed; mostly not the ids, for then there is nothing to see."""
    body = copy.deepcopy(whole)
    keep = ids if draw(st.integers(0, 3)) else []
    for _ in range(draw(st.integers(1, 6))):
        able = [path for path in every_place(body) if not any(kept[: len(path)] == path for kept in keep)]
        if not able:
            break
        path = draw(st.sampled_from(able))
        holder = member(body, path[:-1])
        way = draw(st.sampled_from(["drop", "null", "retype", "nest", "list", "grow", "text"]))
        if way == "drop":
            del holder[path[-1]]
            continue
        holder[path[-1]] = _changed(draw, way, holder[path[-1]])
    return body


def _changed(draw: st.DrawFn, way: str, value: Any) -> Any:
    """What becomes of a value."""
    match way:
        case "null":
            return None
        case "retype":
            return draw(JSON_VALUES)
        case "nest":
            return {"data": value, "value": value}
        case "list":
            return [value, draw(JSON_VALUES)]
        case "grow":
            return grown(value, draw(st.integers(2, 60)))
        case _:
            return draw(st.text(st.characters(), max_size=200))


@cache
def objects_of(model: type[Wire], words: tuple[str, ...]) -> st.SearchStrategy[Any]:
    """Objects that a wire model can read: any of its fields, and sometimes something else in one.

    `words` are texts that mean something to the provider, such as those of its stories.
    """

    def objects() -> st.SearchStrategy[Any]:
        fields = {name: values_of(annotation, words) | JSON_VALUES for name, annotation in fields_of(model)}
        return st.fixed_dictionaries({}, optional=fields)

    return st.deferred(objects)


def values_of(annotation: Any, words: tuple[str, ...]) -> st.SearchStrategy[Any]:
    """Values that a field of a wire model is made for."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return values_of(inner[0], words)
    if origin in (Union, UnionType):
        return st.one_of([values_of(each, words) for each in inner])
    if origin is list:
        return st.lists(values_of(inner[0], words), max_size=4)
    if origin is dict:
        return st.dictionaries(st.text(max_size=20), JSON_VALUES, max_size=4)
    if isinstance(annotation, type) and issubclass(annotation, Wire):
        return objects_of(annotation, words)
    if annotation is str:
        numbers = st.integers(0, 1000) | st.decimals(0, 10**6, places=2).map(str)
        dates = st.datetimes().map(lambda moment: f"{moment.isoformat()}Z")
        return st.sampled_from(words or ("",)) | numbers | dates | st.text(max_size=40)
    return st.booleans() if annotation is bool else st.none() if annotation is type(None) else JSON_VALUES


def filled(annotation: Any, text: str, depth: int = 0) -> Any:
    """A value for a field in which every text that a provider can send is this one."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return filled(inner[0], text, depth)
    if origin in (Union, UnionType):
        return filled(next(each for each in inner if each is not type(None)), text, depth)
    if origin is list:
        return [filled(inner[0], text, depth)] * 2
    if origin is dict:
        return {text: text, "named": text}
    if isinstance(annotation, type) and issubclass(annotation, Wire):
        if depth == DEEPEST:
            return {}
        return {name: filled(inside, text, depth + 1) for name, inside in fields_of(annotation)}
    return True if annotation is bool else text


def fields_of(model: type[Wire]) -> Iterator[tuple[str, Any]]:
    """The fields of a wire model, as the provider calls them, and what they take."""
    for name, field in model.model_fields.items():
        alias = field.validation_alias if isinstance(field.validation_alias, str) else field.alias
        yield alias or name, field.annotation


def words_in(bodies: list[Any]) -> tuple[str, ...]:
    """The short texts in bodies."""
    said = {value for body in bodies for _, value in values(body) if isinstance(value, str) and len(value) <= 40}
    return tuple(sorted(said))
