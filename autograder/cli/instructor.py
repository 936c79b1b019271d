"""The commands of an instructor."""

import sys
from pathlib import Path
from typing import Any

import click

from autograder.cli.shared import FOLDER, jobs, with_course


@click.command()
@click.argument("download", type=FOLDER)
@click.option("-o", "--out", type=FOLDER, required=True, help="The folder for the students' folders; new or empty.")
@click.option("--roster", type=FOLDER, help="A CSV with ids, names and e-mails; who handed in nothing is a row too.")
@click.option("--only", default="", metavar="NAME", help="The assignment, if the download holds several.")
@click.option("--force", is_flag=True, help="Replace what an earlier run has collected there.")
@click.option("--dry-run", is_flag=True, help="Show who handed in what and when; write nothing.")
@with_course
def collect(course: Any, download: Path, out: Path, roster: Path | None, only: str, force: bool, dry_run: bool) -> None:
    """Sort what a learning platform hands out: one clean folder for each student in OUT.

    DOWNLOAD is a folder or a .zip of Moodle, Canvas, D2L Brightspace, Blackboard, Gradescope, GitHub Classroom,
    Classroom 50, Google Drive, Microsoft Teams, JupyterHub or nbgrader. Nothing of it is changed.

    \b
    OUT/<student>/      the newest finished version of each file
    OUT/.attempts/      all attempts of those who have several
    OUT/collected.csv   who, and when, with the time zone

    \b
    Exit status
    0  all that may be work belongs to a student
    2  wrong use, or the layout is not known: nothing was written
    3  DOWNLOAD has work that belongs to no student; the last lines name it
    """
    from autograder.collect.show import show_collecting

    if not show_collecting(course, download, out, roster, only, force, dry_run):
        sys.exit(3)


@click.command()
@click.argument("assignment")
@jobs("Students autograded")
@click.option("--force", is_flag=True, help="Autograde students again who are autograded already; manual marks stay.")
@click.option(
    "--student", "students", multiple=True, metavar="ID", help="Only this student; may be given several times."
)
@click.option(
    "--due", default="", metavar="TIME", help="The deadline, such as '2025-03-01 23:59'; the gradebook keeps it."
)
@click.option(
    "--extension", "extensions", multiple=True, metavar="ID=TIME", help="An own deadline, or so much more: jdoe=48h."
)
@with_course
def nbgrade(
    course: Any,
    assignment: str,
    jobs: int,
    force: bool,
    students: tuple[str, ...],
    due: str,
    extensions: tuple[str, ...],
) -> None:
    """Autograde all that nbgrader has collected, into its gradebook: `nbgrader autograde` with several processes.

    A second run goes on where the first stopped, and takes newer submissions. Ctrl-C, SIGTERM and SIGHUP keep what is
    graded, and end with 3.

    \b
    Exit status
    0  every submission has its marks, whatever they are
    2  wrong use: nothing was graded
    3  stopped; or some could not be graded; or there is work that is no student's submission.
       All others are graded, and the last lines name who and why
    """
    from autograder.nbgrader.batch import Wanted
    from autograder.nbgrader.batch import nbgrade as autograde

    if not autograde(course, assignment, jobs, Wanted(students, force, due, extensions)):
        sys.exit(3)


@click.command()
@click.argument("out", type=FOLDER)
def report(out: Path) -> None:
    """Write the class page of a graded class again: OUT/index.html.

    `unroll grade` writes it after each run. Nothing is graded again, and no file of a hand-in is read.
    """
    from autograder.reports.class_page.write import write_class_page

    click.echo(f"Class: {write_class_page(out)}")


@click.command()
@click.argument("out", type=FOLDER)
@click.option("--hand-ins", type=FOLDER, help="Where the hand-ins lie now, if `unroll grade` found them elsewhere.")
@with_course
def similar(course: Any, out: Path, hand_ins: Path | None) -> None:
    """Say which hand-ins of a class that was graded into OUT are similar: OUT/similar.html.

    Each lesson is compared in all pairs. What was handed out does not count, nor what many have. Names, comments and
    layout change nothing. The same rare mistake with the same first wrong value weighs most. No student's code is run.

    Needs copydetect: pip install 'unroll[similarity]'
    """
    from autograder.grading.similar import show_similar

    show_similar(course, out, hand_ins)


@click.command()
@click.argument("out", type=FOLDER)
def publish(out: Path) -> None:
    """Note that the students were told the marks that stand in OUT, the folder of `unroll grade`.

    OUT/published.json keeps when that was, and the marks. Nothing is sent anywhere. From then on `unroll grade` lowers
    none of them without asking. To tell newer marks, run it again; to take it back, remove the file.

    \b
    Exit status
    0  the marks are noted
    2  wrong use: OUT holds no whole run, or its grades.csv was changed since
    3  OUT cannot be written
    """
    from autograder.grading.publish import publish as note

    for line in note(out):
        click.echo(line)


@click.command()
@click.argument("shards", type=FOLDER, nargs=-1, required=True)
@click.option("-o", "--out", type=FOLDER, required=True, help="The folder for the whole class; made if it is missing.")
@click.option("--yes", is_flag=True, help="Lower marks that are published too, without asking (see `unroll publish`).")
@click.option("--json", "as_json", is_flag=True, help="Print the marks as one JSON object, as `unroll grade --json`.")
def merge(shards: tuple[Path, ...], out: Path, yes: bool, as_json: bool) -> None:
    """Put the SHARDS of a class together: the folders that `unroll grade --shard` has graded into.

    \b
    unroll grade sine HAND_INS -o OUT1 --shard 1/2 --seed SECRET    one half, in one job
    unroll grade sine HAND_INS -o OUT2 --shard 2/2 --seed SECRET    the other half, in another job
    unroll merge OUT1 OUT2 -o OUT                                   the class

    OUT is then as if one run had graded the class: marks, records, pages, the class page. All other commands go on from
    it. The shards stay as they are. Nothing is graded again, and a merge that was stopped can be done again.

    \b
    Exit status
    0  every hand-in has its row, whatever the marks
    2  wrong use: a shard is missing, there twice or of another run; nothing was written
    3  stopped; or a shard could not grade somebody; or there is work that belongs to no student; or a published mark
       would fall, and nobody said --yes. The last lines name it
    """
    from autograder.grading.as_json import print_merging
    from autograder.grading.merge_show import show_merging

    how = print_merging if as_json else show_merging
    if not how(shards, out, yes):
        sys.exit(3)


@click.command()
@click.option("-o", "--out", type=FOLDER, default=Path("unroll-demo"), show_default=True, help="A folder for the demo.")
@jobs("Hand-ins graded", 2)
@with_course
def demo(course: Any, out: Path, jobs: int) -> None:
    """Make a small class of right, wrong, blank, broken and hostile hand-ins, and grade it for real."""
    from autograder.demo import run_demo

    run_demo(course, out, jobs)


@click.command()
def doctor() -> None:
    """Try what a hostile hand-in would try, and say how strong the isolation is here."""
    from autograder.isolation.doctor import attempts
    from autograder.isolation.forked import Zygote
    from autograder.isolation.limits import Limits
    from autograder.reports.doctor import show_attempts

    with Zygote() as zygote:
        held = show_attempts(attempts(zygote, Limits()), zygote.layers, zygote.tier)
    if not held:
        sys.exit(3)
