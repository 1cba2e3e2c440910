"""Pure rules: no files, sockets, clock or logging."""
