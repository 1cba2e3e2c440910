"""Who reads: programs by their User-Agent, distinct readers, and the figures of a day."""
