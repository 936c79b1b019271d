"""The results of grading as plain data: one record for each test, task and hand-in."""

import json
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

from autograder.exam.evidence import Curve, Excerpt, Panel
from autograder.exam.public_case import Difference, PublicCase
from autograder.text.clean import printable

MOST_BYTES = 400_000  # of a record: all files of a class of 10,000 have room on a disk
MOST_NOTES = 100
MOST_SAID = 300  # characters of a sentence that is kept for the class's last lines
LONGEST = (4096, 1000, 250, 60)  # characters of one text: the first that makes a record small enough
CAUSE = " Likely cause: "
EVIDENCE: dict[str, Any] = {"curves": Curve, "excerpts": Excerpt, "cases": PublicCase, "differences": Difference}
OUTCOMES = ("rejected", "missing", "crashed", "timeout", "overflow", "failed", "passed")


@dataclass(frozen=True)
class TestResult:
    """One test of one hand-in.

    Args:
        name: what the test checks, as a sentence without `test_`.
        score, max_score: its share of the task's points.
        message: one sentence for the student, or "".
    """

    __test__ = False

    lesson: str
    task: str
    name: str
    outcome: str
    score: float
    max_score: float
    message: str = ""
    weight: float = 1.0
    core: bool = False


@dataclass(frozen=True)
class TaskResult:
    """One task of one hand-in.

    Args:
        lesson: the lesson's key, such as `sine/cell`.
        outcome: the first of `OUTCOMES` that any of its tests had.
        mistake: the catalogue id of the recognised mistake, or "".
        fact: what was found, or "".
        cause: the sentence of the recognised mistake, or "".
        curves: what its trainings returned.
        excerpts: the student's own code of it, where it does not pass and that is known.
        cases: the public check that shows best what is wrong, where it fails and that was asked for.
        differences: own minus expected in a public check that fails, where it can be drawn.
        checked: the points that the checks gave, where a person gave others; else None.
        by_hand: what a person says of the points, in sentences, or "".
    """

    lesson: str
    task: str
    score: float
    max_score: float
    outcome: str
    mistake: str = ""
    fact: str = ""
    cause: str = ""
    curves: tuple[Curve, ...] = ()
    excerpts: tuple[Excerpt, ...] = ()
    cases: tuple[PublicCase, ...] = ()
    differences: tuple[Difference, ...] = ()
    checked: float | None = None
    by_hand: str = ""

    @property
    def told(self) -> str:
        """The message, and what a person says of the points."""
        return f"{self.message} {self.by_hand}".strip()

    @property
    def message(self) -> str:
        """The fact, and the likely cause where one is known."""
        return f"{self.fact}{_likely(self.cause)}"

    def to_json(self) -> dict[str, Any]:
        """Turn into plain data: the whole message, and of it the cause."""
        data = asdict(self)
        del data["fact"]
        return {**data, "message": self.message}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Read what `to_json` made; of an older record, which names no cause, the message is all fact."""
        rest = {key: value for key, value in data.items() if key != "message"}
        return cls.from_record({**rest, "fact": data["message"].removesuffix(_likely(data.get("cause", "")))})

    @classmethod
    def from_record(cls, data: dict[str, Any]) -> Self:
        """Read what `dataclasses.asdict` made, and JSON kept.

        Raises:
            ValueError, KeyError, TypeError: it is something else.
        """
        if not all(isinstance(data.get(key, []), (list, tuple)) for key in EVIDENCE):
            raise ValueError("no list")
        kept = {key: tuple(kind.from_json(one) for one in data.get(key, ())) for key, kind in EVIDENCE.items()}
        return cls(**{**data, **kept})

    @property
    def evidence(self) -> tuple[Curve | Excerpt | PublicCase | Difference, ...]:
        """All that is kept beside the verdict."""
        return (*self.curves, *self.excerpts, *self.cases, *self.differences)

    def without_details(self) -> Self:
        """Keep the marks and a short message."""
        short = self.message[: LONGEST[-1]]
        return replace(self, fact=short, cause="", curves=(), excerpts=(), cases=(), differences=())


def _likely(cause: str) -> str:
    return f"{CAUSE}{cause}" if cause else ""


@dataclass(frozen=True)
class HandInResult:
    """Everything that was found out about one hand-in.

    Args:
        student: the name as given.
        folder: the name on disk, safe as a file name.
        digest: SHA-256 of the hand-in and of the kit that graded it.
        output: what the student's code printed, by lesson key, shortened and cleaned.
        notes: sentences about the hand-in itself (two files for one lesson, a dropped cell).
        seconds: wall clock.
        again: whether a later run grades it again, the same as it is: something from outside may have ended a worker.
        arrival: what was done to read the files as lessons; kept with the marks.
        kept: the share of the points that is kept after the deadline, from 0 to 1.
        late: what the deadline does, in a sentence, or "".
        collected: what was said when the hand-in was collected, or "".
        unread: files that nobody could read, or that count as no lesson while one is missing; a sentence each.
        panels: the numbers of the course's pictures, as the student's code returned them.
        hand_in: SHA-256 of the hand-in alone, or "" where that is not known.
    """

    student: str
    folder: str
    digest: str
    tasks: tuple[TaskResult, ...]
    tests: tuple[TestResult, ...] = ()
    output: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    again: bool = False
    arrival: tuple[str, ...] = ()
    kept: float = 1.0
    late: str = ""
    collected: str = ""
    unread: tuple[str, ...] = ()
    panels: tuple[Panel, ...] = ()
    hand_in: str = ""

    @property
    def score(self) -> float:
        return self.before * self.kept

    @property
    def before(self) -> float:
        """The points before what being late costs."""
        return sum(task.score for task in self.tasks)

    @property
    def max_score(self) -> float:
        return sum(task.max_score for task in self.tasks)

    def without_details(self) -> Self:
        """Keep the marks alone: what a class of any size can hold in memory."""
        tasks = tuple(task.without_details() for task in self.tasks)
        return replace(self, tasks=tasks, tests=(), output={}, notes=(), panels=())

    def to_json(self) -> dict[str, Any]:
        """Turn into plain data for `json.dumps`; `asdict` would copy every number of every picture."""
        flat = {key: [dict(vars(one)) for one in getattr(self, key)] for key in ("tests", "panels")}
        return {**vars(self), **flat, "tasks": [task.to_json() for task in self.tasks], "output": dict(self.output)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Read what `to_json` made."""
        parts: dict[str, Any] = {
            "tasks": tuple(TaskResult.from_json(task) for task in data["tasks"]),
            "tests": tuple(TestResult(**test) for test in data["tests"]),
            "notes": tuple(data["notes"]),
            "arrival": tuple(data.get("arrival", ())),
            "unread": tuple(data.get("unread", ())),
            "panels": tuple(Panel.from_json(panel) for panel in data.get("panels", ())),
        }
        return cls(**{**data, **parts})


