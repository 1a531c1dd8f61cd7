"""`order-mcp new-provider`: write the start of a provider package, whose tests are green as it stands."""

import json
import re
from datetime import UTC, datetime
from importlib.metadata import distribution
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from .. import __version__
from ..config import read_config
from ..providers.fitness import NAME, RESERVED
from ..providers.introduction import PROVIDER_API
from ..wording import day
from .terminal import Stop

TEMPLATE = Path(__file__).parent / "provider_template"
_PLACE = re.compile("@([A-Za-z]{1,10})@")
_TITLE = re.compile(r"[^\s@\"\\{}](?:[^@\"\\{}\n]{0,38}[^\s@\"\\{}])?")
NAME_RULE = "NAME must be at most 40 small letters and digits, begin with a letter, and be neither auto nor order."
THEN = """{folder} is written. Its tests are green as it stands:

  cd {folder}
  python -m venv .venv
  .venv/bin/pip install {server}--editable ".[test]"
  .venv/bin/pytest

Then make it true: a story from the API's documentation, the provider file, the next story. This page leads through it:
https://github.com/order-mcp/order-mcp/blob/main/docs/providers.md#a-provider-of-your-own"""


def new_provider(name: str, title: str | None, folder: Path) -> str:
    """Write `order-mcp-NAME` below a folder; returns what to do next."""
    if not NAME.fullmatch(name) or name in RESERVED:
        raise Stop(NAME_RULE)
    if name in read_config({}).accounts:
        raise Stop(f"there is a provider {name} already; choose another name.")
    title = title.strip() if title else name.capitalize()
    if not _TITLE.fullmatch(title):
        raise Stop("--title must be 1 to 40 characters, without quotation marks, backslashes, braces and @.")
    home = folder / f"order-mcp-{name}"
    if home.exists():
        raise Stop(f"{home} exists already; nothing was written.")
    words = {
        "name": name,
        "NAME": name.upper(),
        "Class": name.capitalize(),
        "Title": title,
        "date": day(datetime.now(UTC).date().isoformat()),
        "version": __version__,
        "api": str(PROVIDER_API),
    }
    for source in sorted(TEMPLATE.rglob("*.txt")):
        target = home / _filled(source.relative_to(TEMPLATE).as_posix().removesuffix(".txt"), words)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_filled(source.read_text(encoding="utf-8"), words), encoding="utf-8")
    return THEN.format(folder=home, server=_server())


def _server() -> str:
    """What installs this very server, where it came from a folder; blank where the package index has it."""
    written = distribution("order-mcp").read_text("direct_url.json")
    address = urlsplit(json.loads(written)["url"]) if written else urlsplit("")
    return f'--editable "{url2pathname(address.path)}" ' if address.scheme == "file" else ""


def _filled(text: str, words: dict[str, str]) -> str:
    return _PLACE.sub(lambda place: words[place[1]], text)
