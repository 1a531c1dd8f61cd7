"""What a check finds: the provider, the programs that are there, a folder; and what it puts up in front of them."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from . import proxy, redis
from .processes import Failed
from .programs import NGINX, REDIS, found
from .provider import Provider
from .server import Server

REPLICAS = ("one", "two")


@dataclass(frozen=True, slots=True)
class Site:
    """One run of the checks."""

    provider: Provider
    folder: Path
    is_long: bool
    """Whether the figures are to be those that the judgement asks for."""

    @contextmanager
    def replicas(self, **variables: str) -> Iterator[list[Server]]:
        """Two servers that ask the provider under names of their own."""
        with ExitStack() as stack:
            servers = [Server(self.folder, self.provider.variables(name) | variables) for name in REPLICAS]
            for server in servers:
                stack.callback(server.close)
                server.begin()
            for server in servers:
                server.wait_until_ready()
            yield servers

    @contextmanager
    def behind_nginx(self, servers: list[Server]) -> Iterator[int]:
        """The port of nginx in front of these."""
        nginx = found(NGINX)
        assert nginx is not None, "a check that needs nginx is skipped without it"
        with proxy.running(nginx, [server.port for server in servers]) as port:
            yield port

    @contextmanager
    def redis(self) -> Iterator[redis.Redis]:
        program = found(REDIS)
        assert program is not None, "a check that needs Redis is skipped without it"
        with redis.running(program) as running:
            yield running


def expect(right: bool, what: str) -> None:
    """
    Raises:
        Failed: something is not as it should be.
    """
    if not right:
        raise Failed(what)
