"""The package beside the server: written with what is public, published with the server, and known to it by nothing."""

import ast
import re
import zipfile
from pathlib import Path

import pytest

from dev.documents import ROOT
from dev.medusa.seed import states
from dev.medusa.seed.seeded import Seeded
from dev.medusa.seed.shop import Keys
from dev.medusa.stories.questions import questions
from order_mcp import __version__

from .test_new_provider import run

HOME = ROOT / "packages" / "order-mcp-medusa"
SOURCES = sorted((HOME / "src").rglob("*.py"))
TESTS = sorted((HOME / "tests").rglob("*.py"))
MAX_LINES = 250


def imported(file: Path) -> set[str]:
    """Every module of the server that a file imports."""
    nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    named = {each.name for node in nodes if isinstance(node, ast.Import) for each in node.names}
    named |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and not node.level}
    return {name for name in named if name == "order_mcp" or name.startswith("order_mcp.")}


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: file.name)
def test_it_is_written_with_what_is_public(file: Path) -> None:
    assert imported(file) <= {"order_mcp.provider_api"}
    assert len(file.read_text(encoding="utf-8").splitlines()) <= MAX_LINES


def test_it_is_tested_with_the_kit_alone() -> None:
    assert {name for file in TESTS for name in imported(file)} == {"order_mcp.testing"}


def test_it_has_the_server_s_version_and_asks_for_such_a_server() -> None:
    text = (HOME / "src" / "order_mcp_medusa" / "__init__.py").read_text(encoding="utf-8")
    assert f'__version__ = "{__version__}"' in text
    series = __version__.rpartition(".")[0]
    assert f'dependencies = ["order-mcp>={series},<1"]' in (HOME / "pyproject.toml").read_text(encoding="utf-8")


def test_the_server_does_not_know_it() -> None:
    files = [path for path in (ROOT / "src").rglob("*") if path.suffix in (".py", ".txt")]
    assert files and not [path for path in files if re.search("medusa", path.read_text(encoding="utf-8"), re.I)]


def test_its_readme_names_its_variables() -> None:
    readme = (HOME / "README.md").read_text(encoding="utf-8")
    told = (HOME / "src" / "order_mcp_medusa" / "provider.py").read_text(encoding="utf-8")
    declared = set(re.findall(r'"(MEDUSA_[A-Z_]+)", "', told)) | set(re.findall(r'\n +"(MEDUSA_[A-Z_]+)", "', told))
    assert declared == {name.removesuffix("_FILE") for name in re.findall("`(MEDUSA_[A-Z_]+)`", readme)}


def test_its_stories_are_those_that_are_made_anew() -> None:
    seeded = Seeded(Keys("", "", ""), dict.fromkeys(states.ORDERS, ""), dict.fromkeys(states.CARTS, ""))
    assert questions(seeded).keys() == {file.stem for file in (HOME / "tests" / "stories").glob("*.json")}


def test_its_wheel_is_found_where_it_is_installed_and_gone_where_it_is_not(tmp_path: Path) -> None:
    built = run(tmp_path, "build", "--no-isolation", "--wheel", "--outdir", str(tmp_path / "dist"), str(HOME))
    assert built.returncode == 0, built.stdout + built.stderr
    [wheel] = (tmp_path / "dist").iterdir()
    assert wheel.name == f"order_mcp_medusa-{__version__}-py3-none-any.whl"
    zipfile.ZipFile(wheel).extractall(tmp_path / "installed")
    there = run(tmp_path, "order_mcp", "doctor", installed=tmp_path / "installed")
    assert "medusa: not set up\n  MEDUSA_SECRET_KEY is not set.\n  MEDUSA_BASE_URL is not set.\n" in there.stdout
    gone = run(tmp_path, "order_mcp", "doctor")
    assert "medusa" not in gone.stdout.lower() + gone.stderr.lower()
