"""Subscriptions, signatures, and which callbacks may be called."""
