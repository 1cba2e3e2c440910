"""Full-text search: texts to words and pairs, and what a visitor looks for."""
