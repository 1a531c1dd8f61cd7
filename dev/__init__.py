"""What only developers run: what is derived from the code, the client table, conformance, the bundle check."""
