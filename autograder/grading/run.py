"""Grade a class: find the students, hand them to a crew, keep every result at once, and go on after a crash."""

import json
import os
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from autograder import __version__
from autograder.collect.record import Row
from autograder.collect.roster import read_roster
from autograder.course.late import Lateness
from autograder.course.model import Assignment, Course
from autograder.errors import GradingError, UsageError
from autograder.exam.results import HandInResult, TaskResult
from autograder.exam.versions import versions
from autograder.grading.anonymous import (
    by_number,
    check_anonymous,
    names_of,
    numbered_order,
    only_counted,
    result_without_names,
    without_names,
)
from autograder.grading.arrivals import check_class, find_class
from autograder.grading.crew import Crew
from autograder.grading.deadline import lateness_of, read_deadline
from autograder.grading.fingerprint import fingerprint, parts
from autograder.grading.overrides import Marks, checked, marked, overrides_of, read_overrides, with_questions
from autograder.grading.places import keep_places
from autograder.grading.publication import Publication, open_publication
from autograder.grading.request import ExaminerRequest
from autograder.grading.tables import write_tables
from autograder.intake import Student
from autograder.intake.names import as_given, printable_name
from autograder.isolation.inside.endings import undisturbed
from autograder.reports.class_page.identical import Identical, identical, keep_identical
from autograder.reports.files import write_student
from autograder.reports.marks import Identity
from autograder.reports.record import is_left
from autograder.text.files import write_atomically
from autograder.text.locks import lock
from autograder.text.ours import NOBODY_ELSE, open_own, own_folder, read_own

MOST_SAID = 1000  # characters


class GradingWatcher(Protocol):
    """Whoever wants to see the grading go on, such as a progress bar."""

    def start(self, name: str) -> None:
        """A hand-in is begun."""

    def done(self, name: str, score: float, max_score: float) -> None:
        """A hand-in is graded."""

    def ask(self, lines: Sequence[str], question: str) -> bool:
        """Show lines, ask a person, and return the answer; false where there is nobody."""


@dataclass(frozen=True)
class Options:
    """What the command line of `unroll grade` says."""

    jobs: int = 1
    seed: str = ""
    accept_weak_isolation: bool = False
    roster: Path | None = None
    due: str = ""
    extensions: tuple[str, ...] = ()
    overrides: Path | None = None
    anonymous: bool = False
    yes: bool = False


@dataclass(frozen=True)
class Class:
    """A class found in a folder, with what an earlier run left in OUT.

    Args:
        skipped: names of all that is no student.
        loose: those of them that look like work.
        late: what a deadline does to each, by the folder of the report.
        notes: what was said when the hand-in was collected, likewise.
        people: who they are elsewhere, likewise.
        said: lines for the person who grades.
        marks: what persons have marked, likewise.
        submissions: where the hand-ins lie.
        names: what each is called, by the folder; only of a class that is graded by number.
    """

    course: Course
    assignment: Assignment
    students: list[Student]
    skipped: list[str]
    loose: list[str]
    out: Path
    seed: str
    late: Mapping[str, Lateness] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, Identity] = field(default_factory=dict)
    said: tuple[str, ...] = ()
    marks: Mapping[str, Marks] = field(default_factory=dict)
    submissions: Path = Path()
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Graded:
    """A class that was graded.

    Args:
        results: one for each student, in the class's order.
        failed: the students with whom the grading itself failed, and why.
        unread: the students of whom an earlier run left a record that could not be used.
        identical: those with the same code of a lesson.
    """

    results: list[HandInResult] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    identical: list[Identical] = field(default_factory=list)


def open_class(
    course: Course,
    assignment: str,
    submissions: Path,
    out: Path,
    seed: str,
    options: Options = Options(),
) -> Class:
    """Find the students and make OUT.

    Raises:
        UsageError: SUBMISSIONS has no student, OUT lies in it, or a time is none.
        GradingError: OUT cannot be written.
    """
    wanted = course.assignment(assignment)
    _check_apart(submissions, out)
    deadline = read_deadline(course, options.due, options.extensions)
    overrides = read_overrides(course, assignment, options.overrides)
    roster = read_roster(options.roster) if options.roster else []
    check_class(course, assignment, submissions, roster)
    try:
        own_folder(out)  # it holds marks, and the seed of the hidden inputs
        os.close(open_own(out / ".lock", os.O_WRONLY | os.O_CREAT))
        check_anonymous(out, options.anonymous)
        earlier = _earlier_seed(out)
    except OSError as error:
        raise GradingError(f"{out}: {error.strerror}. Choose another folder with -o.") from None
    found = find_class(course, assignment, submissions, out, roster)
    late = lateness_of(course, deadline, found.students, found.rows)
    notes = {folder: row.note for folder, row in found.rows.items() if row.note}
    people = {folder: Identity(row.id, row.name, row.email) for folder, row in found.rows.items()}
    seed = seed or earlier or secrets.token_hex(16)
    marks = overrides_of(overrides, found.students, found.rows)
    made = Class(
        course,
        with_questions(wanted, marks),
        found.students,
        found.skipped,
        found.loose,
        out,
        seed,
        late,
        notes,
        people,
        found.said,
        marks,
        submissions.resolve(),
    )
    if not options.anonymous:
        return made
    with alone(out):  # two runs at a time would give two people one number
        return _by_number(made, found.rows)


