"""All commands, and how they end. Nothing heavy is imported before a command needs it."""

import atexit
import errno
import gc
import sys

import click

from autograder import __version__
from autograder.cli import author, completion, instructor, student
from autograder.cli.export import export
from autograder.cli.grade import grade
from autograder.cli.shared import stop
from autograder.cli.why import why
from autograder.errors import UnrollError
from autograder.isolation.descriptors import ERRORS, TOO_FEW
from autograder.isolation.inside.endings import end_as_by_ctrl_c


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="unroll")
def cli() -> None:
    """Auto-graded exercises for recurrent networks in PyTorch.

    \b
    New here?        unroll demo
    To learn:        unroll init, unroll shapes sine/cell, unroll check sine/cell, unroll hint
    To collect:      unroll collect DOWNLOAD -o SUBMISSIONS
    To grade:        unroll grade sine SUBMISSIONS -o OUT
    In parts:        unroll grade sine SUBMISSIONS -o OUT1 --shard 1/8 --seed SECRET, unroll merge OUT1 ... -o OUT
    To explain:      unroll why STUDENT rnn_cell -o OUT
    With nbgrader:   unroll nbgrade sine --jobs 4
    To compare:      unroll similar OUT
    Elsewhere:       unroll export gradescope sine -o sine.zip, unroll export canvas OUT -o canvas.csv
    To write one:    unroll new gates/lstm, unroll verify gates/lstm, unroll build
    """


def run() -> None:
    """Run a command; say what is wrong in one line, never as a traceback of ours."""
    end_as_by_ctrl_c()
    atexit.register(gc.freeze)  # a process that ends collects no garbage then; with torch that took a third of a second
    try:
        cli(prog_name="unroll", standalone_mode=False)
    except click.exceptions.Abort:
        stop("Stopped. What is done is kept: run the same command again to go on.", 3)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except UnrollError as error:
        stop(str(error), error.exit_status)
    except ModuleNotFoundError as error:
        stop(
            f"{str(error.name).partition('.')[0]} is not installed. Install it with: pip install 'unroll[instructor]'",
            2,
        )
    except BrokenPipeError:
        sys.exit(0)
    except OSError as error:
        if error.errno not in (errno.EIO, *ERRORS):
            raise
        # A terminal that was closed cannot be written to any more.
        stop(TOO_FEW if error.errno in ERRORS else "The terminal is gone. Run the same command again to go on.", 3)


for room in (student, completion, instructor, author):
    for command in vars(room).values():
        if isinstance(command, click.Command):
            cli.add_command(command)
cli.add_command(export)
cli.add_command(grade)
cli.add_command(why)
