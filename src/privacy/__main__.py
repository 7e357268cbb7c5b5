"""`python -m privacy` is the command line."""

from privacy.cli.main import main

main()
