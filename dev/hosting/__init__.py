"""The server as a team hosts it: `python -m dev.hosting` (needs nginx and Redis, and says what it skips without)."""
