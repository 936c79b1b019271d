"""What the runs of `unroll grade --shard` have left, and whether they are parts of one class."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.errors import UsageError
from autograder.grading.anonymous import numbers_of
from autograder.grading.commands import Command, read_commands
from autograder.grading.shards import RUN, Part, read_part
from autograder.reports.class_page.changes import other_parts
from autograder.reports.class_page.runs import ClassRun, read_runs
from autograder.reports.previous import is_whole
from autograder.text.ours import read_own

MOST_NAMED = 10
NO_SHARD = (
    "{out} holds no shard of a class. Grade one into it: unroll grade ASSIGNMENT SUBMISSIONS -o {out} --shard 1/8"
)
NOT_WHOLE = "{out}: its shard {shard}was stopped or never ended. Run the same `unroll grade` again, then merge."
OTHERS = "{one} and {other} are of different runs: {what}. Grade all shards the same way, then merge."
TWICE = "{one} and {other} are both shard {shard}. Give each shard once."


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
