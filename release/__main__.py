"""What of a release needs no credentials: `python -m release` checks, builds and says what is left to do."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256

from dev.documents import REPOSITORY, ROOT, SERVER_JSON
from order_mcp import __version__

from .bundle import BUNDLE, DIST

TAG = f"v{__version__}"
LEFT_TO_DO = f"""
Ready in dist/: wheel and sdist of the server and of its packages, the bundle and the registry's server.json. With your
credentials, in this order:

  git tag --sign {TAG} --message "order-mcp {__version__}" && git push origin {TAG}
  .venv/bin/uv publish dist/order_mcp-{__version__}* dist/order_mcp_medusa-{__version__}*
  gh release create {TAG} --verify-tag --title "order-mcp {__version__}" --notes-from-tag {BUNDLE.relative_to(ROOT)}
  cd dist && mcp-publisher login github && mcp-publisher publish
"""


def main() -> int:
    """Returns 1 if this is not to be released."""
    if complaints := [complaint for complaint in CHECKS if CHECKS[complaint]()]:
        print(*(f"Not to be released: {complaint}." for complaint in complaints), sep="\n", file=sys.stderr)
        return 1
    # Leaves the wheel, the sdist and the bundle in dist/, tried as users get them.
    subprocess.run([ROOT / ".ci" / "run"], cwd=ROOT, check=True)
    entry = with_bundle(SERVER_JSON.read_text(encoding="utf-8"), BUNDLE.read_bytes())
    (DIST / SERVER_JSON.name).write_text(entry, encoding="utf-8")
    print(LEFT_TO_DO)
    return 0


def with_bundle(server_json: str, bundle: bytes) -> str:
    """The registry's entry with the bundle as a second package; its hash is known only once it is packed."""
    entry = json.loads(server_json)
    entry["packages"].append(
        {
            "registryType": "mcpb",
            "identifier": f"{REPOSITORY}/releases/download/{TAG}/{BUNDLE.name}",
            "version": __version__,
            "fileSha256": sha256(bundle).hexdigest(),
            "transport": {"type": "stdio"},
        }
    )
    return json.dumps(entry, indent=2, ensure_ascii=False) + "\n"


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, encoding="utf-8").stdout


def _is_undated() -> bool:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    return not re.search(rf"^## {re.escape(__version__)} - \d{{4}}-\d\d-\d\d$", changelog, re.MULTILINE)


# What speaks against a release, and whether it is so. The version's lock-step is held by the tests.
CHECKS: dict[str, Callable[[], bool]] = {
    "the work tree has changes that are not committed": lambda: bool(_git("status", "--porcelain")),
    f"the tag {TAG} exists already, and versions are not used twice": lambda: bool(_git("tag", "--list", TAG)),
    f"CHANGELOG.md has no date for {__version__}": _is_undated,
}

if __name__ == "__main__":
    sys.exit(main())
