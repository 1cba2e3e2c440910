"""Post to Entry to Feed to Atom, RSS, JSON and OPML."""
