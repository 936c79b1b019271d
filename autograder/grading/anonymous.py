"""`unroll grade --anonymous`: a class by number. OUT/.key.csv says who is who; OUT/.hand_ins.json says where files lie.

OUT/.commands.json may name whoever has an extension. No other file names anybody, and nobody else can read these three.
"""

import csv
import hmac
import io
import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from autograder.collect.record import Row
from autograder.errors import UsageError
from autograder.exam.results import HandInResult, TaskResult
from autograder.intake import Student
from autograder.text.clean import csv_cell, csv_rows
from autograder.text.files import write_atomically
from autograder.text.ours import NOBODY_ELSE, read_own
from autograder.text.words import LOOK

KEY = ".key.csv"  # no student's folder begins with a dot
TITLES = ("number", "student", "id", "name", "email", "hand-in")
NUMBER = re.compile(r"student-(\d{3,9})")
SHORTEST, SHORTEST_NUMBER = 3, 5  # characters of a name, and digits of an id, that are looked for in a text
BY_NAME = "{out} was graded with names. Choose a new folder with -o to grade by number."
BY_NUMBER = (
    "{out} was graded by number, and this run would write names. Add --anonymous, or choose a new folder with -o."
)
DAMAGED = "{path} is not as Unroll wrote it, so nobody's number is known. Restore it, or choose a new folder with -o."
MOST_FILES = "{count} (no names are shown; `--dry-run` names them)"


def check_anonymous(out: Path, is_wanted: bool) -> None:
    """Refuse to mix names and numbers in one folder.

    Raises:
        UsageError: an earlier run has done it the other way.
    """
    if is_by_number(out) and not is_wanted:
        raise UsageError(BY_NUMBER.format(out=out))
    if is_wanted and not is_by_number(out) and (out / "run.json").exists():
        raise UsageError(BY_NAME.format(out=out))


def is_by_number(out: Path) -> bool:
    """Say whether a class was graded by number."""
    return (out / KEY).is_symlink() or (out / KEY).exists()


def people_of(out: Path) -> dict[str, dict[str, str]]:
    """Read OUT/.key.csv: its rows by the number; {} where nobody has one yet.

    Raises:
        UsageError: the file is not as we wrote it.
    """
    path = out / KEY
    if not is_by_number(out):
        return {}
    try:
        rows = list(csv.DictReader(io.StringIO(read_own(path))))
        found = {str(row["number"]): {**dict.fromkeys(TITLES, ""), **row, "student": row["student"]} for row in rows}
    except (OSError, ValueError, KeyError, TypeError, csv.Error):
        raise UsageError(DAMAGED.format(path=path)) from None
    names = {row["student"] for row in found.values()}
    if not rows or min(len(found), len(names)) < len(rows) or not all(map(NUMBER.fullmatch, found)):
        raise UsageError(DAMAGED.format(path=path))
    return found


def numbers_of(out: Path) -> dict[str, str]:
    """Read everybody's number, by the name as a cell; see `people_of`."""
    return {row["student"]: number for number, row in people_of(out).items()}


def by_number(students: Sequence[Student], rows: Mapping[str, Row], out: Path, secret: str = "") -> dict[str, Student]:
    """Give everybody a number, keep who is who in OUT/.key.csv, and return the numbered students by their old folders.

    Whoever has a number keeps it. The others get theirs in an order that says nothing about a name.

    Args:
        secret: what the order depends on, so that all parts of a class come to the same numbers; without it, chance.

    Raises:
        UsageError: the file of the numbers is not as we wrote it.
        GradingError: it cannot be written.
    """
    known = numbers_of(out)
    new = [csv_cell(one.student) for one in students if csv_cell(one.student) not in known]
    key = (secret or secrets.token_hex()).encode()
    new.sort(key=lambda name: hmac.digest(key, name.encode("utf-8", "surrogatepass"), "sha256"))
    last = max((_number(text) for text in known.values()), default=0)
    whole = {**known, **{name: f"student-{number:03}" for number, name in enumerate(new, last + 1)}}
    _keep(out, whole, students, rows)
    named = {one.folder: whole[csv_cell(one.student)] for one in students}
    return {one.folder: replace(one, student=named[one.folder], folder=named[one.folder]) for one in students}


