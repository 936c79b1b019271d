"""`unroll watch`: checks a lesson whenever it is saved. One screen on a terminal, plain lines elsewhere."""

import os
import queue
import sys
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console, ConsoleDimensions

from autograder.isolation.launch import one_thread
from autograder.student.exercises import lessons_of
from autograder.student.folder.notice import about_folder
from autograder.student.memory import file_digests, read_state
from autograder.student.verdict import Verdict, passed_summary
from autograder.student.watching.board import Board
from autograder.student.watching.checker import Begun, Checker, Event
from autograder.student.watching.keys import Keys, terminal_keys, write_to_terminal
from autograder.student.watching.opener import Opener, split_command
from autograder.student.watching.saves import Saves
from autograder.student.watching.screen import screen_lines
from autograder.student.watching.session import Session
from autograder.student.where import find_typed
from autograder.text.clean import one_line

TICK = 0.03  # seconds from one look at keys, files and verdicts to the next
SOON = 0.01  # where a file has just changed: whether more is written
HOME, CLEAR_LINE, CLEAR_BELOW = "\x1b[H", "\x1b[K", "\x1b[J"


def watch(start: Path, where: str, edit: str = "") -> None:
    """Check what is saved until the student quits.

    Args:
        where: what the student typed, see `where`.
        edit: the command that opens a file, see `opener`; on a terminal only.
    """
    opener = Opener(split_command(edit))
    root, spots = find_typed(start, where)
    state, digests = read_state(root), file_digests(spots)
    board = Board(spots, {spot.address for spot in spots if state.passes(spot.address, digests[spot.key])})
    saves = Saves(lessons_of(spots))
    one_thread()
    checker = Checker()
    session = Session(root, board, checker.ask, notice=" ".join(about_folder(root)))
    session.check(board.jobs())
    try:
        if _is_terminal():
            _watch_screen(session, saves, checker, opener)
        else:
            _watch_lines(session, saves, checker)
    finally:
        checker.close()


def _is_terminal() -> bool:
    # Not sys.stdout, which is turned away while checks run.
    streams = (sys.__stdin__, sys.__stdout__)
    return all(stream and stream.isatty() for stream in streams) and os.environ.get("TERM") != "dumb"


def _pause(saves: Saves) -> float:
    return SOON if saves.is_waiting else TICK


def _events(checker: Checker, seconds: float = 0.0) -> Iterator[Event]:
    """Go through what has happened; wait some seconds for the first event."""
    try:
        yield checker.events.get(timeout=seconds) if seconds else checker.events.get_nowait()
        while True:
            yield checker.events.get_nowait()
    except queue.Empty:
        return


def _watch_screen(session: Session, saves: Saves, checker: Checker, opener: Opener) -> None:
    try:
        with terminal_keys() as keys:
            _loop(session, saves, checker, keys, opener)
    except (KeyboardInterrupt, EOFError):
        pass
    write_to_terminal(f"{len(session.board.passing)} of {len(session.board.spots)} tasks pass.\n")


def _loop(session: Session, saves: Saves, checker: Checker, keys: Keys, opener: Opener) -> None:
    painter = _Painter()
    opener.follow(session)
    while not session.over:
        painter.paint(session, anew=keys.resumed)
        keys.resumed = False
        for key in keys.read(_pause(saves)):
            session.press(key)
            opener.follow(session)
        session.saved(saves.saved())
        opener.note(session)
        for event in _events(checker):
            session.hear(event)


class _Painter:
    """Draws the screen where it has changed."""

    def __init__(self) -> None:
        # rich itself leaves bold and links where colours are not wanted.
        self._console = Console(
            file=sys.__stdout__,
            color_system=None if os.environ.get("NO_COLOR") else "auto",
            highlight=False,
            markup=False,
            legacy_windows=False,
        )
        self._shown = ""

    def paint(self, session: Session, anew: bool) -> None:
        """Draw all lines, if one has changed or all are to be drawn again."""
        width, height = _size()
        self._console.size = ConsoleDimensions(width, height)
        with self._console.capture() as captured:
            for line in screen_lines(session, self._console, width, height):
                self._console.print(line, no_wrap=True, crop=True)
        text = captured.get().rstrip("\n").replace("\n", f"{CLEAR_LINE}\n")
        if anew or text != self._shown:
            write_to_terminal(f"{HOME}{text}{CLEAR_LINE}{CLEAR_BELOW}")
            self._shown = text


def _size() -> tuple[int, int]:
    try:
        size = os.get_terminal_size(sys.__stdout__.fileno() if sys.__stdout__ else 1)
    except (OSError, ValueError):
        return 80, 24
    return size.columns or 80, size.lines or 24


def _watch_lines(session: Session, saves: Saves, checker: Checker) -> None:
    """Without a terminal: a line for each task of a lesson that was saved."""
    if session.notice:
        print(session.notice, file=sys.__stdout__, flush=True)
    try:
        while True:
            for event in _events(checker, _pause(saves)):
                session.hear(event)
                _say(session, event)
            session.saved(saves.saved())
    except KeyboardInterrupt:
        return


def _say(session: Session, event: Event) -> None:
    if isinstance(event, Begun):
        return
    text = f"{session.status} {passed_summary(list(session.board.verdicts.values()))}"
    if isinstance(event, Verdict):
        text = f"{event.address} {event.state}: {event.result.message}".removesuffix(": ")
    print(one_line(text), file=sys.__stdout__, flush=True)
