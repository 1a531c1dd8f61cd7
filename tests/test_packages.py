"""What users install: wheel and sdist, the registry's entry, the desktop bundle's manifest, one version for all."""

import email
import json
import re
import subprocess
import sys
import tarfile
import zipfile
from email.message import Message
from hashlib import sha256
from pathlib import Path

import jsonschema
import pytest

from dev.documents import MANIFEST, ROOT, SERVER_NAME, manifest_json, server_json
from order_mcp import __version__
from order_mcp.config import all_variables, read_config
from order_mcp.providers.registry import PROVIDERS
from order_mcp.tools import TOOLS
from release.__main__ import with_bundle

ENTRY = json.loads(server_json())
FORM = json.loads(manifest_json())
LIMIT = 120
SECRETS = {variable.name for variable in all_variables() if variable.secret}

# The registry's schema of 2025-12-11, as far as it speaks of what we say; what it does not know is refused.
VERSION = {"type": "string", "maxLength": 255, "pattern": r"^\d+\.\d+\.\d+$"}
STDIO = {"type": "object", "required": ["type"], "properties": {"type": {"const": "stdio"}}}
VARIABLE = {
    "type": "object",
    "required": ["name"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string"},
        "description": {"type": "string"},
        "isRequired": {"type": "boolean"},
        "isSecret": {"type": "boolean"},
        "default": {"type": "string"},
        "choices": {"type": "array", "items": {"type": "string"}},
    },
}
PACKAGE = {
    "type": "object",
    "required": ["registryType", "identifier", "transport"],
    "additionalProperties": False,
    "properties": {
        "registryType": {"enum": ["pypi", "mcpb"]},
        "identifier": {"type": "string"},
        "version": VERSION,
        "runtimeHint": {"const": "uvx"},
        "transport": STDIO,
        "fileSha256": {"type": "string", "pattern": "^[a-f0-9]{64}$"},
        "environmentVariables": {"type": "array", "items": VARIABLE},
    },
}
REGISTRY_RULES = {
    "type": "object",
    "required": ["name", "description", "version"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"const": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"},
        "name": {"type": "string", "minLength": 3, "maxLength": 200, "pattern": r"^[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+$"},
        "title": {"type": "string", "minLength": 1, "maxLength": 100},
        "description": {"type": "string", "minLength": 1, "maxLength": 100},
        "version": VERSION,
        "packages": {"type": "array", "items": PACKAGE},
    },
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a wheel and the sdist that it was made from."""
    folder = tmp_path_factory.mktemp("built")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=LIMIT)
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> zipfile.ZipFile:
    return zipfile.ZipFile(built / f"order_mcp-{__version__}-py3-none-any.whl")


@pytest.fixture(scope="module")
def metadata(wheel: zipfile.ZipFile) -> Message:
    return email.message_from_bytes(wheel.read(f"order_mcp-{__version__}.dist-info/METADATA"))


# Wheel and sdist ----------------------------------------------------------------------------------------------------


def test_the_wheel_holds_the_package_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    info = f"order_mcp-{__version__}.dist-info"
    inside = {name for name in wheel.namelist() if not name.startswith(f"{info}/")}
    source = ROOT / "src"
    files = {file.relative_to(source).as_posix() for file in source.rglob("*.*") if "__pycache__" not in file.parts}
    assert inside == {file for file in files if file.startswith("order_mcp/")}
    assert "order_mcp/py.typed" in inside
    assert f"{info}/licenses/LICENSE" in wheel.namelist()


def test_the_wheel_installs_the_command(wheel: zipfile.ZipFile) -> None:
    entry_points = wheel.read(f"order_mcp-{__version__}.dist-info/entry_points.txt").decode()
    assert entry_points.split() == ["[console_scripts]", "order-mcp", "=", "order_mcp.__main__:main"]


def test_the_metadata_says_who_may_install_it_and_proves_whose_it_is(metadata: Message) -> None:
    assert (metadata["Name"], metadata["Version"]) == ("order-mcp", __version__)
    assert (metadata["Requires-Python"], metadata["License-Expression"]) == (">=3.11", "MIT")
    needed = [line for line in metadata.get_all("Requires-Dist", []) if "extra ==" not in line]
    assert "mcp<3,>=2.3" in needed
    # The registry looks for this in the released description.
    assert f"mcp-name: {SERVER_NAME}" in metadata.get_payload()


def test_the_sdist_can_be_built_and_tested_from(built: Path) -> None:
    with tarfile.open(built / f"order_mcp-{__version__}.tar.gz") as packed:
        names = {name.partition("/")[2] for name in packed.getnames()}
    assert {"pyproject.toml", "README.md", "LICENSE", "src/order_mcp/py.typed", "tests/test_packages.py"} <= names
    assert not {name for name in names if name.split("/")[0] in {".venv", ".clients", ".git", "dist", "build"}}


def test_there_is_one_version_number() -> None:
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert newest is not None
    places = [ENTRY["version"], ENTRY["packages"][0]["version"], FORM["version"], newest[1]]
    assert places == [__version__] * len(places)


# The registry's entry -----------------------------------------------------------------------------------------------


def test_the_registry_s_rules_are_kept() -> None:
    jsonschema.validate(ENTRY, REGISTRY_RULES)
    [package] = ENTRY["packages"]
    assert [v["name"] for v in package["environmentVariables"]] == [v.name for v in all_variables()]
    assert {v["name"] for v in package["environmentVariables"] if v["isSecret"]} == SECRETS
    assert {"FLEET_API_KEY", "SENMO_PASSWORD", "SENMO_ID_TOKEN"} <= SECRETS and "SENMO_USERNAME" not in SECRETS


def test_the_released_entry_adds_the_bundle_with_its_hash() -> None:
    released = json.loads(with_bundle(server_json(), b"bundle"))
    jsonschema.validate(released, REGISTRY_RULES)
    [package, bundle] = released["packages"]
    assert package == ENTRY["packages"][0]
    # The registry takes bundles from release pages only, and wants "mcp" in the address.
    assert re.fullmatch(
        r"https://github\.com/\S+/releases/download/v[\d.]+/order-mcp-[\d.]+\.mcpb", bundle["identifier"]
    )
    assert bundle["fileSha256"] == sha256(b"bundle").hexdigest()


# The manifest of the desktop bundle; `make test-bundle` validates, packs and starts it ------------------------------


def test_every_setting_is_a_field_of_the_form() -> None:
    assert FORM["server"]["mcp_config"]["env"] == {
        v.name: f"${{user_config.{v.name.lower()}}}" for v in all_variables()
    }
    assert list(FORM["user_config"]) == [v.name.lower() for v in all_variables()]
    for option in FORM["user_config"].values():
        assert option["title"] and option["description"] and not option["required"]
        assert option.get("default", "") in ("", False)


def test_secrets_are_kept_safe_by_the_host() -> None:
    assert {name.upper() for name, option in FORM["user_config"].items() if option.get("sensitive")} == SECRETS


@pytest.mark.parametrize("blank", ["", "placeholder"])
def test_a_blank_form_configures_nothing(blank: str) -> None:
    env = FORM["server"]["mcp_config"]["env"]
    config = read_config(env if blank else dict.fromkeys(env, ""))
    assert not any(setup.begun for setup in config.providers.values())
    assert config.server == read_config({}).server


def test_the_manifest_says_what_is_in_the_bundle() -> None:
    assert (FORM["manifest_version"], FORM["server"]["type"]) == ("0.4", "uv")
    assert (MANIFEST.parent / FORM["server"]["entry_point"]).exists()
    assert [tool["name"] for tool in FORM["tools"]] == list(TOOLS)
    assert all(tool["description"] for tool in FORM["tools"])
    assert len(FORM["privacy_policies"]) == sum(bool(provider.privacy_policy) for provider in PROVIDERS.values())
