"""The config files of other generators: which one made a blog, and what it says."""
