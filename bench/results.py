"""What was measured: a list of values for each figure and peer, one value a round; medians and ratios of them."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple


class Figure(NamedTuple):
    """One thing that is measured, such as the time per call in one era."""

    name: str
    era: str = ""
    clients: int = 0
    pause: float = 0.0
    """Seconds that the upstream waits before it answers."""
    lines: int = 0
    detail: str = ""
    calls: int = 0


@dataclass
class Results:
    """Every value of a run."""

    values: dict[tuple[Figure, str], list[float]] = field(default_factory=dict)
    errors: dict[str, int] = field(default_factory=dict)
    """Wrong answers while a peer was timed."""

    def add(self, figure: Figure, peer: str, value: float) -> None:
        self.values.setdefault((figure, peer), []).append(value)

    def add_errors(self, peer: str, count: int) -> None:
        self.errors[peer] = self.errors.get(peer, 0) + count

    def median(self, figure: Figure, peer: str) -> float | None:
        """The middle value of the rounds, or None where it was not measured."""
        values = self.values.get((figure, peer))
        return statistics.median(values) if values else None

    def spread(self, figure: Figure, peer: str) -> float | None:
        """How far the rounds lie apart, as a part of their median."""
        values = self.values.get((figure, peer))
        if not values or not (middle := statistics.median(values)):
            return None
        return (max(values) - min(values)) / middle

    def ratio(self, figure: Figure, peer: str, to: str) -> float | None:
        """One peer's median as a multiple of another's."""
        mine, theirs = self.median(figure, peer), self.median(figure, to)
        return None if mine is None or not theirs else mine / theirs

    def figures(self, name: str) -> list[Figure]:
        """All figures of a name that anybody has, in the order in which they were measured."""
        return list(dict.fromkeys(figure for figure, _ in self.values if figure.name == name))


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that so many percent of all values do not exceed."""
    if not values:
        raise ValueError("a percentile of nothing")
    ordered = sorted(values)
    rank = -(-len(ordered) * percent // 100)  # rounded up
    return ordered[max(0, int(rank) - 1)]
