"""Copies of a store: backups, an upgraded copy for a dry run, and a move to another engine."""
