"""Connections to SQLite and PostgreSQL, with their limits, locks and errors."""
