"""Adding a provider as docs/providers.md says: in a copy of the tree, one file and one folder, and everything is green.

The provider is `tests/fifth_provider/`. It is written to the letter of that page: no emulator, no privacy policy, and
no table of the tests knows it. What somebody forgets on the way is said in one sentence.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from dev import documents, manifest, stories
from dev.documents import README, ROOT, with_tables
from dev.manifest import manifest_json
from order_mcp.environment import labelled
from order_mcp.providers.fitness import HAS_TO_SAY
from order_mcp.providers.registry import built_in, provider_in

PROVIDERS = built_in()

LIMIT = 300
"""Seconds for one command: many times what is needed, so that a busy machine fails nothing."""
GIVEN = Path(__file__).parent / "fifth_provider"
NAME, TITLE = "lendwell", "Lendwell"
NOT_OF_THE_TREE = shutil.ignore_patterns(
    *(".git", ".venv", ".clients", "dist", "build", "__pycache__", "*.egg-info", ".hypothesis", ".*_cache")
)
STORIES = [story.name for story in (GIVEN / "stories").iterdir()]
BY_HAND = {f"src/order_mcp/providers/{NAME}.py", "CHANGELOG.md", *(f"tests/fixtures/{NAME}/{name}" for name in STORIES)}
# What is written down from the registry.
DERIVED = {
    *("README.md", "server.json", "release/mcpb/manifest.json", "tests/snapshots/tools.json", "examples/order-mcp.env"),
    *("docs/answers.md", "docs/configuration.md", "docs/hosting.md", "docs/providers.md"),
}
QUICK_LOOP = ("pytest", "-q", "-k", NAME, "tests/test_contract.py")
# The tests that name providers. Left out are sweeps that a provider without an emulator has no part in, processes that
# only look at what is loaded, and what the contract suite says of one provider: that was the quick loop.
EACH = " or ".join([*PROVIDERS, NAME])
LEFT_OUT_TESTS = f"not stood_by and not loads_no_sdk and not (test_contract and ({EACH}))"
TESTS = [
    *("contract", "routing", "tools", "config", "command_line", "documents", "packages", "portability"),
    *("architecture", "desk_stories", "doubts", "arguments", "attachments"),
]


def changed(tree: Path) -> set[str]:
    """The files of a copy that the original does not have, or has with another content; caches left out."""
    files = [path.relative_to(tree) for path in tree.rglob("*") if path.is_file()]
    kept = [file for file in files if not {"__pycache__", ".pytest_cache", ".hypothesis"} & set(file.parts)]
    return {file.as_posix() for file in kept if not same(ROOT / file, tree / file)}


def same(one: Path, other: Path) -> bool:
    return one.is_file() and one.read_bytes() == other.read_bytes()


def python(tree: Path, *arguments: str) -> str:
    """What a module of a tree prints. It must end well; what it said is shown if it does not."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tree / "src"), str(tree)])}
    # Of the test run that this is a part of.
    for name in [name for name in environment if name.startswith("PYTEST_")]:
        del environment[name]
    ended = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=tree,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=LIMIT,
    )
    assert ended.returncode == 0, ended.stdout[-6_000:] + ended.stderr[-2_000:]
    return ended.stdout


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the tree in which the file and the folder of that page are added."""
    tree = tmp_path / "order-mcp"
    shutil.copytree(ROOT, tree, ignore=NOT_OF_THE_TREE)
    shutil.copy(GIVEN / f"{NAME}.py", tree / "src" / "order_mcp" / "providers")
    shutil.copytree(GIVEN / "stories", tree / "tests" / "fixtures" / NAME)
    return tree


def test_a_fifth_provider_is_one_file_and_one_folder(tree: Path) -> None:
    python(tree, *QUICK_LOOP)
    with (tree / "CHANGELOG.md").open("a", encoding="utf-8") as changelog:
        changelog.write(f"\n- **{TITLE}**: orders.\n")
    python(tree, "dev.regen")
    assert changed(tree) == BY_HAND | DERIVED
    # What `make check` does.
    python(tree, "ruff", "format", "--check", ".")
    python(tree, "ruff", "check", ".")
    python(tree, "mypy")
    python(tree, "pytest", "-q", "-n", "2", "-k", LEFT_OUT_TESTS, *(f"tests/test_{name}.py" for name in TESTS))
    sandbox = python(tree, "order_mcp", "doctor", "--sandbox")
    assert f"{TITLE} has no emulated API, so it is not part of the sandbox." in sandbox


def test_the_page_names_the_quick_loop_and_all_that_a_class_has_to_say() -> None:
    page = (ROOT / "docs" / "providers.md").read_text(encoding="utf-8")
    assert f"`.venv/bin/{' '.join(QUICK_LOOP).replace(NAME, 'NAME')}`" in page
    assert HAS_TO_SAY and all(f"`{name}`" in page for name in HAS_TO_SAY)


# What is forgotten: the pattern of what stands in the provider file, what stands there instead, and what is said.
NO_END = "providers/lendwell.py has to end with PROVIDER = …, its own subclass of Provider."
FIT_NAME = "a fit name (that of the file, in lower-case letters and digits, and not “auto” or “order”)"
FORGOTTEN = {
    "PROVIDER": (r"PROVIDER = .*", "", NO_END),
    "the class in PROVIDER": (r"PROVIDER = .*", "PROVIDER = Lendwell.name", NO_END),
    "the base": (r"class Lendwell\(.*", "class Lendwell:", NO_END),
    "the title": (r"    title = .*", "", "title"),
    "the name": (r"    name = .*", "", "name"),
    "another file's name": (r"    name = .*", '    name = "fleet"', FIT_NAME),
    "where the key comes from": (r"    key_\w+ = .*", "", "key_from, key_right and key_sources"),
    "the settings": (r"    Settings = .*", "", "Settings"),
    "what the settings need": (r"    needs = .*", "", "Settings.needs"),
    "a comma behind the only need": (
        r"    needs = .*",
        '    needs = ("LENDWELL_API_KEY")',
        "a tuple in Settings.needs (a single text needs a comma behind it)",
    ),
    "the variable of a need": (
        r"    needs = .*",
        '    needs = ("LENDWELL_API_KEY or LENDWELL_TOKEN and LENDWELL_BASE_URL",)',
        "a variable LENDWELL_TOKEN, which Settings.needs names",
    ),
    "the address": (r"    base_url:", "    site:", "Settings.base_url"),
    "the look-up": (r"    async def get_order", "    async def order", "get_order or get_cart"),
    "nearly all": (
        r"    [a-zS]\w+ = .*",
        "",
        "name, title, Settings, tells, signs_in_with, key_from, key_right and key_sources",
    ),
}


@pytest.mark.parametrize("forgotten", FORGOTTEN)
def test_what_a_provider_file_lacks_is_one_sentence(forgotten: str) -> None:
    pattern, instead, said = FORGOTTEN[forgotten]
    text = (GIVEN / f"{NAME}.py").read_text(encoding="utf-8")
    less = re.sub(rf"^{pattern}", instead, text, flags=re.MULTILINE)
    assert less != text
    with pytest.raises(TypeError) as raised:
        provider_in(module_of(less))
    assert str(raised.value) == (
        said if said is NO_END else f"Lendwell in providers/lendwell.py lacks {said}; see docs/providers.md."
    )


def test_a_name_is_fit_for_variables_and_addresses() -> None:
    text = (GIVEN / f"{NAME}.py").read_text(encoding="utf-8")
    for name, fits in {
        "lendwell24": True,
        "auto": False,
        "lend_well": False,
        "24lend": False,
        "Lendwell": False,
    }.items():
        renamed = text.replace('name = "lendwell"', f'name = "{name}"').replace("LENDWELL_", f"{name.upper()}_")
        module = module_of(renamed, name)
        if fits:
            assert provider_in(module) is module.Lendwell
        else:
            with pytest.raises(TypeError, match="a fit name"):
                provider_in(module)


def test_a_name_with_digits_is_a_name_wherever_variables_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    text = (GIVEN / f"{NAME}.py").read_text(encoding="utf-8")
    text = text.replace('name = "lendwell"', 'name = "lendwell24"').replace("LENDWELL_", "LENDWELL24_")
    module = module_of(text, "lendwell24")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    more = {**PROVIDERS, "lendwell24": module.Lendwell}
    for document in (documents, manifest):
        monkeypatch.setattr(document, "built_in", lambda: more)
    assert "| Lendwell | `LENDWELL24_API_KEY` | " in with_tables(README.read_text(encoding="utf-8"))
    assert '"Lendwell API key. Lendwell needs it."' in manifest_json()
    assert labelled("LENDWELL24_API_KEY is not set.", {"LENDWELL24_API_KEY": "“key”"}) == "“key” is not set."


def module_of(text: str, name: str = NAME) -> ModuleType:
    """A provider file with this text."""
    module = ModuleType(f"order_mcp.providers.{name}")
    module.__package__ = "order_mcp.providers"
    exec(text, vars(module))
    return module


# What is wrong with a story: what happens to the JSON of one, and what is said of the file.
WRONG: dict[str, tuple[Any, str]] = {
    "a key is missing": (lambda story: story.pop("says"), "lacks says; it needs source, call.tool, "),
    "a key in a key is missing": (lambda story: story["call"].pop("tool"), "lacks call.tool; it needs "),
    "a part is missing": (lambda story: story.pop("request"), "lacks request.path and request.headers; "),
    "there is no ending": (lambda story: story.pop("expect"), "lacks expect or expect_error; "),
    "a key is misspelled": (
        lambda story: story.update(say=story.pop("says")),
        "lacks says and has an unknown say; it needs ",
    ),
    "a key in a key is unknown": (lambda story: story["response"].update(code=1), "has an unknown response.code; "),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_with_a_story_is_one_sentence(
    wrong: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change, said = WRONG[wrong]
    story = json.loads((GIVEN / "stories" / "documented.json").read_text(encoding="utf-8"))
    change(story)
    assert problem_of(json.dumps(story), tmp_path, monkeypatch).startswith(said)


@pytest.mark.parametrize("text", ['{"source": }', "[1]", ""])
def test_a_story_that_is_no_json_is_one_sentence(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert problem_of(text, tmp_path, monkeypatch).startswith("is no JSON object: ")


def problem_of(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """What is said of a story with this text, behind its name."""
    fixtures = tmp_path / "tests" / "fixtures"
    monkeypatch.setattr(stories, "FIXTURES", fixtures)
    (fixtures / NAME).mkdir(parents=True)
    (fixtures / NAME / "first.json").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError) as raised:
        list(stories.read_stories(NAME))
    said = str(raised.value)
    assert said.startswith(f"tests/fixtures/{NAME}/first.json ") and said.endswith(".") and "\n" not in said
    return said.removeprefix(f"tests/fixtures/{NAME}/first.json ")
