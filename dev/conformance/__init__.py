"""The official conformance suite against the real server: `python -m dev.conformance`."""
