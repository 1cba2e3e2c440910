"""Who may request a rebuild, and what their calls say."""
