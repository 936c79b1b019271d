"""What happens in `unroll watch`: keys, saves and verdicts come in, and the screen follows."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.errors import UnrollError
from autograder.student.folder.reset import reset
from autograder.student.hint import Hints, next_hint
from autograder.student.memory import file_digests, note_outcomes
from autograder.student.verdict import ALL_PASS, Verdict
from autograder.student.watching.board import Board
from autograder.student.watching.checker import Begun, Broken, Event, Finished, Job
from autograder.text.sealed import Explanation, unseal

LATER = "The explanation opens when this task passes its public checks."


@dataclass
class Session:
    """One `unroll watch`, without a terminal.

    Args:
        root: the folder of exercises.
        ask: has lessons checked.
        notice: what is wrong with the folder itself, or "".
        mode: `task`, `list`, `help` or `reset` (the question).
        status: a quiet line: what was just done.
        scroll: how many lines of a long text are above the screen.
        cursor: in the list, the index of the task one is at.
        text: a hint or an explanation that the student asked for, about the current task.
        printed: what each lesson printed outside of functions, by its key.
        over: the student has quit.
    """

    root: Path
    board: Board
    ask: Callable[[list[Job]], None]
    notice: str = ""
    mode: str = "task"
    status: str = "Warming up ..."
    scroll: int = 0
    cursor: int = 0
    text: Hints | Explanation | None = None
    over: bool = False
    digests: dict[str, str] = field(default_factory=dict)
    printed: dict[str, str] = field(default_factory=dict)

    def check(self, jobs: Sequence[Job]) -> None:
        """Have lessons checked."""
        self.digests = file_digests(self.board.spots)
        self.board.outdate(jobs)
        self.ask(list(jobs))

    def saved(self, lessons: Sequence[str]) -> None:
        """Check the lessons that were saved, and go where the student works."""
        if lessons:
            before = self.board.current
            self.board.follow(lessons[0])
            self._leave_text_unless(self.board.current == before)
            self.check([self.board.job(lesson) for lesson in lessons])

    def hear(self, event: Event) -> None:
        """Take in what the checker says.

        Raises:
            BaseException: what ended the checker.
        """
        match event:
            case Verdict():
                self._leave_text_unless(not event.passes or event.address != self.board.current.address)
                self.board.add(event)
            case Begun():
                self.status = f"Checking {event.lesson} ..."
            case Finished():
                said = [f"Checked {event.lesson} at {time.strftime('%H:%M:%S')}.", *event.checked.notes]
                self.status = " ".join(said)
                self.printed[event.lesson] = event.checked.outside.get(event.lesson, "")
                note_outcomes(self.root, event.checked.results, self.digests)
            case Broken():
                self.status = event.said
            case _:
                raise event

    def _leave_text_unless(self, stays: bool) -> None:
        """Put a hint away when the task passes or another one comes."""
        if not stays:
            self._put(None)

    def _put(self, text: Hints | Explanation | None) -> None:
        self.text, self.scroll = text, 0

    def press(self, key: str) -> None:
        """Do what a key means here."""
        modes = {"list": self._press_in_list, "reset": self._press_in_question, "help": self._press_in_help}
        modes.get(self.mode, self._press)(key)

    def _press(self, key: str) -> None:
        keys: dict[str, Callable[[], None]] = {
            "n": self._next,
            "h": self._hint,
            "l": self._list,
            "c": lambda: self.check(self.board.jobs()),
            "r": self._question,
            "s": self._explain,
            "q": self._quit,
            "?": lambda: self._turn_to("help"),
            "escape": lambda: self._leave_text_unless(False),
            "j": lambda: self._scroll(1),
            "k": lambda: self._scroll(-1),
            "down": lambda: self._scroll(1),
            "up": lambda: self._scroll(-1),
        }
        if key in keys:
            keys[key]()

    def _scroll(self, by: int) -> None:
        self.scroll = max(self.scroll + by, 0)

    def _turn_to(self, mode: str) -> None:
        self.mode = mode

    def _quit(self) -> None:
        self.over = True

    def _next(self) -> None:
        self._put(None)
        if not self.board.next():
            self.status = ALL_PASS if self.board.all_pass else "This is the only task left."

    def _hint(self) -> None:
        try:
            self._put(next_hint(self.root, self.board.current.address))
        except UnrollError as error:
            self.status = str(error)

    def _explain(self) -> None:
        spot, verdict = self.board.current, self.board.verdict
        if verdict is None or not verdict.passes:
            self.status = LATER
            return
        try:
            self._put(Explanation(unseal(spot.address, spot.exercises.sealed[spot.address]).why, ""))
        except (KeyError, ValueError):
            self.status = f"The explanation of {spot.address} is damaged. `unroll init` puts it back."

    def _list(self) -> None:
        self.mode, self.cursor = "list", self.board.at

    def _press_in_list(self, key: str) -> None:
        last = len(self.board.spots) - 1
        if key in ("j", "down"):
            self.cursor = min(self.cursor + 1, last)
        elif key in ("k", "up"):
            self.cursor = max(self.cursor - 1, 0)
        elif key == "enter":
            self.board.choose(self.cursor)
            self.mode = "task"
            self._put(None)
        elif key in ("l", "q", "escape"):
            self.mode = "task"

    def _question(self) -> None:
        self.mode = "reset"

    def _press_in_question(self, key: str) -> None:
        self.mode = "task"
        if key not in ("y", "Y"):
            self.status = "Nothing was changed."
            return
        spot = self.board.current
        try:
            copy = reset(spot.exercises, spot.lesson)
        except UnrollError as error:
            self.status = str(error)
            return
        self.status = f"{spot.lesson.name}.py is the stub again." + (f" Yours is kept as {copy}." if copy else "")

    def _press_in_help(self, key: str) -> None:
        self.mode = "task"
