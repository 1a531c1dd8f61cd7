"""Adding a provider as docs/providers.md says: in a copy of the tree, one file and one folder, and everything is green.

The provider is `tests/fifth_provider/`. It is written to the letter of that page: no emulator, no privacy policy, and
no table of the tests knows it.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dev.documents import ROOT
from order_mcp.providers.registry import PROVIDERS

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
    *("docs/answers.md", "docs/configuration.md", "docs/providers.md"),
}
# The tests that name providers. Left out are sweeps that a provider without an emulator has no part in, processes that
# only look at what is loaded, and what the contract suite says of each other provider.
OTHERS = " or ".join(PROVIDERS)
LEFT_OUT_TESTS = f"not stood_by and not loads_no_sdk and not (test_contract and ({OTHERS}))"
TESTS = [
    *("contract", "routing", "tools", "config", "command_line", "documents", "packages", "portability"),
    *("architecture", "desk_stories", "doubts", "arguments", "attachments"),
]


def changed(tree: Path) -> set[str]:
    """The files of a copy that the original does not have, or has with another content; caches left out."""
    files = [path.relative_to(tree) for path in tree.rglob("*") if path.is_file()]
    kept = [file for file in files if not {"__pycache__", ".pytest_cache"} & set(file.parts)]
    return {file.as_posix() for file in kept if not same(ROOT / file, tree / file)}


def same(one: Path, other: Path) -> bool:
    return one.is_file() and one.read_bytes() == other.read_bytes()


def python(tree: Path, *arguments: str) -> None:
    """Run a module of a tree, which must end well; what it said is shown if it does not."""
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


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the tree in which the file and the folder of that page are added, and the line in the changelog."""
    tree = tmp_path / "order-mcp"
    shutil.copytree(ROOT, tree, ignore=NOT_OF_THE_TREE)
    shutil.copy(GIVEN / f"{NAME}.py", tree / "src" / "order_mcp" / "providers")
    shutil.copytree(GIVEN / "stories", tree / "tests" / "fixtures" / NAME)
    with (tree / "CHANGELOG.md").open("a", encoding="utf-8") as changelog:
        changelog.write(f"\n- **{TITLE}**: orders.\n")
    return tree


def test_a_fifth_provider_is_one_file_and_one_folder(tree: Path) -> None:
    python(tree, "dev.regen")
    assert changed(tree) == BY_HAND | DERIVED
    python(tree, "pytest", "-q", "-n", "2", "-k", LEFT_OUT_TESTS, *(f"tests/test_{name}.py" for name in TESTS))
