"""The tree of errors.

UnrollError               one line for a person: what, where, what to do next
  CourseError             a course, lesson or marker that an author must mend
  UsageError              a path or an option that the user must mend
  GradingError            the grading itself could not be done (exit status 3)
    TooWeak                 the isolation here is weaker than it must be
    NotStarted              no process could be had for one hand-in; others may still be graded
  WorkerGone              the process that ran a student's code ended
    WorkerTimeout           it took longer than its limit
    WorkerOverflow          it asked for more memory, reply or file than its limit
    WorkerBroke             it closed the grader's channel, or wrote to it, and was ended
    WorkerCrashed           it ended by itself
      WorkerKilled            by a signal that may have come from outside
  StudentError            the student's own code raised
  StudentMissing          the student's code has no such name
Cancelled                 a KeyboardInterrupt: what was asked is no longer wanted
"""

from dataclasses import dataclass, field

LINUX_ONLY = "This needs the sandbox, which only Linux has. Use a Linux machine, WSL or a container."


class UnrollError(Exception):
    """Say in one line what is wrong, where, and what to do next."""

    exit_status = 2


class CourseError(UnrollError):
    """A course, lesson or marker that its author must mend."""


class UsageError(UnrollError):
    """A path or an option that the user must mend."""


class GradingError(UnrollError):
    """The grading itself could not be done."""

    exit_status = 3


class TooWeak(GradingError):
    """The isolation here is weaker than it must be, whoever is graded."""


class NotStarted(GradingError):
    """No process could be had for one hand-in, although it was tried several times."""


class WorkerGone(UnrollError):
    """The process that ran a student's code has ended."""

    outcome = "crashed"


class WorkerTimeout(WorkerGone):
    """A call took longer than its limit."""

    outcome = "timeout"


class WorkerOverflow(WorkerGone):
    """The student's code asked for more than its limit of memory, reply or file."""

    outcome = "overflow"


class WorkerBroke(WorkerGone):
    """The student's code closed the grader's channel or wrote to it, and the grader ended the worker."""


class WorkerCrashed(WorkerGone):
    """The worker's process ended, and the grader had not ended it."""


class WorkerKilled(WorkerCrashed):
    """It ended by a signal that may have come from outside: too little memory, an administrator."""


def place_in(line: int | None, cell: int | None) -> str:
    """Name a line of a lesson, such as `cell 3, line 2`; a `.py` file has no cells."""
    return ", ".join(part for part in (f"cell {cell}" if cell else "", f"line {line}" if line else "") if part)


@dataclass(frozen=True)
class Note:
    """A statement of a lesson's top level that raised; the rest was run.

    Args:
        kind: the exception's class name.
        text: its message, shortened.
        line: counted from 1.
        cell: the notebook cell that the line belongs to, counted from 1, or None.
        bound: the names that it would have given a value to; None where that may be any name.
    """

    kind: str
    text: str
    line: int
    cell: int | None = None
    bound: tuple[str, ...] | None = None

    @property
    def place(self) -> str:
        return place_in(self.line, self.cell)


@dataclass(frozen=True)
class Frame:
    """One line of the student's in a traceback.

    Args:
        lesson: the name of the lesson whose file it is.
        where: qualified name of the function.
        line: counted from 1.
        cell: the notebook cell that the line belongs to, counted from 1, or None.
        source: the text of the line.
    """

    lesson: str
    where: str
    line: int
    cell: int | None
    source: str


@dataclass
class StudentError(UnrollError):
    """The student's own code raised.

    Args:
        kind: the exception's class name.
        text: the exception's message, shortened.
        kinds: the names of all its base classes.
        where: qualified name of the innermost function of the student's, or "".
        line: the line of the student's file, or None.
        cell: the notebook cell that the line belongs to, counted from 1, or None.
        source: the text of that line.
        stage: the call that was made, such as `rnn_cell`.
        frames: the student's own lines that led there, the innermost last.
        advice: what else helps, in a sentence, or "".
        in_probe: no line of the student's led there, but one of a probe, which went on with what the student's code
            had returned.
    """

    kind: str
    text: str = ""
    kinds: tuple[str, ...] = field(default=())
    where: str = ""
    line: int | None = None
    cell: int | None = None
    source: str = ""
    stage: str = ""
    frames: tuple[Frame, ...] = ()
    advice: str = ""
    in_probe: bool = False

    def __str__(self) -> str:
        said = f": {self.text.strip().splitlines()[0]}" if self.text.strip() else "."
        fact = f"{self._what()} {self.kind}{said}{self.place()}"
        return f"{fact}{'' if fact.endswith('.') else '.'} {self.advice}" if self.advice else fact

    def _what(self) -> str:
        if self.in_probe:
            return "With your code the check met"
        return f"{self.stage or 'Your code'} raised"

    def place(self) -> str:
        """Name the student's line, such as ` (line 12: h = x @ w)`."""
        if self.line is None:
            return ""
        return f" ({place_in(self.line, self.cell)}: {self.source.strip()})"


@dataclass
class StudentMissing(UnrollError):
    """The student's code has no such name.

    Args:
        name: what was looked for.
        why: the note that explains it, such as a syntax error with its line, or "".
    """

    name: str
    why: str = ""

    def __str__(self) -> str:
        return f"{self.name} is not defined{': ' + self.why if self.why else '.'}"


class Cancelled(KeyboardInterrupt):
    """What was asked is no longer wanted. pytest lets it through, as it lets Ctrl-C through."""
