"""Rows that wait: jobs, intents, deliveries and listeners; and which watchers are alive."""
