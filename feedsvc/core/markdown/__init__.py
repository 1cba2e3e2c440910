"""Markdown and the tags of generators to rough HTML."""
