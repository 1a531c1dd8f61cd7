"""Lists of orders, and how a list goes wrong: chosen by the end of the key, `…-ODDITY`, the same at every provider."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.requests import Request

ODDITIES = {
    "ignored": "filters are ignored: every order is handed out",
    "nameless": "entries do not name their numbers",
    "long": "1,240 orders",
    "endless": "every page is the first one again, and says that there are more",
    "malformed": "one entry of the first page has no id, and one is no object",
    "shifting": "before every further page an order is added in front",
    "limited": "from the second page on, 429",
}
LONG = 1_240
PAGE = 100  # the most that is given at a time
# When the sandbox's orders were made. Whoever asks for the orders of a year gets them also when the sandbox is older.
TODAY = datetime(2026, 11, 21, tzinfo=UTC)

Json = dict[str, Any]


def oddity(key: str, good: str) -> str | None:
    """What is odd about the lists of whoever signs in with this key; blank where nothing is, None for a wrong key."""
    if key == good:
        return ""
    named = key.removeprefix(f"{good}-")
    return named if key != named and named in ODDITIES else None


def wanted(request: Request, name: str, default: int, most: int) -> int:
    """A number in the query, as a server reads it that is lenient with what it does not understand."""
    given = request.query_params.get(name, "")
    return min(int(given), most) if given.isascii() and given.isdigit() else default


class Rows:
    """The rows of a list, as they are given to somebody."""

    def __init__(self, rows: Sequence[Any], odd: str, example: Callable[[int], Any]) -> None:
        self._odd = odd
        self.all = list(rows)
        if odd == "long":
            self.all += [example(number) for number in range(LONG - len(self.all))]
        if odd in ("shifting", "limited"):
            self.all += [example(number) for number in range(1, 2 * PAGE)]
        if odd == "malformed":
            self.all[1:1] = [{"note": "no id"}, "no object"]
        self._example = example

    def page(self, start: int, size: int) -> list[Any]:
        """The rows from a place on."""
        rows = self.all
        if self._odd == "endless":
            start = 0
        if self._odd == "shifting" and start:
            rows = [self._example(0), *rows]
        return rows[start : start + size]

    @property
    def total(self) -> int:
        """How many there are, as the list says."""
        return len(self.all) + (LONG if self._odd == "endless" else 0)

    def is_refused(self, start: int) -> bool:
        """Whether this is a page too many."""
        return self._odd == "limited" and start > 0


def is_since(moment: str, since: str | None) -> bool:
    """Whether something happened strictly after a moment that was asked for."""
    if not since:
        return True
    asked = datetime.fromisoformat(since) + (TODAY - datetime.now(UTC))
    return datetime.fromisoformat(moment) > asked - timedelta(days=1)
