"""Rows that wait for somebody: jobs, intents, deliveries, listeners; and who is alive."""
