"""What a reader sees. Pure functions."""
