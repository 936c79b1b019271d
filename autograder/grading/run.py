"""Grade a class: find the students, hand them to a crew, keep every result at once, and go on after a crash."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from autograder.errors import GradingError
from autograder.exam.results import HandInResult
from autograder.grading.answers import lost, result_of, with_arrival
from autograder.grading.crew import Crew
from autograder.grading.facts import run_facts, write_seed
from autograder.grading.fingerprint import fingerprint, parts
from autograder.grading.opening import Class, Options, alone
from autograder.grading.overrides import checked
from autograder.grading.places import keep_places
from autograder.grading.publication import Publication, open_publication
from autograder.grading.request import ExaminerRequest
from autograder.grading.tables import write_tables
from autograder.intake import Student
from autograder.intake.names import printable_name
from autograder.isolation.inside.endings import undisturbed
from autograder.reports.class_page.identical import Identical, identical, keep_identical
from autograder.reports.files import write_student
from autograder.reports.record import is_left


class GradingWatcher(Protocol):
    """Whoever wants to see the grading go on, such as a progress bar."""

    def start(self, name: str) -> None:
        """A hand-in is begun."""

    def done(self, name: str, score: float, max_score: float) -> None:
        """A hand-in is graded."""

    def ask(self, lines: Sequence[str], question: str) -> bool:
        """Show lines, ask a person, and return the answer; false where there is nobody."""


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
        write_seed(found, kit, {})
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
                run, made_of = run_facts(found, kit, facts), parts(found.course, found.assignment.name)
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
        result = with_arrival(found, known if known and is_same else result_of(found, request, answer))
        if "lost" in answer:
            failed[result.student] = lost(answer["lost"])
        if not is_same or result != known:
            whole = publication.read(request.folder) if is_same else None
            try:
                this = with_arrival(found, whole) if whole else result
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


def _refuse_weak(crew: Crew, options: Options) -> None:
    if crew.weakness and not options.accept_weak_isolation:
        raise GradingError(f"{crew.weakness} grade on Linux with Landlock and seccomp, or add --accept-weak-isolation.")
