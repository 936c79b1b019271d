"""The command `unroll`. Nothing heavy is imported before a command needs it."""

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from autograder import __version__
from autograder.errors import UnrollError

COURSE = click.option(
    "--course",
    type=click.Path(path_type=Path, file_okay=False),
    help="The course's folder, if it is not here or above.",
)
FOLDER = click.Path(path_type=Path)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="unroll")
def cli() -> None:
    """Auto-graded exercises for recurrent networks in PyTorch.

    \b
    New here?        unroll demo
    To learn:        unroll init, unroll shapes sine/cell, unroll check sine/cell, unroll hint
    To grade:        unroll grade sine SUBMISSIONS -o OUT
    With nbgrader:   unroll nbgrade sine --jobs 4
    To write one:    unroll new gates/lstm, unroll verify gates/lstm, unroll build
    """


def main() -> None:
    """Run a command; say what is wrong in one line, never as a traceback of ours."""
    try:
        cli(standalone_mode=False)
    except click.exceptions.Abort:
        _stop("Stopped. What is done is kept: run the same command again to go on.", 3)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except UnrollError as error:
        _stop(str(error), error.exit_status)
    except ModuleNotFoundError as error:
        _stop(
            f"{str(error.name).partition('.')[0]} is not installed. Install it with: pip install 'unroll[instructor]'",
            2,
        )
    except BrokenPipeError:
        sys.exit(0)


def _stop(text: str, status: int) -> None:
    click.echo(f"unroll: {text}", err=True)
    # Where Ctrl-C ends the run of a text, as when a dataclass is made, Python would die of it at exit; another text
    # that runs to its end makes it forget.
    exec("")
    sys.exit(status)


def _until_stopped(work: Callable[[], bool]) -> bool:
    """Do something that keeps nothing; Ctrl-C ends it in one line."""
    try:
        return work()
    except KeyboardInterrupt:
        _stop("Stopped.", 3)
        raise


