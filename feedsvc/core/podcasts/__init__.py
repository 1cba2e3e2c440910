"""Podcasts: what a show and an episode say, and the categories of Apple."""
