"""`python -m byhand` is `byhand`."""

from byhand.cli.main import run

run()
