"""Tables of the store that stand in modules of their own, and the list of all tables."""
