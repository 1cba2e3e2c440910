"""Markdown of six generators to rough HTML."""
