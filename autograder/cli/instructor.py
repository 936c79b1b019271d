"""The commands of an instructor."""

import sys
from pathlib import Path
from typing import Any

import click

from autograder.cli.shared import FOLDER, jobs, with_course


@click.command()
@click.argument("assignment")
@click.argument("submissions", type=FOLDER)
@click.option("-o", "--out", type=FOLDER, help="The folder for the results; made if it is missing.")
@click.option("--dry-run", is_flag=True, help="Show which file counts as which lesson, and grade nothing.")
@jobs("Hand-ins graded")
@click.option("--seed", default="", help="Secret of the hidden inputs. Made at the first run and kept in OUT/run.json.")
@click.option("--roster", type=FOLDER, help="A CSV of the class; who handed in nothing is a row too.")
@click.option(
    "--due", default="", metavar="TIME", help="The deadline, such as '2025-03-01 23:59', in the course's time zone."
)
@click.option(
    "--extension",
    "extensions",
    multiple=True,
    metavar="STUDENT=TIME",
    help="An own deadline, or so much more: jdoe=48h.",
)
@click.option(
    "--overrides",
    type=FOLDER,
    metavar="FILE",
    help="A CSV of marks by hand: student,task,points,reason. Without it, overrides.csv of the course's folder.",
)
@click.option(
    "--student",
    "students",
    multiple=True,
    metavar="NAME",
    help="Grade only this student anew; all other rows stay as they are. May be given several times.",
)
@click.option(
    "--task",
    "tasks",
    multiple=True,
    metavar="LESSON:TASK",
    help="Grade anew, and replace only this task, such as rnn_cell. May be given several times.",
)
@click.option("--accept-weak-isolation", is_flag=True, help="Grade without the full sandbox (see `unroll doctor`).")
@click.option("--anonymous", is_flag=True, help="Grade and report by number; OUT/.key.csv says who is who.")
@click.option("--yes", is_flag=True, help="Lower marks that are published too, without asking (see `unroll publish`).")
@click.option("--json", "as_json", is_flag=True, help="Print the marks as one JSON object, for programs.")
@with_course
def grade(
    course: Any,
    assignment: str,
    submissions: Path,
    out: Path | None,
    dry_run: bool,
    jobs: int,
    seed: str,
    roster: Path | None,
    due: str,
    extensions: tuple[str, ...],
    overrides: Path | None,
    students: tuple[str, ...],
    tasks: tuple[str, ...],
    accept_weak_isolation: bool,
    anonymous: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Grade a class: one folder, .zip or .tar.gz per student in SUBMISSIONS, with .py or .ipynb files.

    A lesson is what defines its tasks, whatever its file is named; `--dry-run` shows which file counts as which.

    SUBMISSIONS may also be what `unroll collect` has written, or a learning platform's download: it is sorted first.

    \b
    OUT/index.html                the class: marks, causes, whom to look at, what changed
    OUT/grades.csv                a row per student and task; before this run: grades.previous.csv
    OUT/changes.csv               whose mark moved from run to run, from what to what and why
    OUT/marks.csv                 a row per student, with totals
    OUT/<student>/report.html     what the student may read
    OUT/<student>/results.json    the same for Gradescope
    OUT/<student>/record.json     what the next run goes on from
    OUT/junit.xml, OUT/run.json   for other programs; versions, limits and the seed
    OUT/.key.csv                  with --anonymous: who has which number; only you can read it

    --student and --task grade a part anew, such as --task rnn_cell after its tests were mended. All else stays as it
    is, also whoever has no hand-in in SUBMISSIONS. Deadlines, roster and overrides hold for the named students alone,
    so give --due again. The next run of the whole class grades a student again of whom only a task was replaced.

    A second run says whose mark moved. After `unroll publish OUT` it lowers no mark without asking: then nothing in
    OUT is replaced, and the same command with --yes goes on from what is graded.

    A second run goes on where the first stopped. Ctrl-C, SIGTERM and SIGHUP write what is graded, and end with 3.

    \b
    Exit status
    0  every hand-in has its row, whatever the marks (rejected ones included)
    2  wrong use: nothing was graded
    3  stopped; or the grading itself failed for somebody; or SUBMISSIONS has work that belongs to no student; or a
       published mark would fall, and nobody said --yes.
       All other rows are written, and the last lines name who and why
    """
    if dry_run and as_json:
        raise click.UsageError("--dry-run grades nothing, so there is no --json of it. Leave one of them out.")
    if dry_run and anonymous:
        raise click.UsageError("--dry-run shows names and files as they are. Leave --anonymous out.")
    if dry_run and (students or tasks):
        raise click.UsageError("--dry-run shows the whole class, and grades nothing. Leave --student and --task out.")
    if dry_run:
        from autograder.grading.dry_run import show_dry_run

        sys.exit(0 if show_dry_run(course, assignment, submissions, roster) else 3)
    if out is None:
        raise click.MissingParameter(ctx=click.get_current_context(), param_hint="'-o' / '--out'", param_type="option")
    from autograder.grading.as_json import print_grading
    from autograder.grading.opening import Options
    from autograder.grading.overrides import own_table
    from autograder.grading.show import show_grading

    marks = overrides or own_table(course)
    options = Options(
        jobs, seed, accept_weak_isolation, roster, due, extensions, marks, anonymous, yes, students, tasks
    )
    how = print_grading if as_json else show_grading
    if not how(course, assignment, submissions, out, options):
        sys.exit(3)


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
