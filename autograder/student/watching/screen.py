"""The one screen of `unroll watch`, as lines that fit the terminal. Nothing here reads a key or a file."""

from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.style import Style
from rich.text import Text

from autograder.student.exercises import Spot
from autograder.student.hint import Hints
from autograder.student.show import frame_lines, printed, sentences, state
from autograder.student.verdict import ALL_PASS, Verdict
from autograder.student.watching.board import Board
from autograder.student.watching.session import Session
from autograder.text.clean import one_line, printable
from autograder.text.sealed import Explanation

KEYS = (
    ("n", "next"),
    ("h", "hint"),
    ("l", "list"),
    ("c", "check all"),
    ("r", "reset"),
    ("s", "explanation"),
    ("q", "quit"),
    ("?", "help"),
)
HELP = """\
unroll watch checks a lesson whenever you save it. It stays with your task until you go on.

n  go to the next task that does not pass
h  show a hint; each press shows one more
l  list all tasks; j, k or the arrows move, Enter chooses
c  check all lessons
j, k  move a long text down and up
r  reset this lesson: its file becomes the stub again, yours is kept beside it
s  read why it works, once the task passes
q  quit; so does Ctrl-C
Saving another lesson goes to that lesson. Any key closes this."""
BAR = 30
LEAST_BODY = 3


def screen_lines(session: Session, console: Console, width: int, height: int) -> list[Text]:
    """Make the lines of the screen, at most `height` of them and none wider than `width`."""
    head, foot = _wrapped(_head(session, width), console, width), [_status(session), _keys(session, width)]
    if len(head) + len(foot) + LEAST_BODY > height:
        head, foot = head[: max(height - LEAST_BODY - 1, 1)][:2], foot[1:]
    room = max(height - len(head) - len(foot), 0)
    body = _list(session, room) if session.mode == "list" else _wrapped(_body(session), console, width)
    body = _cut(body, room, session.scroll if session.mode == "task" else 0)
    blank = [Text()] * (room - len(body))
    shown = [*head, *body, *blank, *foot][:height]
    for line in shown:
        line.truncate(width, overflow="ellipsis")
    return shown


def _wrapped(texts: Iterator[Text], console: Console, width: int) -> list[Text]:
    """Break long lines, and keep their indent."""
    found: list[Text] = []
    for text in texts:
        indent = len(text.plain) - len(text.plain.lstrip(" "))
        rest = text[indent:] if indent else text
        broken = rest.wrap(console, max(width - indent, 10)) if text.plain.strip() else [Text()]
        found += [Text.assemble(" " * indent, line) if indent else line for line in broken]
    return found


def _cut(body: list[Text], room: int, scroll: int) -> list[Text]:
    """Keep what there is room for, and say how much there is below."""
    if len(body) <= room:
        return body
    first = min(scroll, len(body) - room)
    left = len(body) - first - room
    shown = body[first : first + room]
    return [*shown[:-1], Text(f"[{left + 1} more lines: j, k]", style="dim")] if left and room else shown


def _head(session: Session, width: int) -> Iterator[Text]:
    board = session.board
    yield _progress(len(board.passing), len(board.spots), width)
    yield Text.assemble((board.current.address, "bold"), "  ", _state(board, board.current))
    yield _file(board.current, board.verdict)
    yield Text(", ".join(_in_words(board, spot) for spot in board.siblings()), style="dim")
    yield Text()


def _progress(passing: int, count: int, width: int) -> Text:
    """Draw a bar, as long as there is room for it beside the words."""
    words = f"{passing} of {count} tasks pass"
    bar = min(BAR, width - len(words) - len("[]  "))
    full = round(bar * passing / count)
    return Text.assemble("[", ("#" * full, "green"), "-" * (bar - full), f"]  {words}") if bar > 0 else Text(words)


def _in_words(board: Board, spot: Spot) -> str:
    return f"{spot.task.name} {_state(board, spot).plain}"


def _state(board: Board, spot: Spot) -> Text:
    verdict = board.verdicts.get(spot.address)
    if verdict is not None:
        return state(verdict)
    return Text("passing", style="green") if board.passes(spot) else Text("not checked", style="dim")


def _file(spot: Spot, verdict: Verdict | None) -> Text:
    """Name the current file, as short as it can be, so that a click opens it."""
    file = spot.file
    here = Path.cwd()
    name = one_line(str(file.relative_to(here) if file.is_relative_to(here) else file))
    line = f":{verdict.line}" if verdict is not None and verdict.line and not verdict.cell else ""
    return Text(f"{name}{line}", style=Style(link=file.absolute().as_uri()))


def _status(session: Session) -> Text:
    if session.mode == "reset":
        question = f"Reset {session.board.current.lesson.name}.py to the stub? A copy of yours is kept. y/N "
        return Text(question, style="bold")
    return Text(one_line(session.status, 300), style="dim")


def _keys(session: Session, width: int) -> Text:
    if session.mode == "list":
        return Text("j k move  Enter choose  l back")
    text = "  ".join(f"{key} {word}" for key, word in KEYS)
    return Text(text if len(text) <= width else " ".join(key for key, _ in KEYS))


def _body(session: Session) -> Iterator[Text]:
    if session.mode == "help":
        yield from map(Text, HELP.split("\n"))
        return
    if isinstance(session.text, Explanation):
        yield from _explanation(session.text, session.board.current.address)
        return
    verdict = session.board.verdict
    yield from _verdict(session.board, verdict)
    if isinstance(session.text, Hints):
        yield from _hints(session.text)
    if verdict is not None and not verdict.passes:
        yield from _traces(verdict)


def _verdict(board: Board, verdict: Verdict | None) -> Iterator[Text]:
    if verdict is None:
        return
    if verdict.passes:
        yield Text(f"All public checks of {verdict.task.name} pass.", style="green")
        yield Text(ALL_PASS if board.all_pass else "n goes to the next task, s explains why it works.")
        return
    for line, style in sentences(verdict):
        yield Text(line, style=style)
    if verdict.is_unwritten:
        yield Text("Write it in the file above, and save. h gives a hint.")


def _hints(hints: Hints) -> Iterator[Text]:
    for number, hint in hints.numbered:
        yield Text()
        yield Text.assemble((f"Hint {number} of {hints.total}: ", "cyan"), hint)


def _traces(verdict: Verdict) -> Iterator[Text]:
    if verdict.frames and not verdict.is_unwritten:
        yield Text()
        for frame in verdict.frames:
            yield from map(Text, frame_lines(verdict, frame))
    if verdict.printed.strip():
        yield Text()
        yield from printed(verdict.printed, "It printed:")


def _explanation(explanation: Explanation, address: str) -> Iterator[Text]:
    yield Text("Why it works:", style="bold")
    for paragraph in printable(explanation.why).split("\n\n"):
        yield Text(" ".join(paragraph.split()))
        yield Text()
    yield Text(f"Is there another way to write it? unroll explain {address}")  # a lock needs a run of the code
    yield Text("Escape closes this.", style="dim")


def _list(session: Session, room: int) -> list[Text]:
    """Show the part of the list that the cursor is in."""
    board, first = session.board, 0
    if len(board.spots) > room:
        first = min(max(session.cursor - room // 2, 0), len(board.spots) - room)
    width = max(len(spot.address) for spot in board.spots)
    return [
        Text.assemble("> " if index == session.cursor else "  ", f"{spot.address:<{width}}  ", _state(board, spot))
        for index, spot in enumerate(board.spots)
    ][first : first + room]
