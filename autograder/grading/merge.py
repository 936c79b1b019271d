"""`unroll merge`: put the parts of a class, each graded with `--shard`, together as if one run had graded it.

Nothing is graded and no page is made again: each student's files are taken as they are. All is looked at before the
first file is written. Each file appears whole, the tables last. So a merge that was cut can be done again.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.course.model import Assignment
from autograder.errors import GradingError, UsageError
from autograder.exam.results import HandInResult
from autograder.grading.anonymous import KEY, is_by_number, numbers_of
from autograder.grading.arrivals import NOTHING
from autograder.grading.commands import Command, keep_command, read_commands
from autograder.grading.opening import alone, make_own
from autograder.grading.places import keep_places, read_places
from autograder.grading.publication import open_publication
from autograder.grading.run import Graded, GradingWatcher
from autograder.grading.shards import RUN, Part, read_part
from autograder.grading.tables import write_tables
from autograder.intake import Student
from autograder.isolation.inside.endings import undisturbed
from autograder.isolation.inside.sandbox import tier
from autograder.reports.class_page.changes import other_parts
from autograder.reports.class_page.identical import identical, keep_identical
from autograder.reports.class_page.runs import ClassRun, read_runs
from autograder.reports.marks import Identity, is_graded
from autograder.reports.previous import is_whole, own_bytes
from autograder.reports.record import PAGE, RECORD, RESULTS, read_student
from autograder.text.files import real_folder, write_atomically
from autograder.text.ours import NOBODY_ELSE, read_own

MOST_NAMED = 10
NO_SHARD = (
    "{out} holds no shard of a class. Grade one into it: unroll grade ASSIGNMENT SUBMISSIONS -o {out} --shard 1/8"
)
NOT_WHOLE = "{out}: its shard {shard}was stopped or never ended. Run the same `unroll grade` again, then merge."
OTHERS = "{one} and {other} are of different runs: {what}. Grade all shards the same way, then merge."
TWICE = "{one} and {other} are both shard {shard}. Give each shard once."
LOST = "{out}: the record of {folder} cannot be used. Run shard {shard} again, then merge."
NOT_GRADED = "Its shard could not grade it. Run shard {shard} again, then merge again."


@dataclass(frozen=True)
class ShardRun:
    """What one shard's run left.

    Args:
        facts: its run.json.
        run: its rows.
        command: what it was asked.
        numbers: everybody's number, of a class that is graded by number.
    """

    out: Path
    facts: Mapping[str, Any]
    run: ClassRun
    part: Part
    command: Command
    numbers: Mapping[str, str]


def read_shard_run(out: Path) -> ShardRun:
    """Read a shard that was graded to its end.

    Raises:
        UsageError: OUT holds none.
    """
    try:
        facts = json.loads(read_own(out / RUN))
        shard = str(facts["shard"])
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        raise UsageError(NO_SHARD.format(out=out)) from None
    part, commands, runs = read_part(out), read_commands(out), read_runs(out)
    is_sound = part and runs and len(commands) == 1 and str(part.shard) == shard
    if not is_sound or not runs[0].is_complete or not is_whole(out, runs[0].table):
        raise UsageError(NOT_WHOLE.format(out=out, shard=f"{shard} " if shard else ""))
    assert part is not None
    return ShardRun(out, facts, runs[0], part, commands[0], numbers_of(out))


def check_together(shards: Sequence[ShardRun]) -> None:
    """Refuse shards that are not all parts of one run, each once.

    Raises:
        UsageError: they are of different runs, one is there twice, or some are missing.
    """
    first = shards[0]
    for other in shards[1:]:
        if what := next(_others(first, other), ""):
            raise UsageError(OTHERS.format(one=first.out, other=other.out, what=what))
    seen: dict[int, ShardRun] = {}
    for one in shards:
        number = one.part.shard.number
        if number in seen:
            raise UsageError(TWICE.format(one=seen[number].out, other=one.out, shard=one.part.shard))
        seen[number] = one
    count = first.part.shard.count
    missing = [number for number in range(1, count + 1) if number not in seen]
    if missing:
        raise UsageError(_missing(missing, count))


def _missing(numbers: Sequence[int], count: int) -> str:
    named = [str(number) for number in numbers[:MOST_NAMED]]
    more = f" and {len(numbers) - MOST_NAMED} more" if numbers[MOST_NAMED:] else ""
    if len(numbers) == 1:
        return f"Shard {named[0]} of {count} is missing. Give its folder too."
    return f"Shards {', '.join(named)}{more} of {count} are missing. Give their folders too."


def _others(one: ShardRun, other: ShardRun) -> Iterator[str]:
    """Name what two shards do not share, the most telling first."""
    for what, found in _settings(one).items():
        if found != _settings(other)[what]:
            yield what
    if one.run.fingerprint != other.run.fingerprint:
        yield f"another one of {', '.join(other_parts(one.run.parts, other.run.parts)) or 'the kit'}"
    if one.part.students != other.part.students:
        yield f"other hand-ins in the class{_who(one, other)}"


def _settings(shard: ShardRun) -> dict[str, Any]:
    facts, command, assignment = shard.facts, shard.command, shard.run.assignment
    table = [(lesson.key, lesson.title, lesson.tasks) for lesson in assignment.lessons]
    return {
        "another number of shards": shard.part.shard.count,
        "another assignment": assignment.name,
        "another seed": facts.get("seed"),
        "another version of the kit": (facts.get("kit"), facts.get("versions")),
        "another course.toml": shard.part.course,
        "other deadlines": (command.due, command.extensions),
        "another roster": command.digests.get(command.roster, ""),
        "other overrides": command.digests.get(command.overrides, ""),
        "other tasks": table,
        "other numbers for the students": shard.numbers,
    }


def _who(one: ShardRun, other: ShardRun) -> str:
    """Name some of those whom only one of two shards has seen."""
    names = sorted({name for name, _ in {*one.part.students} ^ {*other.part.students}})
    more = " and others" if names[3:] else ""
    return f" ({', '.join(name[:60] for name in names[:3])}{more})" if names else ""


@dataclass(frozen=True)
class Merged:
    """A class that was put together.

    Args:
        loose: names of what looks like work and is no student's.
    """

    assignment: Assignment
    graded: Graded
    loose: tuple[str, ...]


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
    return Merged(assignment, Graded(results, failed, [], alike), first.part.loose)


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
