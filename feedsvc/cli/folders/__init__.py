"""A folder without a settings file: a try of it, and the command that writes one."""
