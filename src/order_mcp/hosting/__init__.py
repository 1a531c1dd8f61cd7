"""Serves MCP over HTTP, for now on this machine only. A stdio server never loads it."""
