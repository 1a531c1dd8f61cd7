pytest_plugins = ["order_mcp.testing"]
