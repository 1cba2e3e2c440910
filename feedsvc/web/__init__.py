"""What is heard over HTTP: feeds, pages for people, the webhook."""
