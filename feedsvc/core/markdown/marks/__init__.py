"""Marks that one generator or program knows, and GitHub Flavored Markdown does not."""
