"""Config files as values with lines: YAML, TOML, and literals in programs and JSON."""
