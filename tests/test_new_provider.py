"""`order-mcp new-provider`: what it writes is green as it stands, and is found once it is installed."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from .processes import variables_for

LIMIT = 300
QUIET = ("-q", "-p", "no:cacheprovider")


def run(folder: Path, *command: str, installed: Path | None = None, **more: str) -> subprocess.CompletedProcess[str]:
    """A module of this interpreter, run in a folder."""
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env=variables_for(more, *filter(None, [installed])),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=LIMIT,
    )


def written(folder: Path, *options: str) -> Path:
    """A package that was just begun."""
    told = run(folder, "order_mcp", "new-provider", "acme", *options)
    assert told.returncode == 0, told.stderr
    assert told.stdout.startswith("order-mcp-acme is written. Its tests are green as it stands:")
    return folder / "order-mcp-acme"


def test_it_is_green_as_it_stands(tmp_path: Path) -> None:
    package = written(tmp_path, "--title", "Acme Tools & Söhne")
    told = run(package, "pytest", *QUIET, installed=package / "src")
    assert re.search(r"\n[0-9]+ passed", told.stdout) and told.returncode == 0, told.stdout[-4_000:]
    for check in (("ruff", "check", "--isolated", "--line-length", "120", "src"), ("mypy", "--strict", "src")):
        assert run(package, *check).returncode == 0, run(package, *check).stdout


def test_a_story_that_is_not_true_is_red(tmp_path: Path) -> None:
    package = written(tmp_path)
    story = package / "tests" / "stories" / "documented.json"
    story.write_text(story.read_text(encoding="utf-8").replace('"status": "shipped"', '"status": "delivered"'))
    told = run(package, "pytest", *QUIET, "-k", "story", installed=package / "src")
    assert told.returncode == 1 and "acme/documented" in told.stdout


def test_its_wheel_is_found_where_it_is_installed(tmp_path: Path) -> None:
    package = written(tmp_path)
    built = run(package, "build", "--no-isolation", "--wheel", "--outdir", str(tmp_path / "dist"))
    assert built.returncode == 0, built.stdout + built.stderr
    [wheel] = (tmp_path / "dist").iterdir()
    installed = tmp_path / "installed"
    zipfile.ZipFile(wheel).extractall(installed)
    told = run(tmp_path, "order_mcp", "doctor", installed=installed, ACME_BASE_URL="http://127.0.0.1:1")
    assert "acme: not ready\n  ACME_API_KEY is not set." in told.stdout
    assert told.stderr == ""


# What is typed, and what is said of it.
REFUSED = {
    ("Acme",): "NAME must be at most 40 small letters and digits",
    ("ac-me",): "NAME must be at most 40 small letters and digits",
    ("order",): "NAME must be at most 40 small letters and digits",
    ("fleet",): "there is a provider fleet already; choose another name.",
    ("acme", "--title", 'A"; import os'): "--title must be 1 to 40 characters, without quotation marks",
    ("acme", "--title", "@name@"): "--title must be 1 to 40 characters, without quotation marks",
}


@pytest.mark.parametrize("arguments", REFUSED, ids=" ".join)
def test_what_cannot_be_a_provider_is_refused_and_nothing_is_written(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    told = run(tmp_path, "order_mcp", "new-provider", *arguments)
    assert told.returncode == 2 and told.stderr.startswith(f"order-mcp: {REFUSED[arguments]}")
    assert os.listdir(tmp_path) == []


def test_nothing_is_written_over(tmp_path: Path) -> None:
    package = written(tmp_path)
    (package / "README.md").write_text("mine", encoding="utf-8")
    told = run(tmp_path, "order_mcp", "new-provider", "acme")
    assert told.returncode == 2 and "exists already; nothing was written." in told.stderr
    assert (package / "README.md").read_text(encoding="utf-8") == "mine"