def _by_number(found: Class, rows: Mapping[str, Row]) -> Class:
    """Replace whoever is named by a number, before anything is graded; deadlines were found by the names."""
    new = by_number(found.students, rows, found.out)
    names = {new[one.folder].folder: names_of(one, rows.get(one.folder)) for one in found.students}
    notes = {new[old].folder: note for old, note in found.notes.items()}
    return replace(
        found,
        students=numbered_order(new.values()),
        skipped=only_counted(found.skipped, "files"),
        loose=only_counted(found.loose, "work"),
        late={new[old].folder: one for old, one in found.late.items()},
        notes={folder: without_names(note, names[folder], folder) for folder, note in notes.items()},
        people={},
        said=(),
        marks={new[old].folder: one for old, one in found.marks.items()},
        names=names,
    )


def _check_apart(submissions: Path, out: Path) -> None:
    inside, around = out.resolve(), submissions.resolve()
    if inside == around or around in inside.parents:
        raise UsageError(f"{out} lies in {submissions}, where it would be taken for a student. Choose another -o.")


def _earlier_seed(out: Path) -> str:
    try:
        return str(json.loads(read_own(out / "run.json"))["seed"])
    except (FileNotFoundError, ValueError, KeyError, TypeError, RecursionError):
        return ""


def grade(found: Class, options: Options, watcher: GradingWatcher) -> Graded:
    """Grade what is not graded yet; write each result as it comes, and the class at the end or when stopped.

    Returns: the marks, in the order of the students; what else was found stands in OUT and in no memory.

    Raises:
        GradingError: the grading could not be done or was stopped; what was graded is kept.
    """
    started = time.time()
    kit = fingerprint(found.course, found.assignment.name, found.seed)
    settings = {
        "course": str(found.course.root),
        "assignment": found.assignment.name,
        "seed": found.seed,
        "fingerprint": kit,
    }
    with alone(found.out), Crew(settings, max(1, min(options.jobs, len(found.students)))) as crew:
        publication = open_publication(found.out)
        _write_seed(found, kit, {})
        keep_places(found.out, found.students)
        crew.wait_until_warm()
        _refuse_weak(crew, options)
        results: dict[str, HandInResult] = {}
        failed: dict[str, str] = {}
        codes: dict[str, dict[str, list[str]]] = {}
        alike: list[Identical] = []
        earlier = {student.folder: _earlier(found, student, publication) for student in found.students}
        unread = [s.student for s in found.students if not earlier[s.folder] and is_left(found.out, s.folder)]
        try:
            _grade_all(found, crew, earlier, results, failed, codes, watcher, publication)
            publication.settle([results[s.folder] for s in found.students], options.yes, watcher.ask)
        except GradingError as error:
            raise GradingError(f"{error}{_without_row(found, results)}") from None
        finally:
            with undisturbed():
                ordered = [results[s.folder] for s in found.students if s.folder in results]
                facts = {"tier": crew.tier, "layers": crew.layers or {}, "hand_in_seconds": crew.budget}
                facts["seconds"] = round(time.time() - started, 1)
                run, made_of = _run_facts(found, kit, facts), parts(found.course, found.assignment.name)
                alike = identical(ordered, codes)
                if publication.may_write:
                    keep_identical(found.out, alike)
                    write_tables(found.out, found.assignment, ordered, len(found.students), run, found.people, made_of)
    return Graded(ordered, failed, unread, alike)


def _without_row(found: Class, results: dict[str, HandInResult]) -> str:
    left = [printable_name(student.student) for student in found.students if student.folder not in results]
    return (
        f" Without a row: {', '.join(left[:10])}{f' and {len(left) - 10} more' if left[10:] else ''}." if left else ""
    )


