"""The configuration: TOML and environment in, one frozen value out."""
