"""Measurements of feedsvc, and of Hugo beside it; nothing here is shipped."""
