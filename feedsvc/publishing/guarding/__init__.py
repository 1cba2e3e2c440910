"""Losses are weighed: what waits for somebody to accept it, and what does not wait."""
