"""The seeded database, kept in .clients/ until something that it was made from has changed."""

import shutil
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from ..environments import HOME
from .seed.seeded import Seeded
from .server import SOURCE

FOLDER = HOME / "medusa-seeded"
DUMP, SEEDED = "database.dump", "seeded.json"
HERE = Path(__file__).parent


def key(postgres_version: str) -> str:
    """What tells one seeded database from another: the programs that made it, and what they were told."""
    made_from = sha256(postgres_version.encode())
    for path in _made_from():
        made_from.update(path.relative_to(HERE).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return made_from.hexdigest()[:16]


def find(key: str) -> tuple[Path, Seeded] | None:
    """A dump that was kept, and what it holds."""
    folder = FOLDER / key
    seeded = folder / SEEDED
    return (folder / DUMP, Seeded.from_json(seeded.read_text(encoding="utf-8"))) if seeded.exists() else None


def new_folder(key: str) -> Path:
    """An empty folder for a dump. Those of other keys are thrown away."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    folder = FOLDER / key
    folder.mkdir(parents=True)
    return folder


def _made_from() -> Iterator[Path]:
    yield from sorted(path for path in SOURCE.iterdir() if path.is_file())
    yield HERE / "client.py"
    yield from sorted((HERE / "seed").glob("*.py"))
