"""The server for others: over HTTP. A stdio server never loads it."""
