"""What is derived from the code is up to date, and what the documents say can be found and typed."""

import argparse
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import get_args
from xml.etree import ElementTree

import pytest

from dev.answers import PAGE, answers_md
from dev.documents import README, REPOSITORY, ROOT, SERVER_JSON, TABLED, server_json, with_tables
from dev.env_file import ENV_FILE, env_file
from dev.manifest import MANIFEST, manifest_json
from dev.picture import PICTURE, picture
from order_mcp.commands.cli import _parser
from order_mcp.errors import all_errors
from order_mcp.models import OrderStatus, WarningCode
from order_mcp.providers.registry import built_in

PROVIDERS = built_in()

TEXT = README.read_text(encoding="utf-8")
DOCUMENTS = {path.relative_to(ROOT).as_posix(): path for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]}
# Where a reader sees our files: pages, folders and pictures.
OURS = (
    f"{REPOSITORY}/blob/main/",
    f"{REPOSITORY}/tree/main/",
    f"{REPOSITORY.replace('github', 'raw.githubusercontent', 1)}/main/",
)
# A command in a terminal's block or between backticks.
TYPED = re.compile(r"(?:^\$ |`)(?:\.venv/bin/)?order-mcp((?: [^`\n#]+)?)(?=`|#|$)", re.MULTILINE)
ON_NO_PATH = re.compile(r"^\$ order-mcp", re.MULTILINE)


def links(text: str) -> list[str]:
    return re.findall(r"\]\(([^)]+)\)", text)


def anchors(path: Path) -> set[str]:
    """The names of a page's headings in an address, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def commands() -> Iterator[str]:
    for path in DOCUMENTS.values():
        yield from (found.strip() for found in TYPED.findall(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", TABLED, ids=lambda path: path.name)
def test_the_tables_of_the_documents_are_those_of_the_code(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert with_tables(text) == text, "run make regen"
    assert "<!-- table: " in text


def test_the_example_of_an_env_file_is_that_of_the_code() -> None:
    assert ENV_FILE.read_text(encoding="utf-8") == env_file(), "run make regen"


async def test_the_picture_shows_what_the_server_really_answers() -> None:
    drawn = PICTURE.read_text(encoding="utf-8")
    assert drawn == await picture(), "run make regen"
    assert len(drawn) < 150_000
    assert "FlexPortal order ord_partial" in "".join(ElementTree.fromstring(drawn).itertext())


def test_the_registry_file_is_that_of_the_code() -> None:
    assert SERVER_JSON.read_text(encoding="utf-8") == server_json(), "run make regen"


def test_the_manifest_of_the_bundle_is_that_of_the_code() -> None:
    assert MANIFEST.read_text(encoding="utf-8") == manifest_json(), "run make regen"


def test_the_page_of_answers_is_that_of_the_stories() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == answers_md(), "run make regen"
    for key in (*OrderStatus, *get_args(WarningCode), *(error.code for error in all_errors())):
        assert f"| `{key}`: " in page


def test_a_stranger_can_read_the_readme_in_one_go() -> None:
    assert len(TEXT.splitlines()) < 300


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_leads_to_a_file_and_a_heading_of_ours(name: str) -> None:
    page = DOCUMENTS[name]
    for link in links(page.read_text(encoding="utf-8")):
        place = next((link.removeprefix(ours) for ours in OURS if link.startswith(ours)), link)
        if place.startswith("https:"):
            continue
        path, _, anchor = place.partition("#")
        target = (ROOT if place != link else page.parent) / path if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_the_links_of_the_readme_work_on_a_package_index() -> None:
    assert all(link.startswith("https://") for link in links(TEXT))


def test_every_command_in_the_documents_is_understood() -> None:
    found = set(commands())
    assert {"", "demo", "config claude-desktop", "doctor --env-file ~/order-mcp.env"} <= found
    for command in found:
        words = shlex.split(re.sub(r"[\[\]]", "", command))
        # A command that is only mentioned, without what it needs, has to exist.
        mentioned = [*words, "--help"] if len(words) == 1 else words
        try:
            _parser().parse_args(mentioned, argparse.Namespace())
        except SystemExit as end:
            assert end.code == 0, command  # --version and --help end so


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_command_needs_a_path_that_the_reader_has_not(name: str) -> None:
    assert not ON_NO_PATH.search(DOCUMENTS[name].read_text(encoding="utf-8"))


def test_every_next_step_is_explained_in_the_readme() -> None:
    for error in all_errors():
        assert f"| `{error.next_step}` |" in TEXT


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_provider_is_in_the_changelog(provider: str) -> None:
    title = PROVIDERS[provider].title
    assert title in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), f"CHANGELOG.md needs a line about {title}"


def test_the_readme_s_json_can_be_pasted() -> None:
    blocks = re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)
    assert blocks
    for block in blocks:
        assert "mcpServers" in json.loads(block)
