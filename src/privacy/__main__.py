"""`python -m privacy` is the command line."""

from privacy.cli import main

main()
