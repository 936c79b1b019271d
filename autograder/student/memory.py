"""What a student's folder remembers, in plain text: hints that were given, shapes that were answered, what the last
checks found.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.errors import GradingError
from autograder.exam.results import OUTCOMES, TaskResult
from autograder.intake.hand_in import Unfit
from autograder.intake.notebook import code_cells
from autograder.intake.text import decode
from autograder.isolation.limits import Limits
from autograder.student.exercises import DIGITS, SUFFIXES, Spot
from autograder.text.files import cannot_write, write_atomically

OWN = ".unroll"
FILE = "state.txt"
HEADER = (
    "# Written by unroll; do not edit. Without this file hints and shapes begin anew and no task counts as checked."
)


@dataclass(frozen=True)
class Last:
    """What the last check of a task found.

    Args:
        outcome: one of `exam.results.OUTCOMES`.
        digest: of the lesson's file at that time; with another file the outcome is not known.
    """

    outcome: str
    digest: str


@dataclass
class State:
    """What is known of each task, by its address, and which notes about this system were shown.

    Args:
        shapes: the names of the arguments and results whose shape was answered.
    """

    hints: dict[str, int] = field(default_factory=dict)
    shapes: dict[str, set[str]] = field(default_factory=dict)
    last: dict[str, Last] = field(default_factory=dict)
    said: set[str] = field(default_factory=set)

    def passes(self, address: str, digest: str) -> bool:
        """Tell whether a task is known to pass as its lesson's file now stands."""
        return self.last.get(address) == Last("passed", digest)


def digest_of(data: bytes) -> str:
    """Return the first digits of a file's SHA-256; line ends of Windows do not count."""
    return hashlib.sha256(data.replace(b"\r\n", b"\n")).hexdigest()[:DIGITS]


def file_digests(spots: Sequence[Spot]) -> dict[str, str]:
    """Make the digest of each lesson's file, by the lesson's key; "none" where there is no file to read.

    Of a notebook, its code alone counts.
    """
    files = {spot.key: spot.file for spot in spots}
    return {key: _digest(file) for key, file in files.items()}


def _digest(file: Path) -> str:
    try:
        cells = notebook_code(file)
        return digest_of(file.read_bytes() if cells is None else json.dumps(cells).encode())
    except OSError:
        return "none"


def notebook_code(file: Path) -> tuple[str, ...] | None:
    """Read the code of a notebook, which running it does not change as it changes its outputs.

    Returns: its cells, or None where it is no notebook that can be read.

    Raises:
        OSError: it cannot be opened.
    """
    if file.suffix != SUFFIXES[1]:
        return None
    try:
        return code_cells(file.name, decode(file.name, file.read_bytes()), Limits().source_bytes)[0]
    except Unfit:
        return None


def read_state(root: Path) -> State:
    """Read what is remembered in a folder of exercises; what cannot be read is forgotten without a word."""
    state = State()
    try:
        lines = (root / OWN / FILE).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return state
    for line in lines:
        _take(state, line)
    return state


def _take(state: State, line: str) -> None:
    # The address stands last, since a student's folder may have a space in its name.
    match line.split(" ", 1):
        case ["hints", rest] if (words := rest.split(" ", 1))[0].isdecimal() and len(words) == 2:
            state.hints[words[1]] = int(words[0])
        case ["shapes", rest] if len(words := rest.split(" ", 1)) == 2:
            state.shapes[words[1]] = set(words[0].split(","))
        case ["said", rest]:
            state.said.add(rest)
        case [outcome, rest] if outcome in OUTCOMES and " " in rest:
            digest, address = rest.split(" ", 1)
            state.last[address] = Last(outcome, digest)


def _lines(state: State) -> Iterator[str]:
    yield HEADER
    yield from (f"said {missing}" for missing in sorted(state.said))
    for address, count in state.hints.items():
        yield f"hints {count} {address}"
    for address, names in state.shapes.items():
        yield f"shapes {','.join(sorted(names))} {address}"
    for address, last in state.last.items():
        yield f"{last.outcome} {last.digest} {address}"


def change_state(root: Path, change: Callable[[State], None]) -> bool:
    """Read the state anew, change it and write it whole.

    Returns: whether it could be written; a folder that cannot be written to is no reason to stop.
    """
    state = read_state(root)
    change(state)
    try:
        memory_folder(root)
        write_atomically(root / OWN / FILE, "".join(f"{line}\n" for line in _lines(state)))
    except GradingError:
        return False
    return True


def memory_folder(root: Path, advice: str = "") -> Path:
    """Make the folder that holds what the kit itself remembers.

    Raises:
        GradingError: it cannot be made.
    """
    folder = root / OWN
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error, advice) from None
    return folder


def note_outcomes(root: Path, results: Sequence[TaskResult], digests: Mapping[str, str]) -> list[str]:
    """Remember what was found.

    Args:
        digests: of the lessons' files, taken before they were checked, by key.

    Returns: the addresses of the tasks that pass and did not when they were checked last; none if nothing can be kept.
    """
    found = {f"{one.lesson}:{one.task}": Last(one.outcome, digests[one.lesson]) for one in results}
    before = read_state(root).last
    new = [address for address, last in found.items() if last.outcome == "passed" != _outcome(before, address)]
    return new if change_state(root, lambda state: state.last.update(found)) else []


def _outcome(last: Mapping[str, Last], address: str) -> str:
    return last[address].outcome if address in last else ""
