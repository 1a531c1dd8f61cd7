"""order-mcp: where is my order? One MCP server over several commerce back ends."""

__version__ = "0.1.0"
