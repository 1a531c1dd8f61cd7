"""A PostgreSQL of its own: a new cluster in a temporary folder, which can be stopped and started again."""

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from ..hosting.processes import Failed, Program, started, until
from .ports import free_port
from .programs import runs_as

OWNER, DATABASE = "medusa", "medusa"
LIMIT = 120
CLUSTER = ("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
# Nothing in it has to survive a crash, and nobody but Medusa asks it.
OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "timezone": "UTC",
}


class Postgres:
    """A port, a folder, and the program that listens there, if it runs."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.port = free_port()
        self._programs, self._folder = programs, folder
        self._data = folder / "data"
        self._password = secrets.token_urlsafe(24)
        self._user = runs_as()
        self._running = ExitStack()
        self._program: Program | None = None

    @property
    def address(self) -> str:
        """Where the database is, with user and password."""
        return f"postgres://{OWNER}:{self._password}@127.0.0.1:{self.port}/{DATABASE}"

    def make(self) -> None:
        """Make the cluster, start it, and make an empty database in it."""
        if self._user:
            shutil.chown(self._folder, self._user, self._user)
        secret = self._folder / "password"
        secret.write_text(self._password)
        secret.chmod(0o644)  # the folder is closed to everybody else
        self._run("initdb", "--pgdata", self._data, "--username", OWNER, "--pwfile", secret, *CLUSTER)
        secret.unlink()
        self.start()
        self._run("createdb", *self._connection, DATABASE)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = {**OPTIONS, "port": str(self.port)}
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        command: list[str | Path] = [self._programs / "postgres", "-D", self._data, *settings]
        program = self._running.enter_context(started(command, {}, folder=self._folder, user=self._user))
        self._program = program

        def answers() -> bool:
            if not program.is_running:
                raise Failed(f"PostgreSQL has ended:\n{program.stderr[-2000:]}")
            ask = [str(self._programs / "pg_isready"), "--quiet", *self._connection]
            return subprocess.run(ask, check=False, timeout=LIMIT).returncode == 0

        until(answers, "a PostgreSQL that answers")

    def kill(self) -> None:
        """End it at once. What it holds is still there when it is started again."""
        assert self._program is not None, "it was started"
        self._program.kill()

    def close(self) -> None:
        """Stop it."""
        self._running.close()

    def dump(self, to: Path) -> None:
        """Write the database into a file."""
        with to.open("wb") as file:
            self._run("pg_dump", *self._connection, "--format=custom", "--no-owner", DATABASE, output=file.fileno())

    def restore(self, dump: Path) -> None:
        """Fill the empty database from such a file."""
        into = ["--no-owner", "--exit-on-error", f"--dbname={DATABASE}"]
        with dump.open("rb") as file:
            self._run("pg_restore", *self._connection, *into, input=file.fileno())

    @property
    def _connection(self) -> tuple[str, ...]:
        return ("--host=127.0.0.1", f"--port={self.port}", f"--username={OWNER}")

    def _run(
        self, program: str, *arguments: str | Path, input: int = subprocess.DEVNULL, output: int = subprocess.PIPE
    ) -> None:
        """
        Raises:
            Failed: the program says that it failed.
        """
        done = subprocess.run(
            [self._programs / program, *arguments],
            cwd=self._folder,
            env={"PATH": os.environ.get("PATH", os.defpath), "PGPASSWORD": self._password},
            stdin=input,
            stdout=output,
            stderr=subprocess.PIPE,
            user=self._user,
            group=self._user,
            extra_groups=[] if self._user else None,
            timeout=LIMIT,
            check=False,
        )
        if done.returncode:
            raise Failed(f"{program} failed:\n{done.stderr.decode(errors='replace')[-2000:]}")


@contextmanager
def running(programs: Path) -> Iterator[Postgres]:
    """A PostgreSQL with an empty database until the end of the block."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        postgres = Postgres(programs, Path(folder))
        try:
            postgres.make()
            yield postgres
        finally:
            postgres.close()
