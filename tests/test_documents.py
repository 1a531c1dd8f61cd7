"""What is derived from the code is up to date, and the front door says what is true."""

import json
import re

import pytest

from order_mcp import __version__
from order_mcp.config import all_variables
from order_mcp.providers import PROVIDERS

from .documents import README, ROOT, SERVER_JSON, SERVER_NAME, readme, server_json

TEXT = README.read_text(encoding="utf-8")


def test_the_tables_of_the_readme_are_those_of_the_code() -> None:
    assert readme(TEXT) == TEXT, "run make regen"


def test_the_registry_file_is_that_of_the_code() -> None:
    assert SERVER_JSON.read_text(encoding="utf-8") == server_json(), "run make regen"


def test_the_registry_file_keeps_the_registry_s_limits() -> None:
    entry = json.loads(server_json())
    assert re.fullmatch(r"[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+", entry["name"])
    assert 1 <= len(entry["description"]) <= 100
    assert f"mcp-name: {SERVER_NAME}" in TEXT, "the registry looks for it in the released description"
    [package] = entry["packages"]
    assert [v["name"] for v in package["environmentVariables"]] == [v.name for v in all_variables()]
    secrets = {v["name"] for v in package["environmentVariables"] if v["isSecret"]}
    assert {"FLEET_API_KEY", "SENMO_PASSWORD", "SENMO_ID_TOKEN"} <= secrets
    assert "SENMO_USERNAME" not in secrets


def test_there_is_one_version_number() -> None:
    entry = json.loads(server_json())
    assert entry["version"] == entry["packages"][0]["version"] == __version__
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## (\S+)", changelog, re.MULTILINE)
    assert newest is not None and newest[1] == __version__


def test_every_link_of_the_readme_into_the_repository_leads_somewhere() -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", TEXT):
        assert (ROOT / target).exists(), target


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_provider_is_in_the_changelog_and_the_readme(provider: str) -> None:
    title = PROVIDERS[provider].title
    assert f"**{title}**" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"**{title}**" in TEXT


def test_the_readme_s_json_can_be_pasted() -> None:
    blocks = re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)
    assert blocks
    for block in blocks:
        assert "mcpServers" in json.loads(block)
