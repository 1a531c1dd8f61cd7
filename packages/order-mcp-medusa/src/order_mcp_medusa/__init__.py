"""Orders and carts of Medusa v2 for order-mcp."""

from .provider import Medusa

__all__ = ["Medusa"]
__version__ = "0.1.0"
