"""The peers: small servers that do the same look-up as order-mcp, each as its library's users would write it."""
