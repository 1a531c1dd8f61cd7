"""The command line. MCP, the HTTP server and the sandbox are imported only by the commands that use them."""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import anyio

from .. import __version__
from ..bugs import log_bug
from ..config import Config, broken_config, provider_variables, read_config, read_environment
from ..desk import open_desk
from ..environment import ConfigurationError, labelled
from ..errors import Internal
from ..tools import FIND_TOOL, LOOK_UPS, ORDER_TOOL
from .look_up import look_up
from .terminal import FAILED, FOUND, READER_LEFT, USAGE, Stop, reader_left, set_up_logging, tell

MOST_WORKERS = 64


def main(arguments: Sequence[str] | None = None, *, pipe: Any = None, labels: Mapping[str, str] | None = None) -> int:
    """Run one command; returns the exit code.

    `pipe` is the client's, where somebody talks to it already; `labels` are what variables are called in a host's form.
    """
    # Set here, because a default of a subcommand would overwrite an option that stands before it.
    options = _parser().parse_args(
        arguments, argparse.Namespace(env_file=None, sandbox=False, pipe=pipe, labels=labels or {})
    )
    # With a pipe it is the client's, or a file in its place.
    if pipe is None and isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal's code page may not know every character
    try:
        code = int(options.run(options))
        if sys.stdout is not None:
            sys.stdout.flush()  # what fails at the end of the process cannot be caught
        return code
    except (Stop, ConfigurationError) as stop:
        tell(labelled(str(stop), options.labels))
        return stop.code if isinstance(stop, Stop) else USAGE
    except KeyboardInterrupt:
        return 130
    except Exception as bug:
        if reader_left(bug):
            return READER_LEFT
        log_bug(bug)
        tell(Internal().sentence)
        return FAILED


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument("--env-file", metavar="PATH", help="read variables from this file; the environment wins")
    common.add_argument("--sandbox", action="store_true", help="use emulated provider APIs instead of the real ones")
    parser = argparse.ArgumentParser(
        prog="order-mcp",
        description="MCP server that says where an order stands. Without a command it serves MCP over stdio.",
        parents=[common],
    )
    parser.add_argument("--version", action="version", version=f"order-mcp {__version__}")
    parser.set_defaults(run=_serve, http=False)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    serve = commands.add_parser("serve", parents=[common], help="serve MCP over stdio, or over HTTP")
    serve.add_argument("--http", action="store_true", help="streamable HTTP at /mcp instead of stdio")
    serve.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1: this machine only)"
    )
    serve.add_argument("--port", type=_port, default=8000, help="port to listen on (default 8000; 0 = any free one)")
    serve.add_argument("--workers", type=_workers, default=1, help="processes behind the port (default 1)")
    serve.set_defaults(run=_serve)

    demo = commands.add_parser("demo", parents=[common], help="see providers answer, with nothing configured")
    demo.set_defaults(run=_demo)

    for tool in LOOK_UPS.values():
        command = commands.add_parser(f"get-{tool.noun}", parents=[common], help=f"look up one {tool.noun}")
        command.add_argument("id", metavar="ID", help=f"the {tool.noun} id as the provider writes it")
        command.add_argument("--provider", help="who has it (default auto)")
        command.add_argument("--detail", help="summary, standard or full")
        command.add_argument("--item-offset", metavar="N", help="first line item to show")
        command.add_argument("--json", action="store_true", help="print the JSON object only")
        if tool is ORDER_TOOL:
            command.add_argument("--email", metavar="E", help="where customers are verified: their e-mail address")
            command.add_argument("--postal-code", metavar="C", help="the same: their postal code")
        command.set_defaults(run=_look_up, tool=tool)

    find = commands.add_parser("find", parents=[common], help="find orders by a number or an e-mail address")
    held = find.add_mutually_exclusive_group(required=True)
    held.add_argument("--number", metavar="N", help="a number from an e-mail, invoice, contract or purchase order")
    held.add_argument("--email", metavar="E", help="the customer's e-mail address")
    find.add_argument("--provider", help="where to look (default auto)")
    find.add_argument("--limit", metavar="N", help="how many to show, 1 to 10 (default 5)")
    find.add_argument("--json", action="store_true", help="print the JSON object only")
    find.set_defaults(run=_look_up, tool=FIND_TOOL)

    doctor = commands.add_parser("doctor", parents=[common], help="check the configuration against the providers")
    doctor.add_argument("--json", action="store_true", help="print the findings as JSON")
    doctor.set_defaults(run=_doctor)

    config = commands.add_parser("config", parents=[common], help="print the configuration of an MCP host")
    config.add_argument("host", metavar="HOST", help="claude-desktop, claude-code, cursor, vscode, codex, gemini")
    config.add_argument("--with-secrets", action="store_true", help="write the secrets out instead of placeholders")
    config.set_defaults(run=_config)

    start = commands.add_parser("new-provider", parents=[common], help="write the start of a provider package")
    start.add_argument("name", metavar="NAME", help="what it is called in a call, in small letters and digits")
    start.add_argument("--title", metavar="TITLE", help="what people call it (default: NAME with a capital letter)")
    start.set_defaults(run=_new_provider)

    sandbox = commands.add_parser("sandbox", parents=[common], help="serve the emulated provider APIs on loopback")
    sandbox.add_argument("--port", type=_port, default=0, help="port to listen on (default: any free one)")
    sandbox.set_defaults(run=_sandbox)
    return parser


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return port


