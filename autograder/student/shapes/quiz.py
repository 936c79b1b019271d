"""`unroll shapes`: before coding, which shapes have the arguments and the results? Optional, left at any time."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from textwrap import fill

from rich.console import Console
from rich.text import Text

from autograder.course.model import Lesson, Task
from autograder.course.task import Shape
from autograder.errors import UsageError
from autograder.student.exercises import Spot
from autograder.student.memory import change_state, read_state
from autograder.student.shapes.axes import Axes, Unknown, read_axes, what_is_right, what_is_wrong
from autograder.student.where import find_typed
from autograder.text.clean import one_line
from autograder.text.console import own_console

HOW = "Answer with letters, such as N, T, D; () is a plain number. Enter skips, q leaves."
NOT_KEPT = "This could not be noted down, so the next call asks for all of it again."
NO_INPUT = "No answers came. In a terminal they are typed; elsewhere they are read from the input, one a line."
TRIES = 2


@dataclass(frozen=True)
class ShapeQuestion:
    """Which shape has this argument, or this result?

    Args:
        address: of the task.
        role: `takes` or `returns`.
        letters: what each letter stands for that the lesson uses.
        symbols: all that an axis may be called.
    """

    address: str
    role: str
    shape: Shape
    letters: Mapping[str, str]
    symbols: frozenset[str]

    @property
    def same(self) -> tuple[str, str, Axes]:
        """What a lesson asks for only once: a name that has the same shape in several tasks."""
        return self.address.rpartition(":")[0], self.shape.name, self.shape.axes


class End(Enum):
    """How a question ended."""

    RIGHT = auto()
    SKIPPED = auto()
    TOLD = auto()
    LEFT = auto()


def questions_of(spots: Sequence[Spot]) -> list[ShapeQuestion]:
    """List the questions of some tasks, in order."""
    return [
        ShapeQuestion(spot.address, role, shape, *_alphabet(spot.lesson, spot.exercises.letters))
        for spot in spots
        for role, shapes in (("takes", spot.task.takes), ("returns", spot.task.returns))
        for shape in shapes
    ]


def _alphabet(lesson: Lesson, letters: Mapping[str, str]) -> tuple[dict[str, str], frozenset[str]]:
    used = {axis for task in lesson.tasks for shape in _shapes(task) for axis in shape.axes if not axis.isdecimal()}
    return {letter: letters[letter] for letter in letters if letter in used}, frozenset({*letters, *used})


def _shapes(task: Task) -> Iterator[Shape]:
    yield from (*task.takes, *task.returns)


def ask_shapes(start: Path, where: str, again: bool) -> None:
    """Ask for the shapes that were not answered before, and remember each as soon as it is.

    Args:
        where: what the student typed, see `where`.
        again: ask for all of them.

    Raises:
        UsageError: there are no such tasks, or nothing is to be asked for there.
    """
    root, spots = find_typed(start, where)
    questions = questions_of(spots)
    if not questions:
        address = where.strip()
        raise UsageError(f"{address}: there are no shapes to ask for. Try a whole lesson, or `unroll check {address}`.")
    talk = Talk(own_console(), root)
    before = {} if again else read_state(talk.root).shapes
    answered = {one.same for one in questions if one.shape.name in before.get(one.address, ())}
    if {one.same for one in questions} <= answered:
        talk.say("All shapes here were answered before. To be asked again, add --again.")
        return
    try:
        talk.ask_all(questions, answered)
    except KeyboardInterrupt:
        talk.say("")
    talk.sum_up({one.same for one in questions}, answered)


class Talk:
    """Questions and answers on a console.

    Args:
        root: the student's folder, which remembers the answers.
    """

    def __init__(self, console: Console, root: Path) -> None:
        self.root = root
        self._console = console
        self._is_kept = True
        self._heard_nothing = True

    def say(self, text: str, indent: int = 0, style: str = "") -> None:
        """Print some lines."""
        margin = " " * indent
        wrapped = fill(one_line(text), self._console.width, initial_indent=margin, subsequent_indent=margin)
        self._console.print(Text(wrapped, style=style))

    def ask_all(self, questions: Sequence[ShapeQuestion], answered: set[tuple[str, str, Axes]]) -> None:
        """Ask one question after the other until the student leaves; add what is answered to `answered`."""
        self.say(HOW)
        place: tuple[str, ...] = ()
        for question in questions:
            if question.same in answered:
                continue
            place = self._introduce(question, place)
            end = self._ask(question)
            if end is End.LEFT:
                return
            if end is End.RIGHT:
                answered.add(question.same)
                self._remember(question)

    def _introduce(self, question: ShapeQuestion, place: tuple[str, ...]) -> tuple[str, ...]:
        """Say what is asked for where it differs from the question before."""
        here = question.same[0], question.address, question.role
        if here[:1] != place[:1]:
            self.say("")
            self.say(", ".join(f"{letter}: {meaning}" for letter, meaning in question.letters.items()), style="dim")
        if here != place:
            self.say("")
            self.say(f"{question.address} {question.role}", style="bold")
        return here

    def _ask(self, question: ShapeQuestion) -> End:
        wrong = 0
        while wrong < TRIES:
            text = self._hear(f"  {question.shape.name}: ")
            if text is None or text.strip().lower() in ("q", "quit"):
                return End.LEFT
            if not text.strip():
                return End.SKIPPED
            try:
                given = read_axes(text, question.symbols)
            except Unknown as error:
                self.say(f"{error.word} is no letter here. There is: {_listed(question.symbols)}, and numbers.", 4)
                continue
            if given == question.shape.axes:
                return End.RIGHT
            wrong += 1
            tell = what_is_right(given, question.shape) if wrong == TRIES else self._wrong(given, question)
            self.say(f"{tell} {question.shape.about}", 4)
        return End.TOLD

    def _wrong(self, given: Axes, question: ShapeQuestion) -> str:
        return what_is_wrong(given, question.shape, question.letters)

    def _hear(self, prompt: str) -> str | None:
        """Read an answer; None where the student leaves or the input ends."""
        try:
            text = input(prompt)
        except (EOFError, KeyboardInterrupt, RuntimeError):
            print()
            return None
        except UnicodeDecodeError:
            text = "?"
        self._heard_nothing = False
        if not sys.stdin.isatty():
            print(one_line(text))  # as it stands where somebody types
        return text

    def _remember(self, question: ShapeQuestion) -> None:
        name = question.shape.name
        kept = change_state(self.root, lambda state: state.shapes.setdefault(question.address, set()).add(name))
        self._is_kept = self._is_kept and kept

    def sum_up(self, asked: set[tuple[str, str, Axes]], answered: set[tuple[str, str, Axes]]) -> None:
        """Say how many are answered, and how to go on."""
        if self._heard_nothing and not _is_terminal():
            self.say(NO_INPUT)
            return
        self.say("")
        left = " The others are asked for next time." if asked - answered else ""
        self.say(f"{len(asked & answered)} of {len(asked)} shapes answered.{left} To write the code: unroll watch")
        if not self._is_kept:
            self.say(NOT_KEPT, style="dim")


def _is_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


def _listed(symbols: frozenset[str]) -> str:
    return ", ".join(sorted(symbols, key=lambda symbol: (len(symbol), symbol)))
