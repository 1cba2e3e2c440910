"""The history of feeds: archive pages, and the links between documents (RFC 5005)."""
