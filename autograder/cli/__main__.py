"""`python -m autograder.cli`: the command where no script is installed."""

from autograder.cli import main

main()
