"""Other feeds of the same posts: their entries, and which post each of them is."""