def _with_course(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command its course, found from --course or upward from the working directory."""

    @COURSE
    @wraps(command)
    def wrapped(course: Path | None, **options: Any) -> Any:
        from autograder.course import find_course, load_course

        return command(course=load_course(find_course(course or Path.cwd())), **options)

    return wrapped


@cli.command()
@click.argument("where", default="")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for editors, and nothing else.")
@COURSE
def check(where: str, as_json: bool, course: Path | None) -> None:
    """Run the public checks on the exercises here, and show the first task that fails.

    WHERE is sine, sine/cell or sine/cell:rnn_cell, or a lesson's file such as cell.py; without it, all there is here.
    Each task runs in a process of its own. Exit status: 0 all checks pass, 1 one does not, 2 wrong use, 3 stopped.
    """
    from autograder.student.check import check as run

    if not _until_stopped(lambda: run(course or Path.cwd(), where, as_json)):
        sys.exit(1)


@cli.command()
@click.argument("where", default="")
@click.option(
    "--edit", default="", metavar="COMMAND", help="Opens the file you go to, e.g. 'code -r -g {file}:{line}'."
)
@COURSE
def watch(where: str, edit: str, course: Path | None) -> None:
    """Run the public checks of a lesson whenever it is saved, on one screen. Its keys stand at the bottom.

    WHERE is as for `check`; without it, all there is here. Without a terminal, a line is printed for each task.
    """
    from autograder.student.watch import watch as run

    run(course or Path.cwd(), where, edit)


@cli.command()
@click.argument("folder", metavar="[DIR]", type=FOLDER, required=False)
def init(folder: Path | None) -> None:
    """Put the exercises into a new folder DIR, `unroll` if none is given.

    In a folder that was made before, here or above, bring them up to date: what you have written is kept, what is
    missing is put back, and what has changed is listed. Exit status: 0 done, 2 wrong use, 3 it could not be written.
    """
    from autograder.student.init import show_init

    show_init(folder)


@cli.command()
@click.argument("address", default="")
@click.option("--again", is_flag=True, help="Only the hints that were given before.")
@click.option("--all", "everything", is_flag=True, help="All hints at once.")
@COURSE
def hint(address: str, again: bool, everything: bool, course: Path | None) -> None:
    """Give the next hint of a task, such as sine/cell:rnn_cell; of sine/cell, or of all, the first one that is open.

    A task is open until `unroll check` has found that it passes as its file now stands.
    """
    from autograder.student.hint import show_hint

    show_hint(course or Path.cwd(), address, again, everything)


@cli.command()
@click.argument("where", default="")
@click.option("--again", is_flag=True, help="Ask for those too that were answered before.")
@COURSE
def shapes(where: str, again: bool, course: Path | None) -> None:
    """Before coding: ask for the shapes of arguments and results, and say which letter is wrong.

    WHERE is as for `check`; without it, all there is here. Enter skips a question and q leaves; what was answered is
    remembered. Nothing depends on it. Without a terminal, answers are read from the input, one a line.
    """
    from autograder.student.shapes import ask_shapes

    ask_shapes(course or Path.cwd(), where, again)


@cli.command()
@click.argument("address")
@COURSE
def explain(address: str, course: Path | None) -> None:
    """Say why a task works and show another way to write it, once its public checks pass.

    Checks the task first. Exit status: 0 it passes, 1 it does not, 2 wrong use.
    """
    from autograder.student.explain import show_explanation

    if not show_explanation(course or Path.cwd(), address):
        sys.exit(1)


@cli.command()
@click.argument("where", default="")
@COURSE
def plot(where: str, course: Path | None) -> None:
    """Train and run your own code, and draw what it does into the folder `plots`, as PNG and SVG.

    WHERE is as for `check`, such as sine/training; without it, all lessons that have a picture. What is not written yet
    is said in its place. Exit status: 0 all is drawn, 1 something could not be, 2 wrong use, 3 stopped.
    """
    from autograder.student.plot import plot as run

    if not _until_stopped(lambda: run(course or Path.cwd(), where)):
        sys.exit(1)


@cli.command()
@click.argument("assignment")
@click.argument("submissions", type=FOLDER)
@click.option("-o", "--out", type=FOLDER, required=True, help="Where the results go; made if it is not there.")
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(1, 256),
    default=1,
    show_default=True,
    help="Hand-ins graded at a time.",
)
@click.option("--seed", default="", help="Secret of the hidden inputs. Made at the first run and kept in OUT/run.json.")
@click.option("--accept-weak-isolation", is_flag=True, help="Grade without the full sandbox (see `unroll doctor`).")
@_with_course
def grade(
    course: Any,
    assignment: str,
    submissions: Path,
    out: Path,
    jobs: int,
    seed: str,
    accept_weak_isolation: bool,
) -> None:
    """Grade a class: one folder or .zip per student in SUBMISSIONS, with .py or .ipynb files.

    \b
    OUT/grades.csv                a row per student and task
    OUT/<student>/report.html     what the student may read
    OUT/<student>/results.json    the same for Gradescope
    OUT/junit.xml, OUT/run.json   for other programs; versions, limits and the seed

    A second run goes on where the first stopped. Exit status: 0 graded, 2 wrong use, 3 the grading could not be done.
    """
    from autograder.grading.run import Options
    from autograder.reporting.session import show_grading

    show_grading(course, assignment, submissions, out, Options(jobs, seed, accept_weak_isolation))


@cli.command()
@click.argument("assignment")
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(1, 256),
    default=1,
    show_default=True,
    help="Students autograded at a time.",
)
@click.option("--force", is_flag=True, help="Autograde again who is autograded already; manual marks are kept.")
@click.option("--student", "students", multiple=True, metavar="ID", help="This student alone; may be given again.")
@_with_course
def nbgrade(course: Any, assignment: str, jobs: int, force: bool, students: tuple[str, ...]) -> None:
    """Autograde all that nbgrader has collected, into its gradebook: `nbgrader autograde` with several processes.

    A second run goes on where the first stopped, and takes newer submissions. Exit status: 0 all are graded, 2 wrong
    use, 3 some could not be graded.
    """
    from autograder.nbgrader.batch import nbgrade as autograde

    if not autograde(course, assignment, students, jobs, force):
        sys.exit(3)


@cli.command()
@click.option("-o", "--out", type=FOLDER, default=Path("unroll-demo"), show_default=True, help="A folder for the demo.")
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(1, 256),
    default=2,
    show_default=True,
    help="Hand-ins graded at a time.",
)
@_with_course
def demo(course: Any, out: Path, jobs: int) -> None:
    """Make a small class, right, wrong, blank, broken and hostile, and grade it for real."""
    from autograder.demo import run_demo

    run_demo(course, out, jobs)


@cli.command()
def doctor() -> None:
    """Try what a hostile hand-in would try, and say how strong the isolation is here."""
    from autograder.course import Limits
    from autograder.isolation.doctor import attempts
    from autograder.isolation.forks import Zygote
    from autograder.reporting.doctor import show_attempts

    with Zygote() as zygote:
        held = show_attempts(attempts(zygote, Limits(), str(Path.cwd())), zygote.layers, zygote.tier)
    if not held:
        sys.exit(3)


@cli.command()
@click.option("--check", is_flag=True, help="Write nothing; exit with 3 where what is built differs from solutions/.")
@click.option("--force", is_flag=True, help="Overwrite files in exercises/ that hold other work.")
@_with_course
def build(course: Any, check: bool, force: bool) -> None:
    """Build exercises/ and source/ from solutions/."""
    from autograder.authoring.build import differences, plan, write
    from autograder.authoring.known import known
    from autograder.authoring.lesson import check_course

    check_course(course)
    planned = plan(course, known)
    if not check:
        for line in write(course, planned, force=force):
            click.echo(line)
        return
    found = differences(course, planned)
    for line in found:
        click.echo(line)
    if found:
        raise SystemExit(3)
    click.echo(f"exercises/ and source/ are what solutions/ makes: {len(planned)} files.")


@cli.command()
@click.argument("lesson", metavar="ASSIGNMENT/LESSON")
@click.option("--title", default="", help="Stands above the lesson.")
@_with_course
def new(course: Any, lesson: str, title: str) -> None:
    """Make a small lesson in solutions/ that builds and verifies as it stands; rewrite it piece by piece."""
    from autograder.authoring.scaffold import new_lesson

    for path in new_lesson(course, lesson, title):
        click.echo(path.relative_to(course.root))
    click.echo(f"Next: unroll verify {lesson}, then write your own, then unroll build. See docs/authors.md.")


@cli.command()
@click.argument("lessons", nargs=-1)
@click.option("--seed", default="", help="Secret of the hidden inputs; a fresh one if not given.")
@click.option("--seeds", type=click.IntRange(1, 1000), default=1, help="Prove the right answers with as many secrets.")
@click.option("--matrix/--no-matrix", default=None, help="Which mistake fails which test; shown for lessons you name.")
@_with_course
def verify(course: Any, lessons: tuple[str, ...], seed: str, seeds: int, matrix: bool | None) -> None:
    """Prove lessons (all, or e.g. sine/cell): right answers pass, the stub fails, each mistake is found and named."""
    from autograder.authoring.verify import verify as prove

    wanted = [course.lesson(key) for key in lessons] or list(course.lessons())
    if prove(course, wanted, click.echo, seed, bool(lessons) if matrix is None else matrix, seeds):
        sys.exit(3)


@cli.command()
@click.argument("lessons", nargs=-1)
@click.option("--table", "page", type=FOLDER, help="Write the counts and reasons into this Markdown page too.")
@_with_course
def mutate(course: Any, lessons: tuple[str, ...], page: Path | None) -> None:
    """Change each answer in every small way, and say which change no hidden test notices (all lessons, or sine/cell).

    A change that no test can notice stands with its reason in the lesson's survivors.toml.
    """
    from autograder.authoring.mutate import above_table, table
    from autograder.authoring.mutate import mutate as try_all

    def begun(task: str, count: int) -> None:
        click.echo(f"{task}: {count} mutants ...", err=True)

    above = above_table(page) if page else ""
    wanted = [course.lesson(key) for key in lessons] or list(course.lessons())
    tallies, wrong = try_all(course, wanted, click.echo, begun)
    for line in wrong:
        click.echo(line)
    if page:
        page.write_text(f"{above}\n\n{table(tallies)}", encoding="utf-8")
    if wrong:
        sys.exit(3)


@cli.command()
@click.argument("lesson")
@click.option(
    "--seeds", type=click.IntRange(2, 1000), default=30, show_default=True, help="Runs of each right program."
)
@click.option(
    "--wrong-seeds",
    type=click.IntRange(1, 1000),
    default=8,
    show_default=True,
    help="Runs of each wrong one.",
)
@click.option("-j", "--jobs", type=click.IntRange(1, 256), default=1, show_default=True, help="Seeds run at a time.")
@_with_course
def calibrate(course: Any, lesson: str, seeds: int, wrong_seeds: int, jobs: int) -> None:
    """Train right and wrong programs over many seeds, and put the thresholds of a lesson between them."""
    from autograder.authoring.calibrate import calibrate as measure

    measure(course, course.lesson(lesson), seeds, wrong_seeds, click.echo, jobs)


if __name__ == "__main__":
    main()
