"""Medusa itself, as a program on a free port."""

import json
import os
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from typing import NamedTuple

from ..environments import node, node_project
from ..hosting.processes import KEPT, Failed, get, started, until
from .ports import free_port

SOURCE = Path(__file__).parent / "app"
PACKAGES = ("@medusajs/cli", "@medusajs/framework", "@medusajs/medusa")
VERSION, LICENCE = "2.18.0", "MIT"
"""The last version that is under the MIT licence alone. Later ones need an agreement."""
COMMAND_LIMIT = 300


class Admin(NamedTuple):
    """Who signs in for the seeding."""

    email: str
    password: str


class Medusa:
    """What Medusa is installed as, and the database that it is to use."""

    def __init__(self, database: str) -> None:
        self.folder = node_project(SOURCE, install="install")
        _check_licences(self.folder)
        self.variables = {
            "NODE_ENV": "production",
            "MEDUSA_DISABLE_TELEMETRY": "true",
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
        command = [*self._command, "start", "-H", "127.0.0.1", "-p", str(port)]
        with started(command, self.variables, folder=self.folder) as program:

            def answers() -> bool:
                if not program.is_running:
                    raise Failed(f"Medusa has ended:\n{program.stderr[-2000:]}")
                try:
                    return get(port, "/health")[0] == 200
                except (OSError, HTTPException):
                    return False

            until(answers, "a Medusa that answers")
            yield f"http://127.0.0.1:{port}"

    @property
    def _command(self) -> list[str | Path]:
        return [node(), self.folder / "node_modules/@medusajs/cli/cli.js"]

    def _run(self, *arguments: str) -> None:
        environment = {name: os.environ[name] for name in KEPT if name in os.environ} | self.variables
        done = subprocess.run(
            [*self._command, *arguments],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            timeout=COMMAND_LIMIT,
            check=False,
        )
        if done.returncode:
            raise Failed(f"medusa {arguments[0]} failed:\n{(done.stdout + done.stderr)[-2000:]}")


def _check_licences(folder: Path) -> None:
    """
    Raises:
        Failed: something was installed that is not of this version, or not under this licence.
    """
    for package in PACKAGES:
        says = json.loads((folder / "node_modules" / package / "package.json").read_text(encoding="utf-8"))
        if (says["version"], says.get("license")) != (VERSION, LICENCE):
            raise Failed(f"{package} has to be {VERSION} under {LICENCE}, but is {says['version']}: {says}")
