"""The commands of a student at home."""

import contextlib
import sys
from pathlib import Path

import click

from autograder.cli.completion import complete_address
from autograder.cli.shared import COURSE, FOLDER, until_stopped
from autograder.errors import UnrollError


def _say_of_folder(course: Path | None) -> None:
    """Say what is wrong with the folder itself, beside what the command shows."""
    from autograder.student.exercises import find_home
    from autograder.student.folder.notice import about_folder

    with contextlib.suppress(UnrollError):
        for line in about_folder(find_home(course or Path.cwd())):
            click.echo(line, err=True)


@click.command()
@click.argument("where", default="", shell_complete=complete_address)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for editors, and nothing else.")
@COURSE
def check(where: str, as_json: bool, course: Path | None) -> None:
    """Run the public checks on the exercises here, and show the first task that fails.

    WHERE is sine, sine/cell or sine/cell:rnn_cell, a part of it such as rnn_cell, or a lesson's file such as cell.py;
    without it, all exercises here.
    Each task runs in a process of its own. Exit status: 0 all checks pass, 1 one does not, 2 wrong use, 3 stopped.
    """
    from autograder.student.check import check as run
    from autograder.student.folder.notice import about_folder

    if not until_stopped(lambda: run(course or Path.cwd(), where, as_json, about_folder)):
        sys.exit(1)


@click.command()
@click.argument("where", default="", shell_complete=complete_address)
@click.option(
    "--edit", default="", metavar="COMMAND", help="Opens the file you go to, e.g. 'code -r -g {file}:{line}'."
)
@COURSE
def watch(where: str, edit: str, course: Path | None) -> None:
    """Run the public checks of a lesson whenever it is saved, on one screen. Its keys stand at the bottom.

    WHERE is as for `check`; without it, all exercises here. Without a terminal, a line is printed for each task.
    """
    from autograder.student.watching.watch import watch as run

    run(course or Path.cwd(), where, edit)


@click.command()
@click.argument("folder", metavar="[DIR]", type=FOLDER, required=False)
@click.option("--notebooks", is_flag=True, help="Put the lessons there as notebooks; a new folder only.")
@COURSE
def init(folder: Path | None, notebooks: bool, course: Path | None) -> None:
    """Put the exercises into a new folder DIR, `unroll` if none is given.

    The exercises come from the course that is given or that you are in, else from the kit. If a course has made the
    folder, a later call takes that course again.

    If the folder exists, here or above, this brings it up to date. It keeps your work, puts missing files back, and
    lists the changes. Exit status: 0 done, 2 wrong use, 3 the folder could not be written.
    """
    from autograder.student.folder.init import show_init

    show_init(folder, course, notebooks)


@click.command("list")
@click.argument("where", default="", shell_complete=complete_address)
@COURSE
def list_tasks(where: str, course: Path | None) -> None:
    """List all lessons and tasks: open, failing or passing, with points, and minutes for each lesson.

    WHERE is as for `check`; without it, all exercises here. Nothing is checked for it: `old` says that a file has
    changed since the last check.
    """
    from autograder.student.listing import show_list

    _say_of_folder(course)
    show_list(course or Path.cwd(), where)


@click.command()
@click.argument("address", default="", shell_complete=complete_address)
@click.option("--again", is_flag=True, help="Only the hints that were given before.")
@click.option("--all", "everything", is_flag=True, help="All hints at once.")
@COURSE
def hint(address: str, again: bool, everything: bool, course: Path | None) -> None:
    """Give the next hint of a task, such as rnn_cell; of a lesson, or of all, the first open task counts.

    ADDRESS is as WHERE for `check`.
    A task is open until `unroll check` has found that it passes as its file now stands.
    """
    from autograder.student.hint import show_hint

    _say_of_folder(course)
    show_hint(course or Path.cwd(), address, again, everything)


