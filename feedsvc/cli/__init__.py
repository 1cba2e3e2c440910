"""Commands, and the wiring from settings to parts."""
