"""What stands in the database: a shop, its customers, and an order and a cart in every state that can be reached."""
