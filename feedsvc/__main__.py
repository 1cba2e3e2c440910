"""`python -m feedsvc` is `feedsvc`."""

from feedsvc.cli.main import main

main(prog_name="feedsvc")
