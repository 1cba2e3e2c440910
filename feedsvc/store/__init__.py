"""What is published, kept: SQLite for one machine, PostgreSQL for several."""
