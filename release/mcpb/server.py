"""The door of the Claude Desktop bundle: hosts of the `uv` kind start a file, not a console script."""

import sys

from order_mcp.__main__ import main

sys.exit(main())
