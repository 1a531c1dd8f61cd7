"""ContextForge as a process of its own, with the server registered in it in both of its modes."""

import os
import secrets
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import httpx2

from ..environments import python
from .sightings import Way

Mode = Literal["cache", "direct_proxy"]
"""`cache`, its default: it keeps a copy of the tools. `direct_proxy`: a client names the server, and gets its tools."""

ENVIRONMENT = "gateway"
START_LIMIT = 60
STOP_LIMIT = 10
ADMIN = "admin@example.com"
SETTINGS = {
    "HOST": "127.0.0.1",
    "PLATFORM_ADMIN_EMAIL": ADMIN,
    "MCPGATEWAY_UI_ENABLED": "false",
    "MCPGATEWAY_ADMIN_API_ENABLED": "false",
    "CACHE_TYPE": "memory",
    # The server that it is put in front of is on this machine.
    "SSRF_ALLOW_LOCALHOST": "true",
    # Its own limit is a hundred calls a minute. This check is about the server's limits.
    "RATE_LIMITING_ENABLED": "false",
    # No request of its own shall come between those that are counted.
    "HEALTH_CHECK_INTERVAL": "3600",
    # To tell the server who calls.
    "IDENTITY_PROPAGATION_ENABLED": "true",
    "MCPGATEWAY_DIRECT_PROXY_ENABLED": "true",
    # What it prints has characters that not every terminal's encoding has.
    "PYTHONUTF8": "1",
}
# No other variable of the developer's reaches it: many of its settings have common names.
OF_THE_SYSTEM = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR")


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway that runs."""

    address: str
    token: str
    """What its users show."""
    versions: str

    def register(self, name: str, server: str, key: str, mode: Mode) -> Way:
        """Put a server behind it, which gets this key, and make a virtual server of its tools."""
        with httpx2.Client(base_url=self.address, headers=self._signed_in, timeout=30, trust_env=False) as client:
            peer = {"name": name, "url": server, "transport": "STREAMABLEHTTP", "gateway_mode": mode}
            peer |= {"auth_type": "bearer", "auth_token": key}
            peer_id = _told(client.post("/v1/gateways", json=peer))["id"]
            tools = _told(client.get("/v1/tools", params={"gateway_id": peer_id}))
            made = {"server": {"name": f"{name}-desk", "associated_tools": [tool["id"] for tool in tools]}}
            address = f"{self.address}/servers/{_told(client.post('/v1/servers', json=made))['id']}/mcp"
        if mode == "direct_proxy":
            return Way(address, self._signed_in | {"X-Context-Forge-Gateway-Id": peer_id}, key)
        return Way(address, self._signed_in, key, tool=lambda tool: f"{name}-{tool.replace('_', '-')}")

    @property
    def _signed_in(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@contextmanager
def running() -> Iterator[Gateway]:
    """A gateway on a free port, with a new database and new secrets; both are gone afterwards."""
    interpreter = python(ENVIRONMENT)
    with TemporaryDirectory(ignore_cleanup_errors=True) as home:
        port = str(_free_port())
        variables = {name: os.environ[name] for name in OF_THE_SYSTEM if name in os.environ} | SETTINGS | _secrets()
        variables |= {"PORT": port, "DATABASE_URL": f"sqlite:///{Path(home).as_posix()}/gateway.db"}
        address = f"http://127.0.0.1:{port}"
        log = Path(home) / "log"
        with (
            log.open("wb") as written,
            subprocess.Popen(
                [interpreter, "-m", "mcpgateway"], cwd=home, env=variables, stdout=written, stderr=written
            ) as process,
        ):
            try:
                _wait_for(f"{address}/health", process, log)
                yield Gateway(address, _token(interpreter, home, variables), _versions(interpreter))
            finally:
                _stop(process)


def _wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_LIMIT
    while process.poll() is None and time.monotonic() < until:
        try:
            if httpx2.get(address, timeout=5, trust_env=False).is_success:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"the gateway did not start:\n{log.read_text(encoding='utf-8', errors='replace')[-3000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_LIMIT)
    except subprocess.TimeoutExpired:
        process.kill()


def _token(interpreter: Path, home: str, variables: dict[str, str]) -> str:
    """Made by the gateway's own program, which knows what has to be in it."""
    make = ["-m", "mcpgateway.utils.create_jwt_token", "--username", ADMIN, "--admin", "--exp", "30"]
    made = subprocess.run(
        [interpreter, *make], cwd=home, env=variables, capture_output=True, encoding="utf-8", timeout=60, check=True
    )
    return made.stdout.split()[-1]


def _versions(interpreter: Path) -> str:
    ask = "from importlib.metadata import version; print(*map(version, ('mcp-contextforge-gateway', 'mcp')))"
    gateway, sdk = subprocess.check_output([interpreter, "-c", ask], encoding="utf-8", timeout=60).split()
    return f"ContextForge {gateway} with mcp {sdk}"


def _secrets() -> dict[str, str]:
    keys = ("JWT_SECRET_KEY", "AUTH_ENCRYPTION_SECRET")
    passwords = ("BASIC_AUTH_PASSWORD", "PLATFORM_ADMIN_PASSWORD", "DEFAULT_USER_PASSWORD")
    return {name: secrets.token_urlsafe(48) for name in (*keys, *passwords)}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _told(response: httpx2.Response) -> Any:
    assert response.is_success, f"{response.request.url}: {response.status_code} {response.text}"
    return response.json()
