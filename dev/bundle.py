"""The packed Claude Desktop bundle, unpacked and started as the desktop host does: `python -m dev.bundle`."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters

from order_mcp.config import all_variables
from order_mcp.providers.registry import built_in
from order_mcp.providers.settings import variables
from order_mcp.sandbox import running
from order_mcp.tools import LOOK_UPS, TOOLS
from release.bundle import BUNDLE, mcpb

from .environments import node, node_project
from .manifest import FOLDER

LIMIT = 300
"""Seconds for one start: the first one makes an environment, from the package registry."""
NOTHING = "Fleet is not set up on this server: “Fleet: API key” is not set."
# The fields that the emulated APIs do not need. A provider that has no emulator is filled in by `_anything`.
OTHERS = {
    "flexportal_region": "eu",
    "senmo_id_token": "a-token",
    "senmo_refresh_token": "a-token",
    "order_mcp_audience": "internal",
    "order_mcp_default_provider": "fleet",
    "order_mcp_timeout_seconds": 5,
    "order_mcp_deadline_seconds": 10,
    "order_mcp_log_level": "ERROR",
    "order_mcp_find_pages": 5,
    "order_mcp_find_days": 365,
    "order_mcp_sandbox": False,
}


@dataclass(frozen=True, slots=True)
class Form:
    """How a user left the host's form, and what the server is to make of it."""

    title: str
    values: Mapping[str, Any]
    says: str
    """What the answer to a look-up of Fleet's order 1008 holds."""
    defaults: bool = True
    """Whether the host fills blank fields from the manifest; some pass their placeholders on."""
    asks_whom: tuple[str, ...] = ("auto", *built_in())
    finds: bool = True
    """Whether somebody is set up who can be searched."""
    by_file: bool = False
    """Whether the host starts the entry point and not the command, as some do with this kind of bundle."""


def forms(emulated: Mapping[str, str]) -> list[Form]:
    """Every kind of form, with providers that the emulated APIs stand in for."""
    providers = {name.lower(): value for name, value in emulated.items()}
    fleet = {name: value for name, value in providers.items() if name.startswith("fleet_")}
    blank = {variable.name.lower(): "" for variable in all_variables()}
    everything = blank | _anything() | providers | OTHERS
    assert "" not in everything.values(), "a new setting of the server needs a value here"
    return [
        Form("all fields blank", {}, NOTHING, finds=False),
        Form("all fields blank, placeholders passed on", {}, NOTHING, defaults=False, finds=False),
        Form("all fields emptied again", blank, NOTHING, finds=False),
        Form(
            "an address that is none",
            {"fleet_base_url": "fleet.example", "fleet_api_key": "key"},
            "“Fleet: address” must be an address",
            asks_whom=("auto", "fleet"),
            finds=False,
        ),
        Form("only the sandbox switched on", {"order_mcp_sandbox": True}, "Sandbox data"),
        Form("some fields filled", fleet, "Fleet order 1008", asks_whom=("auto", "fleet")),
        Form(
            "some filled, placeholders passed on",
            fleet,
            "Fleet order 1008",
            defaults=False,
            asks_whom=("auto", "fleet"),
        ),
        Form("all fields filled", everything, "Fleet order 1008"),
        Form("all fields filled, started by its file", everything, "Fleet order 1008", by_file=True),
    ]


def _anything() -> dict[str, str]:
    """A well-formed value for every provider's variables: its default, a choice of it, an address, or any text."""
    return {
        variable.name.lower(): variable.default
        or next(iter(variable.choices), "https://api.example.com" if variable.name.endswith("_URL") else "a-value")
        for provider in built_in().values()
        for variable in variables(provider.Settings)
    }


def main() -> int:
    """Start the bundle with every form; returns 1 if anything is not as it should be."""
    with tempfile.TemporaryDirectory() as home, running() as sandbox:
        folder = Path(home) / "extension"
        mcpb("unpack", BUNDLE, folder)
        mcpb("validate", folder)
        cases = forms(sandbox.environment)
        failed = 0
        for form in cases:
            begun = time.monotonic()
            wrong = anyio.run(_try, folder, form)
            failed += bool(wrong)
            print("FAILED" if wrong else "ok    ", form.title, f"({time.monotonic() - begun:.1f} s)", flush=True)
            print(*(f"       {complaint}\n" for complaint in wrong), sep="", end="")
    print(f"{len(cases) - failed} passed, {failed} failed")
    return min(failed, 1)


async def _try(folder: Path, form: Form) -> list[str]:
    """What is wrong with a start."""
    try:
        with anyio.fail_after(LIMIT):
            async with Client(_launch(folder, form)) as client:
                tools = (await client.list_tools()).tools
                answer = await client.call_tool("get_order", {"order_id": "1008", "provider": "fleet"})
    except Exception as error:
        return [repr(error)]
    wrong = []
    if [tool.name for tool in tools] != list(TOOLS if form.finds else LOOK_UPS):
        wrong.append(f"tools: {tools}")
    if (providers := tools[0].input_schema["properties"]["provider"]["enum"]) != list(form.asks_whom):
        wrong.append(f"providers: {providers}")
    if form.says not in (said := "\n".join(getattr(block, "text", "") for block in answer.content)):
        wrong.append(f"answer: {said}")
    return wrong


def _launch(folder: Path, form: Form) -> StdioServerParameters:
    """What the host makes of the manifest and the form."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for option in manifest["user_config"].values() if not form.defaults else ():
        option.pop("default", None)
    question = {"manifest": manifest, "extensionPath": str(folder), "userConfig": form.values}
    done = subprocess.run(
        [node(), node_project(FOLDER) / "host.mjs"],
        input=json.dumps(question),
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )
    config = json.loads(done.stdout)
    started = ["run", "--directory", str(folder), manifest["server"]["entry_point"]]
    ours = {variable.name for variable in all_variables()}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    # The host brings its own uv; here it is the one that the project is locked to.
    kept["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", "")])
    return StdioServerParameters(
        command=config["command"],
        args=started if form.by_file else config["args"],
        env=kept | config["env"],
        cwd=folder.parent,
    )


if __name__ == "__main__":
    sys.exit(main())
