"""Filters: cuts of the feeds of a site by tags, categories, authors, languages and dates."""
