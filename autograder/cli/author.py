"""The commands of an author."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from autograder.cli.shared import FOLDER, jobs, with_course


@click.command()
@click.argument("lessons", nargs=-1)
@click.option("--check", is_flag=True, help="Write nothing; exit with 3 if built files differ from solutions/.")
@click.option("--force", is_flag=True, help="Skip nothing, and overwrite files in exercises/ that hold other work.")
@with_course
def build(course: Any, lessons: tuple[str, ...], check: bool, force: bool) -> None:
    """Build exercises/ and source/ from solutions/: all lessons that have changed, or those that are named."""
    from autograder.authoring.build import plan_files, without_lock, write_files
    from autograder.authoring.changed import changed, note_built, skipped
    from autograder.authoring.kernels import steady
    from autograder.authoring.lesson import check_course

    wanted = _wanted(course, lessons)
    if check:
        _check_built(course, wanted, bool(lessons))
        return
    check_course(course, wanted)
    todo = wanted if force else changed(course, wanted)
    if todo:
        planned = plan_files(course, steady(course.only(todo)), todo)
        for line in (*write_files(course, planned, force=force), *without_lock(planned, todo)):
            click.echo(line)
        note_built(course, todo)
    for line in skipped(wanted, todo):
        click.echo(line)


def _check_built(course: Any, wanted: list[Any], named: bool) -> None:
    """Compare the built files with those that solutions/ makes; name stray files if all lessons are compared."""
    from autograder.authoring.build import differences, plan_files
    from autograder.authoring.known import known_content
    from autograder.authoring.lesson import check_course

    check_course(course, wanted)
    planned = plan_files(course, known_content, wanted)
    found = differences(course, planned, strays=not named)
    for line in found:
        click.echo(line)
    if found:
        raise SystemExit(3)
    click.echo(f"exercises/ and source/ are what solutions/ makes: {len(planned)} files.")


@click.command()
@click.argument("lesson", metavar="ASSIGNMENT/LESSON")
@click.option("--title", default="", help="Stands above the lesson.")
@with_course
def new(course: Any, lesson: str, title: str) -> None:
    """Make a small lesson in solutions/ that builds and verifies as it stands; rewrite it piece by piece."""
    from autograder.authoring.scaffold import new_lesson

    known = [one.name for one in course.assignments]
    for path in new_lesson(course, lesson, title):
        click.echo(path.relative_to(course.root))
    if (assignment := lesson.split("/")[0]) not in known:
        others = f" The others are {', '.join(known)}." if known else ""
        click.echo(f"{assignment} is a new assignment.{others}")
    click.echo(f"Next: unroll verify {lesson}, then write your own, then unroll build. See docs/authors.md.")


@click.command()
@click.argument("lessons", nargs=-1)
@click.option("--seed", default="", help="Secret of the hidden inputs; a fresh one if not given.")
@click.option(
    "--seeds", type=click.IntRange(1, 1000), default=1, help="Prove with so many secrets: no verdict by luck."
)
@click.option("--matrix/--no-matrix", default=None, help="Write marks, mistake x test and mistake x mistake as JSON.")
@click.option("--weights", type=FOLDER, help="Only write the weight of each hidden test into this Markdown page.")
@with_course
def verify(
    course: Any, lessons: tuple[str, ...], seed: str, seeds: int, matrix: bool | None, weights: Path | None
) -> None:
    """Prove lessons (all, or e.g. sine/cell): right answers pass, the stub fails, each mistake is found and named.

    For lessons that you name, a table says which mistake fails which test. With --matrix this is written as JSON, with
    the marks of every program; the list of things to mend then goes to standard error.
    """
    from autograder.authoring.verify import as_json
    from autograder.authoring.verify import verify as prove

    if weights:
        from autograder.authoring.weights import write_weights

        write_weights(course, weights)
        return
    lessons_data: dict[str, Any] = {}

    def keep(proof: Any) -> None:
        lessons_data[proof.lesson.key] = as_json(proof)

    def say(line: str) -> None:
        click.echo(line, err=bool(matrix))

    table = bool(lessons) and matrix is None
    wrong = prove(course, _wanted(course, lessons), say, seed, table, seeds, keep if matrix else None)
    if matrix:
        click.echo(json.dumps({"lessons": lessons_data}, indent=1))
    if wrong:
        sys.exit(3)


@click.command()
@click.argument("lessons", nargs=-1)
@click.option("--table", "path", type=FOLDER, help="Write the counts and reasons into this Markdown page too.")
@click.option("--changed-since", "since", metavar="REV", default="", help="Take only lessons that git finds changed.")
@click.option("--sample", "count", type=click.IntRange(0), help="Draw so many tasks of the other lessons.")
@with_course
def mutate(course: Any, lessons: tuple[str, ...], path: Path | None, since: str, count: int | None) -> None:
    """Change each answer in every small way, and say which change no hidden test notices (all lessons, or sine/cell).

    A change that no test can notice stands with its reason in the lesson's survivors.toml. Which tasks --sample draws
    depends on the commit that is checked out, and on nothing else.
    """
    from autograder.authoring.mutate import mutate as try_all
    from autograder.authoring.mutation_table import read_page, with_table
    from autograder.authoring.sample import choose_sample

    def begun(task: str, number: int) -> None:
        click.echo(f"{task}: {number} mutants ...", err=True)

    page = read_page(path) if path else ""
    wanted = _wanted(course, lessons)
    sample = choose_sample(course, wanted, since, count or 0) if since or count is not None else None
    if sample:
        click.echo(sample.said)
    tallies, wrong = try_all(course, wanted, click.echo, begun, sample.tasks if sample else None)
    for line in wrong:
        click.echo(line)
    if path:
        path.write_text(with_table(page, course, tallies), encoding="utf-8")
    if wrong:
        sys.exit(3)


@click.command()
@click.argument("lesson")
@click.option(
    "--seeds", type=click.IntRange(2, 1000), default=30, show_default=True, help="Runs of each right program."
)
@click.option(
    "--wrong-seeds",
    type=click.IntRange(1, 1000),
    default=8,
    show_default=True,
    help="Runs of each wrong program.",
)
@jobs("Seeds run")
@with_course
def calibrate(course: Any, lesson: str, seeds: int, wrong_seeds: int, jobs: int) -> None:
    """Train right and wrong programs over many seeds, and put the thresholds of a lesson between them."""
    from autograder.authoring.calibrate import calibrate as measure

    measure(course.lesson(lesson), seeds, wrong_seeds, click.echo, jobs)


def _wanted(course: Any, keys: tuple[str, ...]) -> list[Any]:
    """Find the lessons that are named; all of them where none is."""
    return [course.lesson(key) for key in keys] or list(course.lessons())
