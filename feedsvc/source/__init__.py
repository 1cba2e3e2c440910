"""Where the posts are: a folder, or the tree of a git branch."""
