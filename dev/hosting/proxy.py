"""nginx with deploy/nginx.conf, where only the addresses are others: what is shipped is what is tried."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from ..documents import ROOT
from .processes import free_port, started, wait_for_port

CONFIGURATION = ROOT / "deploy" / "nginx.conf"
REPLICAS = ("172.28.0.11:8000", "172.28.0.12:8000")
LISTENS = "listen 8080;"


def with_addresses(text: str, port: int, replicas: Sequence[int]) -> str:
    """The configuration with this machine's addresses; each stands in it exactly once."""
    here = {LISTENS: f"listen 127.0.0.1:{port};"}
    here |= {f"server {name}": f"server 127.0.0.1:{at}" for name, at in zip(REPLICAS, replicas, strict=True)}
    for theirs, ours in here.items():
        assert text.count(theirs) == 1, theirs
        text = text.replace(theirs, ours)
    return text


@contextmanager
def running(nginx: Path, replicas: Sequence[int]) -> Iterator[int]:
    """The port of a proxy in front of servers at these ports."""
    port = free_port()
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # started by root, nginx works as another user
        configuration = folder / "nginx.conf"
        configuration.write_text(with_addresses(CONFIGURATION.read_text(encoding="utf-8"), port, replicas))
        command: list[str | Path] = [nginx, "-e", "stderr", "-p", folder, "-c", configuration, "-g", "daemon off;"]
        with started(command, {}) as program:
            wait_for_port(port, program)
            yield port
