"""Rough HTML to safe HTML."""
