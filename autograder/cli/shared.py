"""What several commands share: options, their course, and how they end."""

import contextlib
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

COURSE = click.option(
    "--course",
    type=click.Path(path_type=Path, file_okay=False),
    help="The course's folder, if it is not here or above.",
)
FOLDER = click.Path(path_type=Path)


def jobs(what: str, default: int = 1) -> Callable[[Any], Any]:
    """Give a command the option --jobs: how many of something are done at a time."""
    count = click.IntRange(1, 256)
    return click.option("-j", "--jobs", type=count, default=default, show_default=True, help=f"{what} at a time.")


def stop(text: str, status: int) -> None:
    """End the command with a line and a status."""
    with contextlib.suppress(OSError):  # a closed terminal
        click.echo(f"unroll: {text}", err=True)
    # If Ctrl-C interrupts an exec, as when a dataclass is made, CPython raises SIGINT again at exit.
    # Another exec that runs to its end clears that.
    exec("")
    sys.exit(status)


def until_stopped(work: Callable[[], bool]) -> bool:
    """Do something that has nothing to keep when it is stopped; Ctrl-C ends it in one line."""
    try:
        return work()
    except KeyboardInterrupt:
        stop("Stopped.", 3)
        raise


def with_course(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command its course, found from --course or upward from the working directory."""

    @COURSE
    @wraps(command)
    def wrapped(course: Path | None, **options: Any) -> Any:
        from autograder.course.model import find_course, load_course

        return command(course=load_course(find_course(course or Path.cwd())), **options)

    return wrapped
