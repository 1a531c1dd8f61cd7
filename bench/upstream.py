"""The provider that every peer asks: nginx where it is installed, otherwise the small asyncio server."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .orders import HEADERS, bodies
from .processes import free_port, started, wait_for_port

# Paths that nginx was built with belong to root, so all of them are moved into the folder of this run.
NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log stderr;
events {{ worker_connections 1024; }}
http {{
  access_log off; default_type application/json; keepalive_timeout 300; keepalive_requests 1000000000;
  open_file_cache max=100; tcp_nodelay on;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} backlog=512; root {folder};
    {signed_in}
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class Upstream:
    """A running provider."""

    kind: str
    """`nginx` or `asyncio`."""
    port: int
    pause: float

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def variables(self) -> dict[str, str]:
        """What sends a server here."""
        return {
            "FLEXPORTAL_BASE_URL": self.address,
            "FLEXPORTAL_API_KEY": HEADERS["Authorization"].removeprefix("Bearer "),
            "FLEXPORTAL_TENANT_ID": HEADERS["Tenant-ID"],
        }


def nginx_program() -> str | None:
    """Where nginx is, if anywhere. Distributions put it where an ordinary user's PATH does not lead."""
    return shutil.which("nginx", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"]))


def nginx_version() -> str:
    """`1.22.1`, or nothing where there is no nginx."""
    if (program := nginx_program()) is None:
        return ""
    said = subprocess.run([program, "-v"], capture_output=True, encoding="utf-8", check=True).stderr
    return said.strip().rpartition("/")[2]


@contextmanager
def running(kind: str, pause: float, cores: frozenset[int] | None) -> Iterator[Upstream]:
    """The orders, served until the end."""
    upstream = Upstream(kind, free_port(), pause)
    with tempfile.TemporaryDirectory() as folder, started(_command(upstream, Path(folder)), {}, cores) as process:
        wait_for_port(upstream.port, process)
        yield upstream


def _command(upstream: Upstream, folder: Path) -> list[str]:
    if upstream.kind != "nginx":
        return [sys.executable, "-m", "bench.static_upstream", str(upstream.port), str(upstream.pause)]
    program = nginx_program()
    assert program is not None and not upstream.pause, "nginx answers at once"
    orders = folder / "v1" / "orders"
    orders.mkdir(parents=True)
    for id, body in bodies().items():
        orders.joinpath(id).write_bytes(body)
    folder.chmod(0o755)  # started by root, nginx reads the files as another user
    names = {name: "$http_" + name.lower().replace("-", "_") for name in HEADERS}
    signed_in = " ".join(f'if ({names[name]} != "{value}") {{ return 401; }}' for name, value in HEADERS.items())
    folder.joinpath("nginx.conf").write_text(NGINX.format(folder=folder, port=upstream.port, signed_in=signed_in))
    return [program, "-e", "stderr", "-p", str(folder), "-c", str(folder / "nginx.conf")]
