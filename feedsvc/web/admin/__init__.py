"""What only operators see: the door, and the pages behind it."""
