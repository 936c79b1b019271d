"""Grade a class: find the students, hand them to a crew, keep every result at once, and go on after a crash."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, field, replace
from typing import Any, Protocol

from autograder.errors import GradingError
from autograder.exam.results import HandInResult
from autograder.grading.answers import lost, result_of, with_arrival
from autograder.grading.cluster import Cluster
from autograder.grading.commands import command_of, keep_command
from autograder.grading.crew import Crew
from autograder.grading.facts import run_facts, write_seed
from autograder.grading.fingerprint import fingerprint, parts
from autograder.grading.opening import Class, Options, alone
from autograder.grading.overrides import checked
from autograder.grading.places import keep_places
from autograder.grading.publication import Publication, open_publication
from autograder.grading.records import STILL, Earlier, earlier_rows, kept_rows, with_kept_questions
from autograder.grading.request import ExaminerRequest
from autograder.grading.selection import mixed
from autograder.grading.shards import forget_part, keep_part
from autograder.grading.tables import write_tables
from autograder.intake import Student
from autograder.intake.names import printable_name
from autograder.isolation.inside.endings import undisturbed
from autograder.reports.class_page.identical import (
    Identical,
    identical,
    joined,
    keep_identical,
    read_identical,
    without,
)
from autograder.reports.files import write_student
from autograder.reports.marks import is_graded
from autograder.reports.record import is_left, read_student


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


@dataclass
class Grading:
    """A run under way.

    Args:
        earlier: the rows that earlier runs left, by the folder of the report.
        results: the rows that stand, likewise.
        failed: see `Graded`.
        codes: the digests of the code of each lesson, likewise.
    """

    found: Class
    publication: Publication
    earlier: Earlier
    results: dict[str, HandInResult] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    codes: dict[str, dict[str, list[str]]] = field(default_factory=dict)

    @property
    def ordered(self) -> list[HandInResult]:
        """The rows in the class's order."""
        return [self.results[one.folder] for one in self.found.students if one.folder in self.results]

    def keep(self, rows: Mapping[str, HandInResult]) -> None:
        """Let rows of earlier runs stand as they are."""
        self.results |= rows
        self.failed |= {row.student: STILL for row in rows.values() if not is_graded(row)}

    def grade_all(self, crew: Crew | Cluster, watcher: GradingWatcher) -> None:
        """Have the crew grade all that is asked, and keep each result at once."""
        requests = [self._request(student) for student in self.found.asked]
        for event, request, answer in crew.grade(requests):
            if event == "start":
                watcher.start(request.student)
                continue
            self.codes[request.folder] = answer.get("codes", {})
            result = self._take(request, answer)
            self.results[request.folder] = result.without_details()
            watcher.done(result.student, result.score, result.max_score)

    def _request(self, student: Student) -> ExaminerRequest:
        earlier = self.earlier[student.folder] if self.found.selection.is_whole else None
        is_final = earlier and earlier.student == student.student and not earlier.again
        known = earlier.digest if earlier and is_final else ""
        return ExaminerRequest(student.student, student.folder, str(student.path), known)

    def _take(self, request: ExaminerRequest, answer: dict[str, Any]) -> HandInResult:
        """Make a row of an answer; write it down, unless it is the earlier one."""
        known = self.earlier[request.folder]
        is_same = bool(answer.get("same")) and known is not None
        found = known if known and is_same else self._anew(request, answer)
        result = with_arrival(self.found, found)
        if "lost" in answer:
            self.failed[result.student] = lost(answer["lost"])
        elif not is_graded(result) and not is_same:
            self.failed[result.student] = STILL
        if not is_same or result != known:
            whole = self.publication.read(request.folder) if is_same else None
            self._write(with_arrival(self.found, whole) if whole else result)
        return result

    def _anew(self, request: ExaminerRequest, answer: dict[str, Any]) -> HandInResult:
        """Read a new result; where only some tasks are asked for, put them into the earlier one."""
        new, tasks = result_of(self.found, request, answer), self.found.selection.tasks
        known = self.earlier[request.folder]
        if not tasks or known is None:
            return new
        earlier = read_student(self.found.out, request.folder) or known
        if "lost" in answer:
            return earlier
        return mixed(replace(earlier, tasks=tuple(checked(self.found.assignment, earlier.tasks))), new, tasks)

    def _write(self, result: HandInResult) -> None:
        titles = [lesson.title for lesson in self.found.assignment.lessons]
        try:
            write_student(self.publication.place, result, titles, self.found.course.hidden_checks)
        except GradingError as error:  # the others are graded all the same
            self.failed[result.student] = str(error)

    def alike(self) -> list[Identical]:
        """Say who has the same code; of a part of a class, what earlier runs said of the others stays."""
        new = identical(self.ordered, self.codes)
        if self.found.selection.is_whole:
            return new
        was = {row.student: row.hand_in for row in self.earlier.values() if row}
        others = {one.student for one in self.ordered if one.hand_in != was.get(one.student)}
        return joined(without(read_identical(self.found.out), others), new)