def _workers(text: str) -> int:
    workers = int(text)
    if not 1 <= workers <= MOST_WORKERS:
        raise argparse.ArgumentTypeError(f"workers are a number from 1 to {MOST_WORKERS}")
    return workers


@contextmanager
def _configured(options: argparse.Namespace) -> Iterator[Config]:
    """The configuration to run with; in sandbox mode the sandbox runs as long as this does."""
    environment = read_environment(options.env_file)
    if options.sandbox:
        environment["ORDER_MCP_SANDBOX"] = "1"
    config = read_config(environment, options.labels)
    set_up_logging(config.server.log_level)
    for name in config.unknown:
        tell(f"{name} is not a variable of order-mcp; it means nothing here.")
    for each in config.unfit:
        tell(each.problem)
    if not config.server.sandbox:
        yield config
        return
    from ..sandbox import running

    own = {name: value for name, value in environment.items() if name not in provider_variables()}
    with running() as sandbox:
        tell("sandbox mode, every answer is made up.")
        yield read_config(own | sandbox.environment)


def _serve(options: argparse.Namespace) -> int:
    from .serve import over_http, over_stdio

    try:
        with _configured(options) as config:
            if options.http:
                return over_http(config, options.host, options.port, options.workers)
            return over_stdio(config, options.pipe)
    except ConfigurationError as problem:
        if options.pipe is None:
            raise
        # The host was answered before this was known. A connection that ends now would look like one that works.
        set_up_logging("WARNING")
        told = labelled(str(problem), options.labels)
        tell(told)
        return over_stdio(broken_config(os.environ, told), options.pipe)


def _look_up(options: argparse.Namespace) -> int:
    with _configured(options) as config:
        return anyio.run(look_up, config, options)


def _doctor(options: argparse.Namespace) -> int:
    from .doctor import examine, report

    with _configured(options) as config:

        async def look() -> int:
            async with open_desk(config) as desk:
                findings = await examine(config, desk)
            print(json.dumps(findings, indent=2) if options.json else report(findings))
            return 0 if findings["ok"] else 1

        return anyio.run(look)


def _new_provider(options: argparse.Namespace) -> int:
    from .new_provider import new_provider

    print(new_provider(options.name, options.title, Path()))
    return 0


def _config(options: argparse.Namespace) -> int:
    from .host_configs import advice, configuration, plan
    from .hosts import HOSTS

    if options.host not in HOSTS:
        raise Stop(f"HOST is one of {', '.join(HOSTS)}.")
    host = HOSTS[options.host]
    planned = plan(options.env_file, sandbox=options.sandbox, with_secrets=options.with_secrets)
    print(configuration(host, planned))
    print(advice(host, planned), file=sys.stderr)
    return FOUND


def _demo(options: argparse.Namespace) -> int:
    from .demo import demonstrate

    return anyio.run(demonstrate)


def _sandbox(options: argparse.Namespace) -> int:
    from ..sandbox import running
    from .sandbox import introduce, stay

    with ExitStack() as stack:
        try:
            sandbox = stack.enter_context(running(options.port))
        except OSError:
            raise Stop(f"cannot listen on port {options.port}; choose another --port.", FAILED) from None
        introduce(sandbox)
        stay()
    return FOUND
