"""The index of full-text search: its tables, keeping it up to date, and searching in it."""
