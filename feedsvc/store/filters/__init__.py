"""The entries of filters: which of them are chosen, and in which archive pages they are."""
