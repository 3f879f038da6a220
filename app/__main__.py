"""`python -m app` is `throughcare`."""

from app.cli import main

main()
