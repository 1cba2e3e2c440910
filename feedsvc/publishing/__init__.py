"""What one publish does: read, identify, decide, write, report."""