def grade(found: Class, options: Options, watcher: GradingWatcher) -> Graded:
    """Grade what is not graded yet; write each result as it comes, and the class at the end or when stopped.

    Returns: the marks, in the order of the students; what else was found stands in OUT and in no memory.

    Raises:
        UsageError: only a part is to be graded, and the rest has no row.
        GradingError: the grading could not be done or was stopped; what was graded is kept.
    """
    with alone(found.out):
        forget_part(found.out)
        publication = open_publication(found.out)
        earlier = earlier_rows(found, publication)
        kept = kept_rows(found, earlier)
        run = Grading(with_kept_questions(found, kept), publication, earlier)
        run.keep(kept)
        return _grade(run, options, watcher)


def _grade(run: Grading, options: Options, watcher: GradingWatcher) -> Graded:
    started, found, publication = time.time(), run.found, run.publication
    name, kit = found.assignment.name, fingerprint(found.course, found.assignment.name, found.seed)
    settings = {"course": str(found.course.root), "assignment": name, "seed": found.seed, "fingerprint": kit}
    made_of = parts(found.course, name)
    with _crew(settings, found, options, made_of) as crew:
        write_seed(found, kit, {})
        keep_places(found.out, found.asked)
        crew.wait_until_warm()
        _refuse_weak(crew, options)
        unread = [s.student for s in found.asked if not run.earlier[s.folder] and is_left(found.out, s.folder)]
        alike: list[Identical] = []
        try:
            run.grade_all(crew, watcher)
            publication.settle(run.ordered, options.yes, watcher.ask, found.selection.has)
        except GradingError as error:
            raise GradingError(f"{error}{_without_row(run)}") from None
        finally:
            with undisturbed():
                ordered, alike = run.ordered, run.alike()
                facts = {"tier": crew.tier, "layers": crew.layers or {}, "hand_in_seconds": crew.budget}
                facts |= {"workers": crew.machines} if isinstance(crew, Cluster) else {}
                facts["seconds"] = round(time.time() - started, 1)
                run_data = run_facts(found, kit, facts)
                if publication.may_write:
                    keep_identical(found.out, alike)
                    keep_command(found.out, command_of(found, options))
                    count = len(found.students)
                    write_tables(found.out, found.assignment, ordered, count, run_data, found.people, made_of)
                    _keep_part(run)
    return Graded(ordered, run.failed, unread, alike)


def _crew(settings: dict[str, Any], found: Class, options: Options, made_of: dict[str, str]) -> Crew | Cluster:
    """Find those who grade: processes on this machine, or machines of a cluster."""
    if options.scheduler:
        return Cluster(settings, options.scheduler, found.course, made_of, options.accept_weak_isolation)
    return Crew(settings, max(1, min(options.jobs, len(found.asked))))


def _keep_part(run: Grading) -> None:
    """Keep what a merge needs, once every student of the part has a row."""
    part, students = run.found.part, run.found.students
    if part is None or len(run.ordered) < len(students):
        return
    own = {one.folder for one in students}
    people = {folder: astuple(who) for folder, who in run.found.people.items() if folder in own}
    keep_part(run.found.out, replace(part, codes=run.codes, people=people))


def _without_row(run: Grading) -> str:
    left = [printable_name(one.student) for one in run.found.students if one.folder not in run.results]
    return (
        f" Without a row: {', '.join(left[:10])}{f' and {len(left) - 10} more' if left[10:] else ''}." if left else ""
    )


def _refuse_weak(crew: Crew | Cluster, options: Options) -> None:
    if crew.weakness and not options.accept_weak_isolation:
        raise GradingError(f"{crew.weakness} grade on Linux with Landlock and seccomp, or add --accept-weak-isolation.")
