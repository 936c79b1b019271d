"""`unroll merge`: put the parts of a class, each graded with `--shard`, together as if one run had graded it.

Nothing is graded and no page is made again: each student's files are taken as they are. All is looked at before the
first file is written. Each file appears whole, the tables last. So a merge that was cut can be done again.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.course.model import Assignment
from autograder.errors import GradingError, UsageError
from autograder.exam.results import HandInResult
from autograder.grading.anonymous import KEY, is_by_number
from autograder.grading.arrivals import NOTHING
from autograder.grading.commands import keep_command
from autograder.grading.opening import alone, make_own
from autograder.grading.places import keep_places, read_places
from autograder.grading.publication import open_publication
from autograder.grading.run import Graded, GradingWatcher
from autograder.grading.shard_runs import ShardRun, check_together, read_shard_run
from autograder.grading.shards import RUN, read_part
from autograder.grading.tables import write_tables
from autograder.intake import Student
from autograder.isolation.inside.endings import undisturbed
from autograder.isolation.inside.sandbox import tier
from autograder.reports.class_page.identical import identical, keep_identical
from autograder.reports.marks import Identity, is_graded
from autograder.reports.previous import own_bytes
from autograder.reports.record import PAGE, RECORD, RESULTS, read_student
from autograder.text.files import real_folder, write_atomically
from autograder.text.ours import NOBODY_ELSE, read_own

LOST = "{out}: the record of {folder} cannot be used. Run shard {shard} again, then merge."
NOT_GRADED = "Its shard could not grade it. Run shard {shard} again, then merge again."


@dataclass(frozen=True)
class Merged:
    """A class that was put together.

    Args:
        loose: names of what looks like work and is no student's.
        people: who the students are, by the folder of the report.
    """

    assignment: Assignment
    graded: Graded
    loose: tuple[str, ...]
    people: Mapping[str, Identity]


def class_size(outs: Sequence[Path]) -> int:
    """Count the students of the class that shards are parts of; 0 where that cannot be read."""
    part = read_part(outs[0])
    return len(part.students) if part else 0


def merge(outs: Sequence[Path], out: Path, yes: bool, watcher: GradingWatcher) -> Merged:
    """Put shards together in OUT.

    Args:
        yes: lower published marks too, without asking.

    Raises:
        UsageError: they do not belong together, or OUT is no folder for it.
        GradingError: OUT cannot be written, or a published mark would fall.
    """
    with ExitStack() as stack:
        for one in {path.resolve(): path for path in outs}.values():
            if (one / RUN).exists():
                stack.enter_context(alone(one))
        shards = [read_shard_run(one) for one in outs]
        check_together(shards)
        records = dict(_records(shards))
        _refuse_in_shard(out, shards)
        make_own(out, is_by_number(shards[0].out))
        stack.enter_context(alone(out))
        return _merge(shards, records, out, yes, watcher)


def _refuse_in_shard(out: Path, shards: Sequence[ShardRun]) -> None:
    place = out.resolve()
    for one in shards:
        if one.out.resolve() in (place, *place.parents):
            raise UsageError(f"{out} lies in {one.out}, which is a shard. Choose another folder with -o.")


def _records(shards: Sequence[ShardRun]) -> Iterator[tuple[str, tuple[ShardRun, HandInResult]]]:
    """Yield each student's folder, with the shard that it is in and the marks.

    Raises:
        UsageError: a record is not that of the shard's last run.
    """
    for shard in shards:
        for row in shard.run.results:
            record = read_student(shard.out, row.folder)
            if record is None or _marks(record) != _marks(row):
                raise UsageError(LOST.format(out=shard.out, folder=row.folder, shard=shard.part.shard))
            yield row.folder, (shard, record.without_details())


def _marks(result: HandInResult) -> tuple[Any, ...]:
    verdicts = sorted((task.lesson, task.task, round(task.score, 6), task.outcome) for task in result.tasks)
    return result.student, result.digest, result.kept, verdicts


def _merge(
    shards: Sequence[ShardRun],
    records: Mapping[str, tuple[ShardRun, HandInResult]],
    out: Path,
    yes: bool,
    watcher: GradingWatcher,
) -> Merged:
    first, folders = shards[0], [folder for _, folder in shards[0].part.students]
    if lost := [folder for folder in folders if folder not in records]:
        raise GradingError(f"No shard has {lost[0]}. Run all shards again, then merge.")
    results = [records[folder][1] for folder in folders]
    failed = {
        one.student: NOT_GRADED.format(shard=records[one.folder][0].part.shard) for one in results if not is_graded(one)
    }
    alike = identical(results, {folder: codes for one in shards for folder, codes in one.part.codes.items()})
    publication = open_publication(out)
    if first.numbers:
        write_atomically(out / KEY, read_own(first.out / KEY), mode=NOBODY_ELSE)
    for result in results:
        watcher.start(result.student)
        _copy(records[result.folder][0].out / result.folder, publication.place / result.folder)
        watcher.done(result.student, result.score, result.max_score)
    publication.settle(results, yes, watcher.ask)
    with undisturbed():
        keep_identical(out, alike)
        keep_places(out, _students(shards, results, out))
        keep_command(out, first.command)
        people = {folder: Identity(*who) for one in shards for folder, who in one.part.people.items()}
        assignment = first.run.assignment
        write_tables(out, assignment, results, len(results), facts_of(shards), people, first.run.parts)
    return Merged(assignment, Graded(results, failed, [], alike), first.part.loose, people)


def _copy(there: Path, here: Path) -> None:
    """Take a student's files, the record last as when it is written."""
    real_folder(here)
    for name in (PAGE, RESULTS, RECORD):
        content = own_bytes(there / name)
        if content is None:
            raise GradingError(f"{there / name} cannot be read. Grade its shard again, then merge.")
        write_atomically(here / name, content)


def _students(shards: Sequence[ShardRun], results: Sequence[HandInResult], out: Path) -> Iterator[Student]:
    """Say where each hand-in stands; whoever handed in nothing has an empty folder of ours."""
    nowhere = {str((one.out / NOTHING).absolute()) for one in shards}
    places = {folder: path for one in shards for folder, path in read_places(one.out).items()}
    for result in results:
        place = places.get(result.folder)
        if place is not None:
            is_nothing = str(place) in nowhere
            yield Student(result.student, result.folder, real_folder(out / NOTHING) if is_nothing else place)


def facts_of(shards: Sequence[ShardRun]) -> dict[str, Any]:
    """Say with what the class was graded: the tier is that of the weakest machine, the seconds are the longest."""
    facts = [dict(one.facts) for one in shards]
    layers = {name: said for name, said in facts[0]["layers"].items() if all(name in one["layers"] for one in facts)}
    merged = {key: value for key, value in facts[0].items() if key != "shard"}
    return {
        **merged,
        **_workers(facts),
        "students": sum(one["students"] for one in facts),
        "tier": tier(frozenset(layers)),
        "layers": layers,
        "hand_in_seconds": min(one["hand_in_seconds"] for one in facts),
        "seconds": max(one["seconds"] for one in facts),
    }


def _workers(facts: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    found = {worker: tier for one in facts for worker, tier in one.get("workers", {}).items()}
    return {"workers": found} if found else {}
