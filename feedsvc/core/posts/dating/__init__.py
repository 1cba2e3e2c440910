"""When a post was published and updated: the keys, and the dates in paths."""
