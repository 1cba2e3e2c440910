"""SQL: one transaction per publish, and claims for push."""