def in_numbers(students: Sequence[Student], out: Path) -> list[Student]:
    """Return the students as they were numbered, in that order; who has no number was not graded, and is left out.

    Raises:
        UsageError: the file of the numbers is not as we wrote it.
    """
    known = numbers_of(out)
    pairs = [(one, known[csv_cell(one.student)]) for one in students if csv_cell(one.student) in known]
    return numbered_order(replace(one, student=number, folder=number) for one, number in pairs)


def _number(text: str) -> int:
    return int(text.removeprefix("student-"))


def _keep(out: Path, numbers: Mapping[str, str], students: Sequence[Student], rows: Mapping[str, Row]) -> None:
    """Write the key; of those who are no longer in the class, what it said before is kept."""
    here, before = {csv_cell(one.student): one for one in students}, people_of(out)
    cells = []
    for name, number in sorted(numbers.items(), key=lambda pair: _number(pair[1])):
        student = here.get(name)
        if student is None:
            cells.append([before[number][title] for title in TITLES])
            continue
        row = rows.get(student.folder, Row(""))
        cells.append([number, name, *map(csv_cell, (row.id, row.name, row.email, student.path.name))])
    write_atomically(out / KEY, csv_rows([TITLES, *cells]), mode=NOBODY_ELSE)


def numbered_order(students: Iterable[Student]) -> list[Student]:
    """Sort students by their numbers."""
    return sorted(students, key=lambda one: _number(one.student))


def names_of(student: Student, row: Row | None) -> tuple[str, ...]:
    """List what a student is called: in the class, on disk, and elsewhere."""
    elsewhere = (row.id, row.name, row.email) if row else ()
    return tuple(dict.fromkeys(one for one in (student.student, student.path.name, *elsewhere) if one))


def only_counted(names: Sequence[str], what: str) -> list[str]:
    """Say how many there are and not which, since a file may be named after a student."""
    return [f"{what}: {MOST_FILES.format(count=len(names))}"] if names else []


def without_names(text: str, names: Iterable[str], number: str) -> str:
    """Put a number in the place of a name, however it is spaced and whatever its case."""
    before, look, after = text.partition(LOOK)  # a sentence that others look for
    for name in sorted(names, key=len, reverse=True):
        if pattern := _pattern(name):
            before, after = (re.sub(pattern, number, part, flags=re.IGNORECASE) for part in (before, after))
    return f"{before}{look}{after}"


def result_without_names(result: HandInResult, names: Sequence[str]) -> HandInResult:
    """Do so in all that comes from a hand-in: what was found, what was printed, lines of code."""
    if not names:
        return result

    def hide(text: str) -> str:
        return without_names(text, names, result.student)

    return replace(
        result,
        tasks=tuple(_hidden(task, hide) for task in result.tasks),
        tests=tuple(replace(test, message=hide(test.message)) for test in result.tests),
        output={lesson: hide(text) for lesson, text in result.output.items()},
        notes=tuple(map(hide, result.notes)),
        arrival=tuple(map(hide, result.arrival)),
        unread=tuple(map(hide, result.unread)),
    )


def _hidden(task: TaskResult, hide: Callable[[str], str]) -> TaskResult:
    excerpts = tuple(replace(one, lines=tuple(map(hide, one.lines))) for one in task.excerpts)
    cases = tuple(one.mapped(hide) for one in task.cases)
    return replace(task, fact=hide(task.fact), excerpts=excerpts, cases=cases)


def _pattern(name: str) -> str:
    words = re.findall(r"[^\W_]+", name)
    letters = "".join(words)
    if len(letters) < (SHORTEST_NUMBER if letters.isdigit() else SHORTEST):
        return ""
    between = r"[\W_]*"
    return rf"(?<![^\W_]){between.join(map(re.escape, words))}(?![^\W_])"
