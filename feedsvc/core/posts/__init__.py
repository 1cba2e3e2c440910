"""Fields to a Post: title, date, slug, terms, permalink, visibility."""
