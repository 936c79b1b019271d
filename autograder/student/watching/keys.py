"""Single keys from a terminal, and the terminal as it was before, whatever happens."""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator
from types import FrameType
from typing import Protocol

ENTER_SCREEN, LEAVE_SCREEN = "\x1b[?1049h\x1b[?25l", "\x1b[H\x1b[J\x1b[?25h\x1b[?1049l"
ESCAPE = "\x1b"
ESCAPE_SECONDS = 0.05
NAMES = {"\r": "enter", "\n": "enter", ESCAPE: "escape", "[A": "up", "[B": "down", "OA": "up", "OB": "down"}


class Keys(Protocol):
    """What `terminal_keys` yields."""

    resumed: bool  # the program was stopped and goes on: all is to be drawn again

    def read(self, seconds: float) -> list[str]:
        """Wait some seconds for keys; return characters, or names such as `up`, `enter` and `escape`."""


def write_to_terminal(text: str) -> None:
    """Write to the terminal at once; one that has gone is left alone."""
    stream = sys.__stdout__  # sys.stdout is turned away while checks run
    with contextlib.suppress(OSError, ValueError):
        if stream is not None:
            stream.write(text)
            stream.flush()


def named(text: str) -> list[str]:
    """Cut what was typed into keys; unknown sequences are left out."""
    keys = []
    while text:
        if text[0] == ESCAPE and text[1:2] in ("[", "O"):
            end = next((i for i, one in enumerate(text[2:], 3) if "@" <= one <= "~"), len(text))
            keys.append(NAMES.get(text[1:end], ""))
            text = text[end:]
        else:
            keys.append(NAMES.get(text[0], text[0]))
            text = text[1:]
    return [key for key in keys if key]


if sys.platform == "win32":
    import msvcrt

    ARROWS = {"H": "up", "P": "down"}

    class _Windows:
        resumed = False

        def read(self, seconds: float) -> list[str]:
            """See `Keys`."""
            deadline = time.monotonic() + seconds
            while not msvcrt.kbhit():
                left = deadline - time.monotonic()
                if left <= 0:
                    return []
                time.sleep(min(left, 0.01))
            key = msvcrt.getwch()
            if key == "\x03":
                raise KeyboardInterrupt
            return [ARROWS.get(msvcrt.getwch(), "")] if key in ("\0", "\xe0") else named(key)

    @contextlib.contextmanager
    def terminal_keys() -> Iterator[Keys]:
        """Take the terminal over: keys one by one, and a screen of our own."""
        os.system("")  # has the console obey escape sequences
        write_to_terminal(ENTER_SCREEN)
        try:
            yield _Windows()
        finally:
            write_to_terminal(LEAVE_SCREEN)

else:
    import select
    import termios
    import tty

    class _Posix:
        def __init__(self, descriptor: int) -> None:
            self._descriptor = descriptor
            self._before = termios.tcgetattr(descriptor)
            self.resumed = False

        def read(self, seconds: float) -> list[str]:
            """See `Keys`."""
            text = self._typed(seconds)
            if text.endswith(ESCAPE):  # the rest of an arrow may be on its way
                text += self._typed(ESCAPE_SECONDS)
            return named(text)

        def _typed(self, seconds: float) -> str:
            if not select.select([self._descriptor], [], [], seconds)[0]:
                return ""
            data = os.read(self._descriptor, 1024)
            if not data:
                raise EOFError
            return data.decode("utf-8", "ignore")

        def enter(self) -> None:
            """Take keys one by one, unseen; Ctrl-C and Ctrl-Z remain what they are."""
            tty.setcbreak(self._descriptor, termios.TCSANOW)
            write_to_terminal(ENTER_SCREEN)

        def leave(self) -> None:
            """Give the terminal back as it was."""
            write_to_terminal(LEAVE_SCREEN)
            with contextlib.suppress(termios.error):
                termios.tcsetattr(self._descriptor, termios.TCSADRAIN, self._before)

        def stop(self, number: int, frame: FrameType | None) -> None:
            """Ctrl-Z: give the terminal back, sleep, and take it again."""
            self.leave()
            signal.signal(signal.SIGTSTP, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGTSTP)
            signal.signal(signal.SIGTSTP, self.stop)
            self.enter()
            self.resumed = True

    def _end(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    @contextlib.contextmanager
    def terminal_keys() -> Iterator[Keys]:
        """Take the terminal over: keys one by one, and a screen of our own."""
        keys = _Posix(sys.stdin.fileno())
        handlers = {signal.SIGTSTP: keys.stop, signal.SIGTERM: _end, signal.SIGHUP: _end}
        before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
        try:
            keys.enter()
            yield keys
        finally:
            keys.leave()
            for number, handler in before.items():
                signal.signal(number, handler)
