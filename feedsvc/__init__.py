"""feedsvc turns a folder of posts into feeds and serves them."""

__version__ = "0.1.0"
