"""`make regen`: rewrite what is derived from the code."""

import os
import subprocess
import sys

import anyio

from .answers import PAGE, answers_md
from .documents import ROOT, SERVER_JSON, TABLED, server_json, with_tables
from .env_file import ENV_FILE, env_file
from .first_words import FIRST_WORDS, module
from .manifest import MANIFEST, manifest_json
from .picture import PICTURE, picture
from .provider_api import RECORD, record

# Only what records it: what else a test finds is for `make test` to say.
SNAPSHOT = "tests/test_tools.py::test_the_definitions_are_the_ones_in_the_snapshot"

for document in TABLED:
    document.write_text(with_tables(document.read_text(encoding="utf-8")), encoding="utf-8")
ENV_FILE.write_text(env_file(), encoding="utf-8")
SERVER_JSON.write_text(server_json(), encoding="utf-8")
MANIFEST.write_text(manifest_json(), encoding="utf-8")
RECORD.write_text(record(), encoding="utf-8")
PAGE.write_text(answers_md(), encoding="utf-8")
FIRST_WORDS.write_text(module(), encoding="utf-8")
PICTURE.write_text(anyio.run(picture), encoding="utf-8")
subprocess.run(
    [sys.executable, "-m", "pytest", "-q", SNAPSHOT],
    cwd=ROOT,
    env={**os.environ, "UPDATE_SNAPSHOTS": "1"},
    check=True,
)