@click.command()
@click.argument("where", default="", shell_complete=complete_address)
@click.option("--again", is_flag=True, help="Ask also for shapes that were answered before.")
@COURSE
def shapes(where: str, again: bool, course: Path | None) -> None:
    """Before coding: ask for the shapes of arguments and results, and say which letter is wrong.

    WHERE is as for `check`; without it, all exercises here. Enter skips a question and q leaves; what was answered is
    remembered. Nothing depends on it. Without a terminal, answers are read from the input, one a line.
    """
    from autograder.student.shapes.quiz import ask_shapes

    _say_of_folder(course)
    ask_shapes(course or Path.cwd(), where, again)


@click.command()
@click.argument("address", shell_complete=complete_address)
@COURSE
def explain(address: str, course: Path | None) -> None:
    """Say why a task works, once its public checks pass; its own results open another way to write it.

    ADDRESS is as WHERE for `check`, of one task, which is checked first. Exit status: 0 it passes, 1 it does not,
    2 wrong use.
    """
    from autograder.student.explain import show_explanation

    _say_of_folder(course)
    if not show_explanation(course or Path.cwd(), address):
        sys.exit(1)


@click.command()
@click.argument("address", shell_complete=complete_address)
@COURSE
def debug(address: str, course: Path | None) -> None:
    """Run the call of the public checks that fails, with Python's debugger pdb, on this terminal.

    ADDRESS is as WHERE for `check`, of one task. Where the call raises, pdb opens at that line; else it stops at the
    first line of the function. The code is not locked in here, and may do what you may. q leaves.
    """
    from autograder.student.debug import debug as run

    _say_of_folder(course)
    run(course or Path.cwd(), address)


@click.command()
@click.argument("where", default="", shell_complete=complete_address)
@COURSE
def plot(where: str, course: Path | None) -> None:
    """Train and run your own code, and draw what it does into the folder `plots`, as PNG and SVG.

    WHERE is as for `check`, such as sine/training; without it, all lessons that have a picture. What is not written yet
    is said in its place. Exit status: 0 all is drawn, 1 something could not be, 2 wrong use, 3 stopped.
    """
    from autograder.student.plotting.plot import plot as run

    _say_of_folder(course)
    if not until_stopped(lambda: run(course or Path.cwd(), where)):
        sys.exit(1)


@click.command()
@click.argument("where", default="")
@click.option("--open/--no-open", "is_opened", default=True, help="Show the page in a browser.", show_default=True)
@COURSE
def read(where: str, is_opened: bool, course: Path | None) -> None:
    """Write a lesson as one page: prose, formulas, drawings, your code and what it does. It needs no network.

    WHERE is as for `check`, such as sine/cell; without it, all exercises here. The page goes into the folder `pages`.
    Exit status: 0 all cells ran, 1 one did not, 2 wrong use, 3 stopped.
    """
    from autograder.student.page.read import read as run

    if not until_stopped(lambda: run(course or Path.cwd(), where, is_opened)):
        sys.exit(1)


@click.command()
@click.argument("assignment", default="", shell_complete=complete_address)
@click.option(
    "-o", "--output", "out", type=FOLDER, metavar="FILE.zip", help="The hand-in; ASSIGNMENT.zip if not given."
)
@click.option("--dry-run", "is_dry", is_flag=True, help="Only show what would be in it; nothing is written.")
@COURSE
def pack(assignment: str, out: Path | None, is_dry: bool, course: Path | None) -> None:
    """Make the hand-in of an assignment, and show what is in it: lessons, what is open, and files that do not count.

    Without ASSIGNMENT, it is the one that you are in, or the only one in which something is written. The archive has
    the lessons and nothing else. It is read once as it will be read for grading, and the table says what was found.

    Another file is never overwritten; an earlier hand-in is kept beside the new one. Exit status: 0 all tasks are
    written, 1 one is open or something is to be looked at, 2 wrong use, 3 stopped or not written.
    """
    from autograder.student.packing.pack import show_pack

    _say_of_folder(course)
    if not until_stopped(lambda: show_pack(course or Path.cwd(), assignment, out, is_dry)):
        sys.exit(1)
