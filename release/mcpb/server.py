"""The door of the Claude Desktop bundle: hosts of the `uv` kind start a file, not a console script.

Whoever filled in the host's form has never seen a variable, so each is called by the title of its field.
"""

import json
import sys
from pathlib import Path

from order_mcp.__main__ import main

form = json.loads(Path(__file__).with_name("manifest.json").read_text(encoding="utf-8"))["user_config"]
sys.exit(main({name.upper(): f"“{field['title']}”" for name, field in form.items()}))
