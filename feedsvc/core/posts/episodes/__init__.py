"""The keys of a post that is an episode of a podcast."""
