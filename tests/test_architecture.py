"""The house: who may import whom, how long a module is, who may print. Read from the source, not from running it."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import order_mcp
from order_mcp.providers.registry import built_in

from .processes import variables_for

PROVIDERS = built_in()

ROOT = Path(order_mcp.__file__).parent
PROVIDER_FILES = tuple(f"providers/{name}" for name in PROVIDERS)
SHARED = ("models", "wording", "errors", "cleaning", "finding", "comparing")

# Room by room from the bottom of the house to its top: a room, and all that it may import of ours. A file at the top
# of the house is a room of its own.
MAY_IMPORT: dict[str, set[str]] = {
    "__init__": set(),
    "models": set(),
    "wording": {"models"},
    "errors": {"wording"},
    "cleaning": {"models"},
    "finding": {"models", "errors"},
    "comparing": {"cleaning"},
    "bugs": {"errors"},
    "given": {"cleaning", "finding", "comparing"},
    "arguments": {"given", "finding", "models", "errors", "cleaning"},
    "tools": {"arguments", "given", "finding", "models"},
    "verified": {"tools", "arguments", "given", "comparing", "models", "errors"},
    "answer": {*SHARED},
    "rules": set(),
    "providers": {"models", "wording", "errors", "finding", "comparing", "rules"},
    "provider_api": {"providers", "models", "wording", "errors", "finding"},
    "environment": {"rules"},
    "hosted": {"environment", "rules"},
    "caller": {"models"},
    "account_config": {"bugs", "environment", "rules", "providers", "finding", "models", "wording"},
    "config": {
        *("account_config", "caller", "hosted", "environment", "rules", "providers", "finding", "models"),
    },
    "oversight": {"caller", "providers", "errors"},
    "sharing": {"errors"},
    # Names the version to the providers.
    "accounts": {
        *("config", "account_config", "oversight", "sharing", "providers", "bugs", "finding", "models", "errors"),
        "__init__",
    },
    "finder": {"bugs", "accounts", "providers", "finding", "models", "wording", "errors"},
    "router": {"bugs", "accounts", "providers", "finding", "models", "wording", "errors"},
    "verifier": {
        *("verified", "comparing", "arguments", "accounts", "oversight", "caller", "providers", "finding", "answer"),
        *("models", "errors", "wording"),
    },
    "desk": {
        *("tools", "arguments", "router", "finder", "verified", "verifier", "oversight", "caller", "finding", "answer"),
        *("accounts", "config", "bugs", "models", "errors"),
    },
    "protocol": {
        *("desk", "tools", "verified", "arguments", "finding", "answer", "config", "caller", "oversight", "__init__"),
        *("models", "errors", "wording", "cleaning"),
    },
    "hosting": {
        *(
            "protocol",
            "bugs",
            "oversight",
            "account_config",
            "config",
            "hosted",
            "caller",
            "environment",
            "rules",
        ),
        *("tools", "comparing", "models", "errors", "wording", "__init__"),
    },
    "sandbox": set(),
    "commands": {
        *("sandbox", "protocol", "hosting", "desk", "bugs", "tools", "verified", "oversight", "accounts", "config"),
        "providers",
        *("hosted", "environment", "errors", "finding", "wording", "__init__"),
    },
    "__main__": {"environment", "protocol", "commands"},
    # For the tests of providers: nothing imports it, so the server never loads it.
    "testing": {"protocol", "config", "answer", "providers", "finding", "models", "wording"},
}
# Libraries that have one home: the only rooms, or files, that may name them.
ONLY_IN: dict[str, set[str]] = {
    "mcp": {"protocol", "hosting/app", "hosting/admission", "commands/demo", "testing"},
    "pydantic_core": {"cleaning"},
    "mcp_types": {"protocol", "testing"},
    "pytest": {"testing"},
    "hypothesis": {"testing"},
    "jsonschema": {"testing"},
    "httpx2": {"providers/channel", "providers/addresses", "hosting/keys"},
    "httpcore2": {f"providers/{name}" for name in ("channel", "addresses", "network", "responses", "stream")},
    "starlette": {"sandbox", "hosting/app"},
    "sse_starlette": {"hosting/app"},
    "uvicorn": {"sandbox", "hosting/process"},
    "jwt": {"hosting/keys", "hosting/tokens"},
    "limits": {"hosting/counts"},
    "opentelemetry": {"hosting/telemetry"},
    "dotenv": {"environment"},
}
ANYWHERE = {"anyio", "pydantic"}
# Inside the room of providers, the way down: a provider file knows the base, and no other provider.
BELOW_A_PROVIDER = {"addresses", "base", "channel", "reader", "responses", "search", "settings", "signin", "wire"}
# What answers before anything is loaded knows nobody.
EARLY = {
    "protocol/early": {"protocol/certain", "protocol/first_words"},
    "protocol/certain": set(),
    "protocol/first_words": set(),
    "protocol/__init__": set(),
}
MAY_PRINT = {"__main__", *(f"commands/{name}" for name in ("cli", "terminal", "look_up", "demo", "sandbox"))}
MAY_LOAD_BY_NAME = {"providers/registry", "sandbox/app"}  # discovery: a new file in the folder is found by itself
MAX_LINES = 250
# A provider's document decides how long its file is; any other needs a reason.
MAY_BE_LONGER: dict[str, str] = dict.fromkeys(PROVIDER_FILES, "one file per provider") | {
    "models": "the whole vocabulary in one place, a line per word",
}

FILES = {path.relative_to(ROOT).with_suffix("").as_posix(): path for path in sorted(ROOT.rglob("*.py"))}
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in FILES.items()}


def room(module: str) -> str:
    """The folder that a file is in, or the file itself at the top of the house."""
    return module.partition("/")[0]


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
    """`order_mcp.providers.registry` is the file providers/__init__."""
    path = "/".join(dotted.split(".")[1:]) if dotted.split(".")[0] == "order_mcp" else "?"
    return path if path in FILES else f"{path}/__init__".removeprefix("/")


def ours(module: str) -> set[str]:
    return {file_of(name) for name in imports(module) if name.split(".")[0] == "order_mcp"}


def libraries(module: str) -> set[str]:
    return {name.split(".")[0] for name in imports(module)} - {"order_mcp"} - sys.stdlib_module_names


def calls(module: str) -> Iterator[str]:
    """The dotted names of everything that a file calls."""
    for node in ast.walk(TREES[module]):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


def used() -> dict[str, set[str]]:
    """What each room really imports of the others."""
    rooms: dict[str, set[str]] = {}
    for module in FILES:
        rooms.setdefault(room(module), set()).update(map(room, ours(module)))
    return {name: below - {name} for name, below in rooms.items()}


def test_the_rooms_are_those_of_the_house() -> None:
    assert set(MAY_IMPORT) == {room(module) for module in FILES}


@pytest.mark.parametrize("name", MAY_IMPORT)
def test_a_room_imports_what_its_row_lists_no_more_and_no_less(name: str) -> None:
    assert used()[name] == MAY_IMPORT[name]


def test_nothing_imports_upwards() -> None:
    floors = list(MAY_IMPORT)
    for name, below in used().items():
        assert all(floors.index(each) < floors.index(name) for each in below), name


@pytest.mark.parametrize("module", FILES)
def test_a_library_stays_where_it_is_at_home(module: str) -> None:
    at_home = {library for library, homes in ONLY_IN.items() if homes & {room(module), module}}
    assert libraries(module) <= at_home | ANYWHERE


@pytest.mark.parametrize("module", PROVIDER_FILES)
def test_a_provider_file_knows_what_is_below_it_and_no_other_provider(module: str) -> None:
    assert {name for name in ours(module) if room(name) == "providers"} <= {f"providers/{n}" for n in BELOW_A_PROVIDER}


@pytest.mark.parametrize("module", EARLY)
def test_the_early_answer_imports_nothing_else(module: str) -> None:
    assert ours(module) == EARLY[module] and not libraries(module)


def test_only_the_registry_and_the_configuration_know_provider_classes() -> None:
    # The kit registers a class that is under test.
    know = {"config", "account_config", "testing/subject", "testing/__init__"}
    assert {module for module in FILES if "providers/registry" in ours(module)} == know
    assert not {module for module in FILES if ours(module) & set(PROVIDER_FILES)}


def test_the_commands_leave_the_first_answer_alone() -> None:
    assert not {module for module in FILES if room(module) == "commands" and "protocol/early" in ours(module)}


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


@pytest.mark.parametrize("module", sorted(set(FILES) - {"protocol/__init__"}))
def test_every_module_says_what_it_is(module: str) -> None:
    docstring = ast.get_docstring(TREES[module])
    assert docstring and docstring.splitlines()[0].endswith((".", "?"))


@pytest.mark.parametrize("module", FILES)
def test_no_module_is_long_without_a_reason(module: str) -> None:
    lines = len(FILES[module].read_text(encoding="utf-8").splitlines())
    assert lines <= MAX_LINES or module in MAY_BE_LONGER, f"{lines} lines"


@pytest.mark.parametrize("module", [module for module in FILES if room(module) != "sandbox"])
def test_no_function_has_six_parameters(module: str) -> None:
    # The sandbox's are rows of data; the backend's signature is the library's.
    for node in ast.walk(TREES[module]):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            given = node.args
            names = {each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs)} - {"self", "cls"}
            assert len(names) < 6 or node.name == "connect_tcp", node.name


@pytest.mark.parametrize("module", FILES)
def test_only_the_command_line_and_the_demo_print(module: str) -> None:
    writes = {"print", "sys.stdout.write", "sys.stderr.write", "os.write", "pprint", "input"}
    assert not writes & set(calls(module)) or module in MAY_PRINT


@pytest.mark.parametrize("module", FILES)
def test_modules_are_loaded_by_name_only_where_they_are_discovered(module: str) -> None:
    loads = {
        name for name in calls(module) if name.endswith(("import_module", "__import__")) or name in ("exec", "eval")
    }
    assert not loads or module in MAY_LOAD_BY_NAME


def test_the_check_sees_imports_wherever_they_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    source = "def f():\n    from ..desk import x\n    import httpx2\n    from ..router import y\nfrom . import wire\n"
    monkeypatch.setitem(TREES, "providers/base", ast.parse(source))
    assert set(imports("providers/base")) >= {"httpx2", "order_mcp.router", "order_mcp.providers.wire"}
    assert {"desk", "router"} <= ours("providers/base") and libraries("providers/base") == {"httpx2"}


COMMANDS = [["--version"], ["config", "cursor"], ["doctor", "--json"], ["get-order", "ord_partial", "--sandbox"]]
LOADED = "import sys; from order_mcp.__main__ import main\ntry: main()\nfinally: print(*sys.modules, file=sys.stderr)"


@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda arguments: arguments[0])
def test_a_command_that_speaks_no_mcp_loads_no_sdk(arguments: list[str]) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", LOADED, *arguments], capture_output=True, encoding="utf-8", env=variables_for({})
    )
    loaded = set(ended.stderr.splitlines()[-1].split())
    assert ended.stdout and "order_mcp.commands.cli" in loaded
    assert not {name for name in loaded if name.split(".")[0] in ("mcp", "mcp_types")}


def test_a_release_borrows_nothing_from_the_tests() -> None:
    for folder in ("release", "dev"):
        for path in Path(__file__).parents[1].joinpath(folder).rglob("*.py"):
            assert not re.search(r"^\s*(from|import) tests\b", path.read_text(encoding="utf-8"), re.MULTILINE), path
