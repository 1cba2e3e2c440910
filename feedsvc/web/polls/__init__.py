"""Documents kept ready: validators, codings, deltas, rate limits."""
