"""The package whose stories these are. It is not installed: beside the server, it would be in every answer."""

import sys

from ..desk import PACKAGE

sys.path.insert(0, str(PACKAGE / "src"))

from order_mcp_medusa import Medusa, wire

__all__ = ["Medusa", "wire"]
