"""What each protocol revision requires, asked of the server over HTTP; what it rightly lacks is in the YAML files."""

import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ..environments import node, node_project
from ..http_server import serving_http

HERE = Path(__file__).parent
SUITE = Path("node_modules/@modelcontextprotocol/conformance")
REVISIONS = ("2026-07-28", "2025-11-25")
LIMIT = 240


@dataclass(frozen=True, slots=True)
class Outcome:
    """One revision's run, read from what the suite prints."""

    printed: str
    required: frozenset[str]
    """The scenarios that count; the suite runs others too, extensions above all."""

    @property
    def passed(self) -> int:
        """Checks that passed in the scenarios that count."""
        scenarios = re.findall(r"^[✗✓] (\S+): (\d+) passed", self.printed, re.MULTILINE)
        return sum(int(count) for scenario, count in scenarios if scenario in self.required)

    @property
    def expected(self) -> list[str]:
        return re.findall(r"^  ~ (\S+)$", self.printed, re.MULTILINE)

    @property
    def wrong(self) -> list[str]:
        """Failures that nobody expects, and expected ones that no longer fail."""
        marked = re.findall(r"^  ([✗✓]) (\S+)$", self.printed, re.MULTILINE)
        wrong = [f"{name} {'fails' if mark == '✗' else 'passes: take it out'}" for mark, name in marked]
        return wrong if wrong or self.passed else [f"the suite did not run:\n{self.printed}"]


def main() -> int:
    """Run both revisions; returns 1 if anything is not as it should be."""
    suite = node_project(HERE) / SUITE
    with serving_http() as address:
        outcomes = {revision: _run(suite, address, revision) for revision in REVISIONS}
    for revision, outcome in outcomes.items():
        print(f"{revision}: {outcome.passed} passed, {len(outcome.expected)} expected to fail")
        print(*(f"  {line}\n" for line in outcome.wrong), sep="", end="")
    failed = sum(len(outcome.wrong) for outcome in outcomes.values())
    print(f"{sum(outcome.passed for outcome in outcomes.values())} passed, {failed} failed")
    return min(failed, 1)


def _run(suite: Path, address: str, revision: str) -> Outcome:
    expected = HERE / f"expected-failures-{revision}.yml"
    with tempfile.TemporaryDirectory() as results:
        command = [node(), suite / "dist/index.js", "server", "--url", address, "--requirements", revision]
        command += ["--expected-failures", expected, "--output-dir", results]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=LIMIT, check=False)
    requirements = (suite / f"requirements/{revision}.yaml").read_text(encoding="utf-8")
    return Outcome(
        # The suite colours its headings whether or not anybody looks.
        printed=re.sub(r"\x1b\[\d+m", "", done.stdout + done.stderr),
        required=frozenset(re.findall(r"^  - (\S+)$", requirements, re.MULTILINE)),
    )


if __name__ == "__main__":
    sys.exit(main())
