"""Rows of posts that were deleted or taken back: tombstones and retractions."""
