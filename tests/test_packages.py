"""What users install: wheel and sdist, the registry's entry, the desktop bundle's manifest, one version for all."""

import email
import json
import re
import struct
import subprocess
import sys
import tarfile
import zipfile
import zlib
from email.message import Message
from hashlib import sha256
from pathlib import Path

import jsonschema
import pytest

from dev.documents import README, REPOSITORY, ROOT, SERVER_NAME, server_json
from dev.icon import SIZE, row
from dev.manifest import ICON, MANIFEST, manifest_json
from order_mcp import __version__
from order_mcp.config import ServerSettings, all_variables, read_config
from order_mcp.protocol.prompts import order_status_reply
from order_mcp.providers.registry import built_in
from order_mcp.tools import TOOLS
from release.__main__ import with_bundle
from release.bundle import FILES

from .processes import LEGACY, PATIENCE, variables_for

PROVIDERS = built_in()

ENTRY = json.loads(server_json())
FORM = json.loads(manifest_json())
LIMIT = 120
ME = {"name": "test", "version": "1"}
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
# The format of an address is what the registry's own program asks for, beyond its schema.
REPOSITORY_RULES = {
    "type": "object",
    "required": ["url", "source"],
    "additionalProperties": False,
    "properties": {
        "url": {"type": "string", "pattern": r"^https?://(www\.)?github\.com/[\w.-]+/[\w.-]+/?$"},
        "source": {"const": "github"},
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
        "repository": REPOSITORY_RULES,
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


def test_the_metadata_leads_to_the_project(metadata: Message) -> None:
    addresses = dict(line.split(", ") for line in metadata.get_all("Project-URL", []))
    assert addresses == {
        "Homepage": REPOSITORY,
        "Repository": REPOSITORY,
        "Issues": f"{REPOSITORY}/issues",
        "Changelog": f"{REPOSITORY}/blob/main/CHANGELOG.md",
    }
    assert metadata["Author"] == metadata["Maintainer"] == FORM["author"]["name"]


def test_the_maturity_is_what_the_readme_says_of_the_providers(metadata: Message) -> None:
    classifiers = metadata.get_all("Classifier", [])
    [maturity] = [each for each in classifiers if each.startswith("Development Status")]
    unproven = "no live account tried yet" in README.read_text(encoding="utf-8")
    assert maturity == f"Development Status :: {'3 - Alpha' if unproven else '4 - Beta'}"
    assert {"Intended Audience :: Developers", "Topic :: Office/Business", "Typing :: Typed"} <= set(classifiers)
    # The licence is its expression; classifiers for it are deprecated (PEP 639).
    assert not [each for each in classifiers if each.startswith("License")]


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


def test_the_entry_names_its_repository_and_every_choice() -> None:
    assert ENTRY["repository"] == {"url": REPOSITORY, "source": "github"}
    entries = {v["name"]: v for v in ENTRY["packages"][0]["environmentVariables"]}
    assert {name: entry["choices"] for name, entry in entries.items() if "choices" in entry} == {
        "FLEXPORTAL_REGION": ["eu", "us", "qatar"],
        "ORDER_MCP_AUDIENCE": ["agent", "customer", "internal"],
        "ORDER_MCP_DEFAULT_PROVIDER": list(PROVIDERS),
        "ORDER_MCP_LOG_LEVEL": ["DEBUG", "INFO", "WARNING", "ERROR"],
    }
    assert all(
        entry.get("default", entry["choices"][0]) in entry["choices"]
        for entry in entries.values()
        if "choices" in entry
    )


@pytest.mark.parametrize("name", ["ORDER_MCP_AUDIENCE", "ORDER_MCP_DEFAULT_PROVIDER", "ORDER_MCP_LOG_LEVEL"])
def test_every_choice_is_taken(name: str) -> None:
    [choices] = [variable.choices for variable in all_variables() if variable.name == name]
    [field] = [key for key, field in ServerSettings.model_fields.items() if field.alias == name]
    assert [str(getattr(read_config({name: choice}).server, field)) for choice in choices] == list(choices)


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
    assert set(FORM["user_config"]) == {v.name.lower() for v in all_variables()}
    for option in FORM["user_config"].values():
        assert option["title"] and option["description"] and not option["required"]
        assert option.get("default", "") in ("", False)


def test_the_fields_stand_in_groups_and_the_sandbox_comes_first() -> None:
    titles = [option["title"] for option in FORM["user_config"].values()]
    assert titles[:3] == ["Sandbox", "Fleet: API key", "Fleet: address"]
    assert len(set(titles)) == len(titles)
    groups = [title.partition(":")[0] for title in titles]
    assert list(dict.fromkeys(groups)) == ["Sandbox", *(p.title for p in PROVIDERS.values()), "General"]
    assert groups == sorted(groups, key=list(dict.fromkeys(groups)).index), "no group is interrupted"


def test_the_form_speaks_of_no_variables_and_names_every_choice() -> None:
    for variable in all_variables():
        option = FORM["user_config"][variable.name.lower()]
        assert not re.search(r"[A-Z]_[A-Z]|variable|stderr|`", option["title"] + option["description"])
        assert ", ".join(variable.choices) in option["description"]


def test_the_form_says_what_a_provider_needs() -> None:
    fields = FORM["user_config"]
    assert fields["fleet_api_key"]["description"].endswith("Fleet needs it.")
    assert "“FlexPortal: region” or “FlexPortal: address”" in fields["flexportal_region"]["description"]
    assert "Usually left blank" in fields["polinate_base_url"]["description"]


def test_secrets_are_kept_safe_by_the_host() -> None:
    assert {name.upper() for name, option in FORM["user_config"].items() if option.get("sensitive")} == SECRETS


@pytest.mark.parametrize("blank", ["", "placeholder"])
def test_a_blank_form_configures_nothing(blank: str) -> None:
    env = FORM["server"]["mcp_config"]["env"]
    config = read_config(env if blank else dict.fromkeys(env, ""))
    assert not any(each.setup.begun for each in config.accounts.values())
    assert config.server == read_config({}).server


def test_the_manifest_says_what_is_in_the_bundle() -> None:
    assert (FORM["manifest_version"], FORM["server"]["type"]) == ("0.4", "uv")
    assert (MANIFEST.parent / FORM["server"]["entry_point"]).exists()
    assert [tool["name"] for tool in FORM["tools"]] == list(TOOLS)
    assert all(tool["description"] for tool in FORM["tools"])
    assert len(FORM["privacy_policies"]) == sum(bool(provider.privacy_policy) for provider in PROVIDERS.values())


def test_the_manifest_declares_the_prompt() -> None:
    [prompt] = FORM["prompts"]
    given = {"order_id": "1008", "provider": "fleet", "tone": "dry", "language": "Welsh"}
    assert (prompt["name"], prompt["arguments"]) == ("order_status_reply", list(given))
    said = prompt["text"]
    for name, value in given.items():
        said = said.replace(f"${{arguments.{name}}}", json.dumps(value))
    assert said == order_status_reply(given, list(PROVIDERS), {})


def test_the_icon_is_in_the_bundle_and_is_what_its_script_draws() -> None:
    assert FORM["icon"] == ICON.name and ICON in FILES
    icon = ICON.read_bytes()
    assert icon.startswith(b"\x89PNG\r\n\x1a\n") and len(icon) < 20_000
    assert struct.unpack(">II", icon[16:24]) == (SIZE, SIZE) == (512, 512)
    start = icon.index(b"IDAT")
    rows = zlib.decompress(icon[start + 4 : start + 4 + int.from_bytes(icon[start - 4 : start])])
    width = 1 + 4 * SIZE
    for number in (0, 130, 260, 400, SIZE - 1):
        assert rows[number * width : (number + 1) * width] == b"\0" + row(number), "run python -m dev.icon"


# What somebody reads who only saw the form --------------------------------------------------------------------------


def ask_the_bundle(form: dict[str, str]) -> tuple[int, str, str]:
    """Exit code, answer and log of the bundle's door, with every other field left blank."""
    messages = (
        {"id": 0, "method": "initialize", "params": {"protocolVersion": LEGACY, "capabilities": {}, "clientInfo": ME}},
        {"method": "notifications/initialized"},
        {"id": 1, "method": "tools/call", "params": {"name": "get_order", "arguments": {"order_id": "1008"}}},
    )
    with subprocess.Popen(
        [sys.executable, MANIFEST.parent / "server.py"],
        env=variables_for(FORM["server"]["mcp_config"]["env"] | form),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        assert process.stdin and process.stdout
        process.stdin.writelines(json.dumps({"jsonrpc": "2.0"} | message) + "\n" for message in messages)
        process.stdin.flush()
        try:
            lines = [json.loads(line) for line in (process.stdout.readline(), process.stdout.readline()) if line]
            _, log = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
    answers = [line["result"]["content"][0]["text"] for line in lines if line["id"] == 1]
    return process.returncode, "".join(answers), log


def test_a_blank_form_is_answered_in_the_words_of_the_form() -> None:
    _, answer, _ = ask_the_bundle({})
    sentence, error = answer.splitlines()
    assert json.loads(error)["error"]["code"] == "not_configured"
    assert "Fleet: “Fleet: API key” is not set." in sentence
    assert "“FlexPortal: region” or “FlexPortal: address” is not set." in sentence
    assert "switch on the sandbox" in sentence
    assert not re.search("[A-Z]_[A-Z]", sentence)
    titles = {option["title"] for option in FORM["user_config"].values()}
    assert set(re.findall("“(.*?)”", sentence)) <= titles


def test_a_field_that_is_malformed_is_called_by_its_title() -> None:
    _, answer, _ = ask_the_bundle({"FLEET_API_KEY": "key", "FLEET_BASE_URL": "fleet.example"})
    assert "“Fleet: address” must be an address" in answer


def test_a_word_that_is_no_choice_is_told_with_the_title_and_the_choices() -> None:
    _, _, log = ask_the_bundle({"ORDER_MCP_AUDIENCE": "everybody"})
    assert "“General: audience” must be one of agent, customer, internal." in log
