"""The command `unroll`. It gets rid of the caller's PYTHON* variables before it imports anything else."""

import sys


def main() -> None:
    """Run a command in a process that the caller's PYTHON* variables do not reach."""
    from autograder.isolation.environment import NO_ASSERTIONS, start_anew

    start_anew("autograder.cli")
    if not __debug__:
        sys.stderr.write(f"unroll: {NO_ASSERTIONS}\n")
        sys.exit(2)
    from autograder.cli.commands import run

    run()
