"""What is derived from the code is up to date, and the front door says what is true."""

import json
import re
from typing import get_args

import pytest

from dev.answers import PAGE, answers_md
from dev.documents import MANIFEST, README, ROOT, SERVER_JSON, manifest_json, readme, server_json
from order_mcp.errors import all_errors
from order_mcp.models import OrderStatus, WarningCode
from order_mcp.providers.registry import PROVIDERS

TEXT = README.read_text(encoding="utf-8")


def test_the_tables_of_the_readme_are_those_of_the_code() -> None:
    assert readme(TEXT) == TEXT, "run make regen"


def test_the_registry_file_is_that_of_the_code() -> None:
    assert SERVER_JSON.read_text(encoding="utf-8") == server_json(), "run make regen"


def test_the_manifest_of_the_bundle_is_that_of_the_code() -> None:
    assert MANIFEST.read_text(encoding="utf-8") == manifest_json(), "run make regen"


def test_the_page_of_answers_is_that_of_the_stories() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == answers_md(), "run make regen"
    for key in (*OrderStatus, *get_args(WarningCode), *(error.code for error in all_errors())):
        assert f"| `{key}`: " in page


def test_every_link_of_the_readme_into_the_repository_leads_somewhere() -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", TEXT):
        assert (ROOT / target).exists(), target


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_provider_is_in_the_changelog(provider: str) -> None:
    title = PROVIDERS[provider].title
    assert title in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), f"CHANGELOG.md needs a line about {title}"


def test_the_readme_s_json_can_be_pasted() -> None:
    blocks = re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)
    assert blocks
    for block in blocks:
        assert "mcpServers" in json.loads(block)
