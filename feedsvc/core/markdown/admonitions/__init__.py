"""Admonitions, folded blocks and tabs, as quotations and details."""
