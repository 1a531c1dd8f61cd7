"""Counts the steps of Python's regular expressions: they try one way after the other, and that can take for ever.

A reading of the pattern's own parse tree, with the library's order of trying: greedy repeats give back one by one. A
step is one look at one character. Knows the parts of patterns that the project uses, and refuses any other.
"""

import re
from collections.abc import Callable, Iterator
from re import _constants as op  # type: ignore[attr-defined]  # the parse tree has no public door,
from re import _parser as parser  # type: ignore[attr-defined]  # and the type stubs do not know it
from typing import Any

Then = Callable[[int], bool]
CATEGORIES: dict[Any, Callable[[str], bool]] = {
    op.CATEGORY_SPACE: str.isspace,
    op.CATEGORY_NOT_SPACE: lambda c: not c.isspace(),
    op.CATEGORY_DIGIT: str.isdigit,
}


class TooManySteps(Exception):
    """More than the test allows."""


class Counter:
    """One pattern on one text."""

    def __init__(self, pattern: re.Pattern[Any], text: str, allowed: int) -> None:
        source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
        self.tree = list(parser.parse(source, pattern.flags & re.IGNORECASE))
        self.text = text.lower() if pattern.flags & re.IGNORECASE else text
        self.allowed = allowed
        self.steps = 0

    def fullmatch(self) -> int:
        """The steps to tell whether the whole text matches."""
        self._run(self.tree, 0, lambda end: end == len(self.text))
        return self.steps

    def substitute(self) -> int:
        """The steps to find every match in the text."""
        at = 0
        while at <= len(self.text):
            ends: list[int] = []
            self._run(self.tree, at, lambda end, ends=ends: ends.append(end) or True)
            at = max(at + 1, ends[0] if ends else 0)
        return self.steps

    def _run(self, nodes: list[Any], at: int, then: Then) -> bool:
        if not nodes:
            return then(at)
        (kind, argument), rest = nodes[0], nodes[1:]
        if kind is op.SUBPATTERN:
            return self._run([*argument[3], *rest], at, then)
        if kind is op.BRANCH:
            return any(self._run([*way, *rest], at, then) for way in argument[1])
        if kind is op.MAX_REPEAT:
            least, most, inner = argument
            if len(inner) == 1 and inner[0][0] in (op.LITERAL, op.NOT_LITERAL, op.IN, op.ANY):
                return any(self._run(rest, end, then) for end in self._greedy(inner[0], at, least, most))
            return self._repeat(list(inner), rest, at, least, most, then)
        if kind is op.AT and argument is op.AT_BEGINNING:
            return at == 0 and self._run(rest, at, then)
        return self._fits(nodes[0], at) and self._run(rest, at + 1, then)

    def _greedy(self, node: Any, at: int, least: int, most: int) -> Iterator[int]:
        end = at
        while end - at < most and self._fits(node, end):
            end += 1
        yield from range(end, at + least - 1, -1)

    def _repeat(self, inner: list[Any], rest: list[Any], at: int, least: int, most: int, then: Then) -> bool:
        def again(end: int) -> bool:
            return end > at and self._repeat(inner, rest, end, max(least - 1, 0), most - 1, then)

        return (most > 0 and self._run(inner, at, again)) or (least == 0 and self._run(rest, at, then))

    def _fits(self, node: Any, at: int) -> bool:
        self.steps += 1
        if self.steps > self.allowed:
            raise TooManySteps
        if at >= len(self.text):
            return False
        kind, argument = node
        if kind is not op.IN:
            return self._is_one_of((kind, argument), self.text[at])
        negated = argument[0][0] is op.NEGATE
        return negated != any(self._is_one_of(each, self.text[at]) for each in argument[negated:])

    @staticmethod
    def _is_one_of(node: Any, character: str) -> bool:
        kind, argument = node
        if kind is op.LITERAL:
            return ord(character) == argument
        if kind is op.NOT_LITERAL:
            return ord(character) != argument
        if kind is op.RANGE:
            return bool(argument[0] <= ord(character) <= argument[1])
        if kind is op.CATEGORY:
            return CATEGORIES[argument](character)
        raise NotImplementedError(kind)  # a part that no pattern used so far: refused, not counted wrongly
