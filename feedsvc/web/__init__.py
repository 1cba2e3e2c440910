"""The web server: the Flask views, and the rooms that they use."""
