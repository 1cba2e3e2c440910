"""The numbers of memberships, from which archive pages are made."""
