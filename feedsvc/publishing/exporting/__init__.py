"""Documents as files: which of them are out of date, and writing them."""
