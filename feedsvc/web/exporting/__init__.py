"""What an export takes from the web app: its pages, and the rules of a web server."""
