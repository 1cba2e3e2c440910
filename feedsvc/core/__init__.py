"""The pure part: values in, values out; no file, socket, clock, locale, environment or log."""
