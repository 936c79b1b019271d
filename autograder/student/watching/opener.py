"""Open the lesson one goes to in an editor, where `unroll watch --edit` asks for it."""

import shlex
import subprocess
from collections.abc import Sequence
from pathlib import Path

from autograder.errors import UsageError
from autograder.student.watching.session import Session


def split_command(command: str) -> list[str]:
    """Split a command as a shell does.

    Raises:
        UsageError: a quote is never closed.
    """
    try:
        return shlex.split(command)
    except ValueError as error:
        raise UsageError(f"--edit {command}: {error}. Close the quotes.") from None


def filled(command: Sequence[str], file: Path, line: int) -> list[str]:
    """Put file and line where `{file}` and `{line}` stand; without them the file comes last."""
    named = [word.replace("{file}", str(file)).replace("{line}", str(line)) for word in command]
    return named if any("{file}" in word for word in command) else [*named, str(file)]


class Opener:
    """Runs the command whenever the student goes to another file; not when an own save has led there.

    Args:
        command: what to run, as words; without any nothing is opened.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._at = ""
        self.running: list[subprocess.Popen[bytes]] = []

    def follow(self, session: Session) -> None:
        """Open the current file, if it was not the current one before."""
        was = self._at
        self.note(session)
        if self._command and self._at != was:
            self._open(session)

    def note(self, session: Session) -> None:
        """Take the current file for open."""
        self._at = session.board.current.lesson.key

    def _open(self, session: Session) -> None:
        spot, verdict = session.board.current, session.board.verdict
        line = verdict.line if verdict and verdict.line else 1
        command = filled(self._command, spot.file.absolute(), line)
        nowhere = subprocess.DEVNULL  # what it says would spoil the screen
        self.running = [process for process in self.running if process.poll() is None]
        try:
            self.running.append(subprocess.Popen(command, stdin=nowhere, stdout=nowhere, stderr=nowhere))
        except OSError as error:
            session.status = f"--edit: {command[0]} cannot be run ({error.strerror}). Is it installed?"
