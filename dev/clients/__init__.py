"""Real clients against the real server: `python -m dev.clients` (needs the package registries the first time)."""
