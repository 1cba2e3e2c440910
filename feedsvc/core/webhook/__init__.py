"""Webhook calls: authentication, events, jobs, and comments on pull requests."""
