"""Who a post is, for good: its id, what is remembered of it, and what would be lost."""
