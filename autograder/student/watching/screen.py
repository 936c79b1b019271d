"""The one screen of `unroll watch`, as lines that fit the terminal. Nothing here reads a key or a file."""

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from autograder.student.exercises import Spot
from autograder.student.hint import Hints
from autograder.student.listing import NOT_CHECKED, OLD
from autograder.student.place import place_link
from autograder.student.progress import bar_and_words, progress_of, small_bars
from autograder.student.show import frame_lines, printed, sentences, state
from autograder.student.verdict import ALL_PASS, Verdict, not_covered
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
LEAST_BODY = 3
MUCH_BODY = 10
FROM_BEFORE = "From an earlier check:"


def screen_lines(session: Session, console: Console, width: int, height: int) -> list[Text]:
    """Make the lines of the screen, at most `height` of them and none wider than `width`."""
    head, foot = _wrapped(_head(session, width), console, width), [_status(session), _keys(session, width)]
    if len(head) + len(foot) + MUCH_BODY > height:
        head = _wrapped(_head(session, width, with_assignments=False), console, width)
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


def _head(session: Session, width: int, with_assignments: bool = True) -> Iterator[Text]:
    board = session.board
    *each, of_all = progress_of(board.spots, board.passes)
    yield bar_and_words(of_all, f"{of_all.passing} of {of_all.total} tasks pass", width)
    if each and with_assignments:
        yield small_bars(each, width)
    yield Text.assemble((board.current.address, "bold"), "  ", _state(board, board.current))
    yield _file(board.current, board.verdict)
    yield Text(", ".join(_in_words(board, spot) for spot in board.siblings()), style="dim")
    if session.notice:
        yield Text(session.notice, style="yellow")
    yield Text()


def _in_words(board: Board, spot: Spot) -> str:
    return f"{spot.task.name} {_state(board, spot).plain}"


def _state(board: Board, spot: Spot) -> Text:
    found = _last_state(board, spot)
    return found.append(OLD, style="dim") if spot.address in board.old else found


def _last_state(board: Board, spot: Spot) -> Text:
    verdict = board.verdicts.get(spot.address)
    if verdict is not None:
        return state(verdict)
    return Text("passing", style="green") if board.passes(spot) else Text(NOT_CHECKED, style="dim")


def _file(spot: Spot, verdict: Verdict | None) -> Text:
    """Name the current file, as short as it can be, so that a click opens it."""
    return place_link(spot.file, verdict.line if verdict and not verdict.cell else None)


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
    if session.board.current.address in session.board.old and verdict is not None:
        yield Text(FROM_BEFORE, style="dim")
    yield from _verdict(session.board, verdict)
    if isinstance(session.text, Hints):
        yield from _hints(session.text)
    if verdict is not None and not verdict.passes:
        yield from _traces(verdict)
    lesson = session.board.current.key
    if session.printed.get(lesson):
        yield Text()
        yield from printed(session.printed[lesson], f"{lesson} printed:")


def _verdict(board: Board, verdict: Verdict | None) -> Iterator[Text]:
    if verdict is None:
        return
    if verdict.passes:
        yield Text(f"All public checks of {verdict.task.name} pass.", style="green")
        yield from (Text(one_line(line), style="dim") for line in not_covered([verdict]))
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
