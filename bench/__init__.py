"""How fast order-mcp is beside other MCP servers that do the same look-up: `make bench` writes RESULTS.md."""
