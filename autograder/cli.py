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
    To learn:        unroll check sine/cell
    To grade:        unroll grade sine SUBMISSIONS -o OUT
    With nbgrader:   unroll nbgrade sine --jobs 4
    To write one:    unroll new gates/lstm, unroll verify gates/lstm, unroll build
    """


def main() -> None:
    """Run a command; say what is wrong in one line, never as a traceback of ours."""
    try:
        cli(standalone_mode=False)
    except click.exceptions.Abort:
        _stop("Stopped. What was graded is kept: run the same command again to go on.", 3)
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
    sys.exit(status)


def _with_course(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command its course, found from --course or upward from the working directory."""

    @COURSE
    @wraps(command)
    def wrapped(course: Path | None, **options: Any) -> Any:
        from autograder.course import find_course, load_course

        return command(course=load_course(find_course(course or Path.cwd())), **options)

    return wrapped


@cli.command()
@click.argument("address", default="")
@COURSE
def check(address: str, course: Path | None) -> None:
    """Run the public checks on the exercises of this folder: all, or those of sine, sine/cell or sine/cell:rnn_cell.

    Each lesson runs in a process of its own. Exit status: 0 all checks pass, 1 one does not, 2 wrong use.
    """
    from autograder.student.terminal import show_checks

    if not show_checks(course or Path.cwd(), address):
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
    from autograder.isolation.worker import Zygote
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
@_with_course
def mutate(course: Any, lessons: tuple[str, ...]) -> None:
    """Change each answer in every small way, and say which change no hidden test notices (all lessons, or sine/cell).

    A change that no test can notice stands with its reason in the lesson's survivors.toml.
    """
    from autograder.authoring.mutate import mutate as try_all

    def begun(task: str, count: int) -> None:
        click.echo(f"{task}: {count} mutants ...", err=True)

    wanted = [course.lesson(key) for key in lessons] or list(course.lessons())
    wrong = try_all(course, wanted, click.echo, begun)
    for line in wrong:
        click.echo(line)
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
