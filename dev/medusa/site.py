"""A running Medusa with everything in it, and the PostgreSQL behind it, which can be taken away from it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from . import kept, postgres
from .postgres import Postgres
from .programs import provide, version
from .seed.seeded import Seeded, seed
from .server import Medusa


@dataclass(frozen=True, slots=True)
class Site:
    """What can be asked, and what for."""

    address: str
    seeded: Seeded
    postgres: Postgres
    told: str
    """How long what took."""


@contextmanager
def running(*, anew: bool = False) -> Iterator[Site]:
    """A Medusa until the end of the block, seeded over HTTP the first time, and from a dump later.

    Raises:
        Missing: there is no PostgreSQL.
        Failed: something went wrong, and this is what.
    """
    laps = _Laps()
    programs = provide()
    with postgres.running(programs) as database:
        laps.end("PostgreSQL")
        medusa = Medusa(database.address)
        laps.end("packages")
        key = kept.key(version(programs))
        if (found := kept.find(key)) and not anew:
            dump, seeded = found
            database.restore(dump)
            laps.end("restore")
        else:
            print("Seeding a new database (once; two minutes where nothing else runs)", flush=True)
            seeded = _fill(medusa, database, key, laps)
        with medusa.running() as address:
            laps.end("start")
            yield Site(address, seeded, database, str(laps))


def _fill(medusa: Medusa, database: Postgres, key: str, laps: "_Laps") -> Seeded:
    medusa.migrate()
    laps.end("migrate")
    owner = medusa.add_admin()
    laps.end("user")
    with medusa.running() as address:
        laps.end("first start")
        seeded = seed(address, owner)
        laps.end("seed")
    folder = kept.new_folder(key)
    database.dump(folder / kept.DUMP)
    # Last, because a dump counts only with it.
    (folder / kept.SEEDED).write_text(seeded.to_json(), encoding="utf-8")
    laps.end("dump")
    return seeded


class _Laps:
    """Seconds since the last look at the clock."""

    def __init__(self) -> None:
        self._since = time.monotonic()
        self._laps: list[str] = []

    def end(self, what: str) -> None:
        now = time.monotonic()
        self._laps.append(f"{what} {now - self._since:.1f} s")
        self._since = now

    def __str__(self) -> str:
        return ", ".join(self._laps)
