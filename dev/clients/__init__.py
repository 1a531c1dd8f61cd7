"""Real clients against the real server: `python -m tests.clients` (needs the package registries the first time)."""