def _grade_all(
    found: Class,
    crew: Crew,
    earlier: Mapping[str, HandInResult | None],
    results: dict[str, HandInResult],
    failed: dict[str, str],
    codes: dict[str, dict[str, list[str]]],
    watcher: GradingWatcher,
    publication: Publication,
) -> None:
    titles = [lesson.title for lesson in found.assignment.lessons]
    requests = [_request(student, earlier[student.folder]) for student in found.students]
    for event, request, answer in crew.grade(requests):
        if event == "start":
            watcher.start(request.student)
            continue
        codes[request.folder] = answer.get("codes", {})
        known = earlier[request.folder]
        is_same = bool(answer.get("same")) and known is not None
        result = _with_arrival(found, known if known and is_same else _result(found, request, answer))
        if "lost" in answer:
            failed[result.student] = lost(answer["lost"])
        if not is_same or result != known:
            whole = publication.read(request.folder) if is_same else None
            try:
                this = _with_arrival(found, whole) if whole else result
                write_student(publication.place, this, titles, found.course.hidden_checks)
            except GradingError as error:  # the others are graded all the same
                failed[result.student] = str(error)
        results[request.folder] = result.without_details()
        watcher.done(result.student, result.score, result.max_score)


def _earlier(found: Class, student: Student, publication: Publication) -> HandInResult | None:
    """Read the marks that an earlier run gave, if they are of these very tasks."""
    result = publication.read(student.folder)
    lessons = found.course.assignment(found.assignment.name).lessons
    worth = [(lesson.key, task.name, task.points) for lesson in lessons for task in lesson.tasks]
    own = checked(found.assignment, result.tasks) if result else []
    given = [(task.lesson, task.task, task.max_score) for task in own]
    return result.without_details() if result and sorted(given) == sorted(worth) else None


def _request(student: Student, earlier: HandInResult | None) -> ExaminerRequest:
    is_final = earlier and earlier.student == student.student and not earlier.again
    known = earlier.digest if earlier and is_final else ""
    return ExaminerRequest(student.student, student.folder, str(student.path), known)


def _result(found: Class, request: ExaminerRequest, answer: dict[str, Any]) -> HandInResult:
    if "result" in answer:
        result = HandInResult.from_json(answer["result"])
        return result_without_names(result, found.names.get(request.folder, ()))
    return _lost(found, request, lost(answer["lost"]))


def lost(why: str) -> str:
    """Say what became of a hand-in that could not be graded."""
    return f"{why} It was tried twice. Grade it again, or look at it by hand."


def _with_arrival(found: Class, result: HandInResult) -> HandInResult:
    """Add what persons have marked, what the deadline does, and what was said when the hand-in was collected."""
    result = marked(result, found.assignment, found.marks.get(result.folder, {}))
    late = found.late.get(result.folder, Lateness())
    return replace(result, kept=late.kept, late=late.said, collected=found.notes.get(result.folder, "")[:MOST_SAID])


def _lost(found: Class, request: ExaminerRequest, message: str) -> HandInResult:
    """Make the row of a hand-in that could not be graded; it is not marked as graded."""
    tasks = tuple(
        TaskResult(lesson.key, task.name, 0.0, task.points, "crashed", "", message)
        for lesson in found.assignment.lessons
        for task in lesson.tasks
    )
    return HandInResult(request.student, request.folder, "", tasks)


def _refuse_weak(crew: Crew, options: Options) -> None:
    if crew.weakness and not options.accept_weak_isolation:
        raise GradingError(f"{crew.weakness} grade on Linux with Landlock and seccomp, or add --accept-weak-isolation.")


def _run_facts(found: Class, kit: str, facts: dict[str, Any]) -> dict[str, Any]:
    return {
        "kit": __version__,
        "versions": versions(),
        "assignment": found.assignment.name,
        "seed": found.seed,
        "fingerprint": kit,
        "limits": asdict(found.course.limits),
        "students": len(found.students),
        "skipped": found.skipped,
        "submissions": as_given(str(found.submissions)),
        **facts,
    }


def _write_seed(found: Class, kit: str, facts: dict[str, Any]) -> None:
    """Keep the seed before the first hand-in: a run that crashes can then be continued."""
    path = found.out / "run.json"
    if not path.exists():
        write_atomically(path, json.dumps(_run_facts(found, kit, facts), indent=2) + "\n", mode=NOBODY_ELSE)


@contextmanager
def alone(out: Path) -> Iterator[None]:
    """Keep a second run out of the same folder."""
    with os.fdopen(open_own(out / ".lock", os.O_WRONLY | os.O_CREAT), "w") as file:
        try:
            lock(file)
        except OSError:
            raise UsageError(
                f"{out}: another run is grading into this folder. Wait for it, or choose another -o."
            ) from None
        yield
