"""The house: who may import whom, how long a module is, who may print. Read from the source, not from running it."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import order_mcp
from order_mcp.providers import PROVIDERS

ROOT = Path(order_mcp.__file__).parent
BASE = ("providers/base", "providers/settings", "providers/wire", "providers/signin")
PROVIDER_FILES = tuple(f"providers/{name}" for name in PROVIDERS)

# Row by row from the bottom of the house to its top: a module, and all that it may import of ours.
MAY_IMPORT: dict[str, set[str]] = {
    "__init__": set(),
    "errors": set(),
    "models": set(),
    # Below the channel: what this machine says of an address, how a connection comes about, what came back.
    "addresses": set(),
    "network": set(),
    "inflate": set(),
    "responses": {"inflate"},
    "http": {"errors", "addresses", "network", "inflate", "responses"},
    "privacy": {"models"},
    "schemas": {"models"},
    "sentences": {"models", "privacy"},
    "arguments": {"models", "errors", "privacy"},
    "present": {"privacy", "models", "errors", "sentences"},
    "providers/settings": {"addresses"},
    "providers/wire": {"http", "models", "errors"},
    "providers/signin": {"http", "models", "errors", *BASE},
    "providers/base": {"http", "responses", "models", "errors", *BASE},
    # Of `http` they get the types of what comes back and of the way out; see below.
    **{name: {"models", "errors", "http", "responses", *BASE} for name in PROVIDER_FILES},
    "providers/__init__": {*BASE, *PROVIDER_FILES},
    "environment": set(),
    "config": {"environment", "providers/__init__", "providers/settings", "models", "errors"},
    "router": {"providers/__init__", "providers/settings", "http", "config", "models", "errors"},
    # What a tool call, a resource and a command have in common; it opens the connections (`http`) that providers use,
    # and reads the count of attempts for the log.
    "desk": {"arguments", "router", "present", "config", "errors", "http", "__init__"},
    # What is attached besides the tools; the words and addresses know nothing of the protocol.
    "prompts": {"arguments", "errors", "privacy", "models"},
    "resources": {"arguments", "errors"},
    "attachments": {"prompts", "resources", "config", "desk", "errors", "models", "present"},
    "server": {
        *("attachments", "desk", "present", "models", "config", "errors", "arguments", "schemas"),
        "__init__",
    },
    # A row of its own for what only the HTTP server needs.
    "hosting": {"desk"},
    "doctor": {"desk", "config", "errors"},
    "sandbox": set(),
    "hosts": {"config"},
    "demo": {"sandbox", "hosts"},
    # `errors`: an exit code is chosen by the kind of error.
    "cli": {
        "server",
        "hosting",
        "desk",
        "demo",
        "doctor",
        "sandbox",
        "hosts",
        "config",
        "environment",
        "errors",
        "__init__",
    },
    # The first answer, before anything heavy: these two know nobody.
    "first_words": set(),
    "early": {"first_words"},
    "__main__": {"early", "cli"},
}
# Libraries that have one home.
ONLY_IN: dict[str, set[str]] = {
    "mcp": {"server", "attachments", "hosting", "demo"},
    "mcp_types": {"server", "attachments", "demo"},
    "httpx2": {"http", "addresses"},
    "httpcore2": {"http", "addresses", "network", "responses"},
    "stamina": {"http"},
    "starlette": {"sandbox"},
    "uvicorn": {"sandbox", "hosting"},
    "dotenv": {"environment"},
}
ANYWHERE = {"anyio", "pydantic"}
MAY_PRINT = {"cli", "demo"}
MAY_LOAD_BY_NAME = {"providers/__init__", "sandbox"}  # discovery: a new file in the folder is found by itself
MAX_LINES = 250
# A provider's document decides how long its file is; any other needs a reason.
MAY_BE_LONGER: dict[str, str] = dict.fromkeys(PROVIDER_FILES, "one file per provider") | {
    "models": "the whole vocabulary in one place, a line per word",
}

FILES = {path.relative_to(ROOT).with_suffix("").as_posix(): path for path in sorted(ROOT.rglob("*.py"))}
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in FILES.items()}


def row(module: str) -> str:
    """The row that a module belongs to: some folders are one row."""
    folder = module.partition("/")[0]
    return folder if folder in ("sandbox", "hosting") else module


def imports(module: str) -> Iterator[str]:
    """Every module that is imported anywhere in a file, functions and type checking included, as a dotted name."""
    package = ["order_mcp", *module.split("/")[:-1]]
    for node in ast.walk(TREES[module]):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            source = ".".join([*above, *filter(None, [node.module])])
            # `from . import x` may mean a module x, `from .x import y` a module x.y.
            yield from (
                f"{source}.{alias.name}" if is_ours(f"{source}.{alias.name}") else source for alias in node.names
            )


def is_ours(dotted: str) -> bool:
    return file_of(dotted) in FILES


def file_of(dotted: str) -> str:
    """`order_mcp.providers` is the file providers/__init__."""
    path = "/".join(dotted.split(".")[1:]) if dotted.split(".")[0] == "order_mcp" else "?"
    return path if path in FILES else f"{path}/__init__".removeprefix("/")


def ours(module: str) -> set[str]:
    return {row(file_of(name)) for name in imports(module) if name.split(".")[0] == "order_mcp"} - {row(module)}


def libraries(module: str) -> set[str]:
    return {name.split(".")[0] for name in imports(module)} - {"order_mcp"} - sys.stdlib_module_names


def calls(module: str) -> Iterator[str]:
    """The dotted names of everything that a file calls."""
    for node in ast.walk(TREES[module]):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


@pytest.mark.parametrize("module", FILES)
def test_a_module_imports_only_what_its_row_lists(module: str) -> None:
    assert row(module) in MAY_IMPORT, "a new module needs a row"
    assert ours(module) <= MAY_IMPORT[row(module)]


@pytest.mark.parametrize("module", FILES)
def test_a_library_stays_where_it_is_at_home(module: str) -> None:
    at_home = {library for library, homes in ONLY_IN.items() if row(module) in homes}
    assert libraries(module) <= at_home | ANYWHERE


def test_nothing_imports_upwards() -> None:
    floors = list(MAY_IMPORT)
    for module in FILES:
        if module in BASE:
            continue  # one floor: they may use each other, in one direction
        assert all(floors.index(below) < floors.index(row(module)) for below in ours(module)), module


def test_no_module_imports_itself_by_way_of_others() -> None:
    done: set[str] = set()

    def visit(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, " → ".join([*path, module])
        if module not in done:
            for name in imports(module):
                if is_ours(name) and file_of(name) != module:
                    visit(file_of(name), (*path, module))
            done.add(module)

    for module in FILES:
        visit(module, ())


def test_the_rows_are_those_of_the_house() -> None:
    assert set(MAY_IMPORT) == {row(module) for module in FILES}


@pytest.mark.parametrize("module", PROVIDER_FILES)
def test_a_provider_file_knows_of_http_only_the_types(module: str) -> None:
    taken = {
        alias.name
        for node in ast.walk(TREES[module])
        if isinstance(node, ast.ImportFrom) and node.level == 2 and node.module == "http"
        for alias in node.names
    }
    assert taken <= {"Channel"}


@pytest.mark.parametrize("module", FILES)
def test_every_module_says_what_it_is(module: str) -> None:
    docstring = ast.get_docstring(TREES[module])
    assert docstring and docstring.splitlines()[0].endswith((".", "?"))


@pytest.mark.parametrize("module", FILES)
def test_no_module_is_long_without_a_reason(module: str) -> None:
    lines = len(FILES[module].read_text(encoding="utf-8").splitlines())
    assert lines <= MAX_LINES or module in MAY_BE_LONGER, f"{lines} lines"


@pytest.mark.parametrize("module", FILES)
def test_only_the_command_line_and_the_demo_print(module: str) -> None:
    writes = {"print", "sys.stdout.write", "sys.stderr.write", "os.write", "pprint", "input"}
    assert not writes & set(calls(module)) or module in MAY_PRINT


@pytest.mark.parametrize("module", FILES)
def test_modules_are_loaded_by_name_only_where_they_are_discovered(module: str) -> None:
    loads = {
        name for name in calls(module) if name.endswith(("import_module", "__import__")) or name in ("exec", "eval")
    }
    assert not loads or row(module) in MAY_LOAD_BY_NAME


def test_the_check_sees_imports_wherever_they_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    source = "def f():\n    from .server import x\n    import httpx2\n    from ..cli import y\nfrom . import wire\n"
    monkeypatch.setitem(TREES, "providers/base", ast.parse(source))
    assert set(imports("providers/base")) >= {"httpx2", "order_mcp.cli", "order_mcp.providers.wire"}
    assert "cli" in ours("providers/base") and libraries("providers/base") == {"httpx2"}
