"""An MCP gateway between a client and the real server: `python -m dev.gateway` (needs the package registry once)."""
