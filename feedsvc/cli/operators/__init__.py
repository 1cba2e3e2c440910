"""Commands for whoever runs a site: what readers do."""
