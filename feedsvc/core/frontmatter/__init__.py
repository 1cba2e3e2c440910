"""Bytes to fields with their line and column, in four dialects."""
