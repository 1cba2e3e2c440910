"""What operators look at: the state of the store, failures, and what wants attention."""
