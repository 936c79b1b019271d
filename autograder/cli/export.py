"""`unroll export`: the kit to where a school grades, marks and feedback to where a school keeps them."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from autograder.cli.shared import FOLDER, with_course

FORCE = click.option("--force", is_flag=True, help="Replace what stands there.")
ROSTER = click.option("--roster", type=FOLDER, help="A CSV of the class, with ids, names and e-mails.")
ZIP = click.option("-o", "--out", type=FOLDER, required=True, help="The file to write.")
INTO = click.option("-o", "--out", type=FOLDER, required=True, help="The folder to write into; new or empty.")
PER = click.option(
    "--per",
    type=click.Choice(("assignment", "lesson", "task")),
    default="assignment",
    show_default=True,
    help="What has a column.",
)
PIP = click.option(
    "--pip-option",
    "pip",
    multiple=True,
    metavar="OPTION",
    help="An option for pip there, such as --pip-option=--extra-index-url=ADDRESS for torch without CUDA.",
)


@click.group()
def export() -> None:
    """Carry the grader to another platform, or marks and feedback to a gradebook.

    \b
    Where hand-ins are graded   unroll export gradescope sine -o sine.zip
                                unroll export github sine -o sine-github
                                unroll export docker sine -o sine-docker
    Where marks are kept        unroll export canvas OUT -o canvas.csv
                                unroll export moodle OUT -o moodle.csv
    Where reports are returned  unroll export feedback OUT --like DOWNLOAD -o feedback.zip

    OUT is the folder of `unroll grade`. Nothing is sent anywhere: these commands write files.
    """


@export.command(short_help="A zip that Gradescope makes an autograder of.")
@click.argument("assignment")
@ZIP
@click.option("--seed", default="", help="Secret of the hidden inputs. Made of the solutions, if it is not given.")
@click.option("--accept-weak-isolation", is_flag=True, help="Grade there also without the full sandbox.")
@PIP
@FORCE
@with_course
def gradescope(
    course: Any, assignment: str, out: Path, seed: str, accept_weak_isolation: bool, pip: tuple[str, ...], force: bool
) -> None:
    """Write a zip that Gradescope makes an autograder of.

    It holds the kit, setup.sh, run_autograder, and the solutions of ASSIGNMENT alone. The same course gives the same
    bytes. Names, teams and deadlines are those that Gradescope says; `late` in course.toml says what being late costs.

    The solutions lie in the container in which students' code runs. The strong tier of the sandbox hides them: before
    each hand-in it is tried whether it holds. Where it does not, the hand-in gets a sentence and no marks, unless
    you say --accept-weak-isolation here. Then a hand-in may be able to read the solutions and to write its own marks.
    """
    from autograder.platforms.gradescope import write_gradescope

    _say(write_gradescope(course, assignment, out, seed, accept_weak_isolation, pip, force))


@export.command(hidden=True, name="in-gradescope")
@click.argument("root", type=FOLDER)
def in_gradescope(root: Path) -> None:
    """Grade the hand-in of Gradescope's container at ROOT. `run_autograder` calls this."""
    from autograder.platforms.container import run_autograder

    if not run_autograder(root):
        sys.exit(3)


@export.command(short_help="Workflows: public checks for students, hidden tests in private.")
@click.argument("assignment")
@INTO
@click.option("--prefix", default="", help="What students' repositories begin with.  [default: ASSIGNMENT-]")
@PIP
@FORCE
@with_course
def github(course: Any, assignment: str, out: Path, prefix: str, pip: tuple[str, ...], force: bool) -> None:
    """Write workflows for GitHub: public checks in students' repositories, hidden tests in a private one.

    \b
    OUT/students/   for the template repository. At each push `unroll check` runs, with a job summary and a status.
    OUT/grader/     for a private repository. It fetches new commits, grades them with the hidden tests, and gives
                    each a status and a comment.

    Whoever can push to a repository can change its workflows and read their secrets. So no solution, no hidden test and
    no token may be used in a student's repository, and none is.
    """
    from autograder.platforms.github import write_github

    _say(write_github(course, assignment, out, prefix, pip, force))


