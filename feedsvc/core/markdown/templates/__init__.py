"""Liquid and similar templates in a body, and the words of shortcodes."""
