"""Counts polls: on the event loop in memory, and each minute in the store."""
