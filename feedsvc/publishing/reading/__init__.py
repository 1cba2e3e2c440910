"""The folder to findings: what has changed is read, and compared with the store."""