def small_enough(result: HandInResult) -> HandInResult:
    """Make all texts printable, and cut them until the whole record has at most `MOST_BYTES` as JSON."""
    for longest in LONGEST:
        shorter = _with_texts(result, longest)
        if len(json.dumps(shorter.to_json())) <= MOST_BYTES:
            break
    return shorter


def _with_texts(result: HandInResult, longest: int) -> HandInResult:
    left_out = len(result.notes) - MOST_NOTES
    notes = [*result.notes[:MOST_NOTES], *([f"{left_out} more notes are left out."] if left_out > 0 else [])]
    return replace(
        result,
        tasks=tuple(_with_short_texts(task, longest) for task in result.tasks),
        tests=tuple(replace(test, message=printable(test.message, longest)) for test in result.tests),
        output={lesson: printable(text, longest) for lesson, text in result.output.items()},
        notes=tuple(printable(note, longest) for note in notes),
        arrival=tuple(printable(note, min(longest, MOST_SAID)) for note in result.arrival),
        unread=tuple(printable(note, min(longest, MOST_SAID)) for note in result.unread[:MOST_NOTES]),
    )


def _with_short_texts(task: TaskResult, longest: int) -> TaskResult:
    return replace(
        task,
        fact=printable(task.fact, longest),
        cause=printable(task.cause, longest),
        excerpts=tuple(one.shortened(longest) for one in task.excerpts),
        cases=tuple(one.shortened(longest) for one in task.cases),
        differences=tuple(one.shortened(longest) for one in task.differences) if longest > LONGEST[1] else (),
    )
