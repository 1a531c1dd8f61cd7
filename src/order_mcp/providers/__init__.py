"""Everything upstream, with the only HTTP client."""
