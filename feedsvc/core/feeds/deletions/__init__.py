"""Posts that were deleted or taken back, and what feeds say of them (RFC 6721)."""
