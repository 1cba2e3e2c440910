"""Telling others what has changed: subscribers, outside hubs, URLs to notify."""
