"""Connections to SQLite and PostgreSQL, and how long they wait."""
