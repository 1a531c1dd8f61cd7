"""What leaves the house: the Claude Desktop bundle, and everything of a release that needs no credentials."""
