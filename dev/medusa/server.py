"""Medusa itself, as a program on a free port."""

import json
import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from http.client import HTTPException
from pathlib import Path
from typing import NamedTuple

from ..environments import node, node_project
from ..hosting.processes import Failed, Program, get, started, until
from .ports import free_port

SOURCE = Path(__file__).parent / "app"
PACKAGES = ("@medusajs/cli", "@medusajs/framework", "@medusajs/medusa")
VERSION, LICENCE = "2.18.0", "MIT"
"""The last version that is under the MIT licence. Later ones need a commercial agreement: never raise it."""
LIMIT = 180
"""Seconds for a command, or until it answers: many times what is needed."""


class Admin(NamedTuple):
    """Who signs in for the seeding."""

    email: str
    password: str


class Medusa:
    """What Medusa is installed as, and the database that it is to use."""

    def __init__(self, database: str) -> None:
        self.folder = node_project(SOURCE, install="install")
        _check_licences(self.folder)
        self._variables = {
            "NODE_ENV": "production",
            "MEDUSA_DISABLE_TELEMETRY": "true",
            "LOG_LEVEL": "warn",
            "DATABASE_URL": database,
            "JWT_SECRET": secrets.token_urlsafe(32),
            "COOKIE_SECRET": secrets.token_urlsafe(32),
        }

    def migrate(self) -> None:
        """Make the tables."""
        self._run("db:migrate")

    def add_admin(self) -> Admin:
        """Make a user who may do everything."""
        admin = Admin("admin@example.com", secrets.token_urlsafe(24))
        self._run("user", "-e", admin.email, "-p", admin.password)
        return admin

    @contextmanager
    def running(self) -> Iterator[str]:
        """The address where it answers, until the end of the block."""
        port = free_port()
        with self._started("start", "-H", "127.0.0.1", "-p", str(port)) as program:
            with _explained(program):
                until(partial(_answers, port, program), "a Medusa that answers", LIMIT)
            yield f"http://127.0.0.1:{port}"

    def _run(self, *arguments: str) -> None:
        """A command that ends. Some start others, which end with it, too."""
        with self._started(*arguments) as program, _explained(program):
            until(lambda: not program.is_running, f"the end of “medusa {arguments[0]}”", LIMIT)
            if program.ended():
                raise Failed(f"“medusa {arguments[0]}” failed")

    def _started(self, *arguments: str) -> AbstractContextManager[Program]:
        command: list[str | Path] = [node(), self.folder / "node_modules/@medusajs/cli/cli.js", *arguments]
        return started(command, self._variables, folder=self.folder, keep_output=True)


@contextmanager
def _explained(program: Program) -> Iterator[None]:
    """What the program has written belongs to a failure."""
    try:
        yield
    except Failed as failure:
        raise Failed(f"{failure}:\n{program.stderr[-2000:]}") from None


def _answers(port: int, program: Program) -> bool:
    if not program.is_running:
        raise Failed("Medusa has ended")
    try:
        return get(port, "/health")[0] == 200
    except (OSError, HTTPException):
        return False


def _check_licences(folder: Path) -> None:
    """
    Raises:
        Failed: something was installed that is not of this version, or not under this licence.
    """
    said = {}
    for manifest in (folder / "node_modules" / "@medusajs").glob("*/package.json"):
        says = json.loads(manifest.read_text(encoding="utf-8"))
        # Those of the admin pages, which are not started, say nothing.
        said[says["name"]] = (says["version"], says.get("license", LICENCE))
    wrong = [name for name, (_, licence) in said.items() if licence != LICENCE]
    wrong += [name for name in PACKAGES if said[name][0] != VERSION]
    if wrong:
        raise Failed(
            f"Medusa has to be {VERSION} under {LICENCE}: {', '.join(f'{name} {said[name]}' for name in wrong)}"
        )
