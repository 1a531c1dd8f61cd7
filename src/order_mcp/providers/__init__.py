"""The providers, and the only HTTP client."""
