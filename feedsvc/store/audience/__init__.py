"""Figures of who reads, and the counters of all processes."""
