"""A real Medusa v2 with an order in every state: `python -m dev.medusa` (needs PostgreSQL, and says so without)."""