@export.command(short_help="A Dockerfile, and scripts that run the grader in a container.")
@click.argument("assignment")
@INTO
@PIP
@FORCE
@with_course
def docker(course: Any, assignment: str, out: Path, pip: tuple[str, ...], force: bool) -> None:
    """Write a Dockerfile, compose.yaml, and scripts that build and run the grader in a container.

    The image holds the kit and no solution; OUT/course is mounted. The container has no network and no capability.
    """
    from autograder.platforms.docker import write_docker

    _say(write_docker(course, assignment, out, pip, force))


@export.command(short_help="Marks as Canvas imports them.")
@click.argument("graded", type=FOLDER, metavar="OUT")
@ZIP
@click.option(
    "--column",
    type=click.Choice(("SIS Login ID", "SIS User ID", "ID")),
    default="SIS Login ID",
    show_default=True,
    help="The column that identifies a student there. ID, if Canvas's own download was graded without a roster.",
)
@PER
@click.option("--name", "heading", default="", help="What Canvas calls the assignment, such as 'Sine (4711)'.")
@ROSTER
@FORCE
@with_course
def canvas(
    course: Any, graded: Path, out: Path, column: str, per: str, heading: str, roster: Path | None, force: bool
) -> None:
    """Write the marks of OUT as Canvas imports them under Grades, Import.

    A mark that is not known is an empty cell, and its student is named here. Canvas shows what changes first.
    """
    from autograder.platforms.gradebooks import Sheet, write_canvas

    _say(write_canvas(course, _class(graded, roster), Sheet(per, column, heading), out, force))
    click.echo(f"Written: {out}")


@export.command(short_help="Marks as Moodle imports them.")
@click.argument("graded", type=FOLDER, metavar="OUT")
@ZIP
@click.option(
    "--column",
    type=click.Choice(("Username", "Email address", "ID number", "User ID")),
    default="Username",
    show_default=True,
    help="The column that identifies a student there. Moodle's downloads hold none of them: give --roster.",
)
@PER
@click.option("--name", "heading", default="", help="What the column of marks is called.")
@ROSTER
@FORCE
@with_course
def moodle(
    course: Any, graded: Path, out: Path, column: str, per: str, heading: str, roster: Path | None, force: bool
) -> None:
    """Write the marks of OUT as Moodle imports them under Grades, Import, CSV file.

    Map the first column to what identifies a student, the marks to a grade item, and `remark` to nothing.
    """
    from autograder.platforms.gradebooks import Sheet, write_moodle

    _say(write_moodle(course, _class(graded, roster), Sheet(per, column, heading), out, force))
    click.echo(f"Written: {out}")


@export.command(short_help="All reports in one zip that Moodle or Canvas takes back.")
@click.argument("graded", type=FOLDER, metavar="OUT")
@click.option(
    "--like", "download", type=FOLDER, required=True, help="The download of Moodle or Canvas that was graded."
)
@ZIP
@ROSTER
@FORCE
@with_course
def feedback(course: Any, graded: Path, download: Path, out: Path, roster: Path | None, force: bool) -> None:
    """Write all reports of OUT into one zip that Moodle or Canvas takes back.

    The names in it are those of the download. Give the --roster that you graded with, if you gave one.
    """
    from autograder.platforms.feedback import write_feedback
    from autograder.platforms.graded import read_class

    _say(write_feedback(course, read_class(graded), download, _entries(roster), out, force))


def _class(graded: Path, roster: Path | None) -> Any:
    from autograder.platforms.graded import read_class

    return read_class(graded, _entries(roster))


def _entries(roster: Path | None) -> Any:
    from autograder.collect.roster import read_roster

    return read_roster(roster) if roster else []


def _say(lines: Sequence[str]) -> None:
    for line in lines:
        click.echo(line)
