"""What a worker does, once it is locked: read a request, ask the student's module, send plain data back."""

import re
import socket
import sys
from functools import partial
from typing import Any

from autograder.isolation.inside import calls, cells, loader, wire
from autograder.isolation.inside.advice import advice
from autograder.isolation.inside.source import statements

READY = b"R"
NO_PLACE = {"where": "", "line": None, "cell": None, "source": ""}
MOST_FRAMES = 6
MOST_OF_A_SENTENCE = 600
MOST_NAMES = 100
STUDENT_FILE = re.compile(r"^<(\w+)(?: cell (\d+))?>$")


class Service:
    """One student's module and the requests about it."""

    def __init__(self) -> None:
        self._loader = loader.Loader("nothing")
        self._sources: dict[str, list[str]] = {}

    def load(self, value: dict[str, Any]) -> Any:
        """Run the definitions of a lesson; answer with its names and the notes.

        Every worker begins with the same random state, that of its zygote.
        """
        self._sources = value["sources"]
        name, light = value["lesson"], value["light"]
        others = {key: cells for key, cells in self._sources.items() if key != name}
        sys.meta_path.insert(0, loader.Siblings(others, light))
        self._loader = loader.Loader(name, light)
        self._loader.run(self._sources[name])
        return {
            "notes": self._loader.notes[:20],
            "names": [key[:200] for key in self._loader.module.__dict__ if key[:1] != "_"][:1000],
            "remarks": _short(self._loader.remarks[:20]),
            "bound": [_named(names) for names in self._loader.bound_by_notes[:20]],
        }

    def answer(self, op: str, value: Any) -> Any:
        """Carry out one request."""
        if op == "load":
            return self.load(**value)
        if op == "names":
            return names_used(**value)
        if op == "show":
            return self.show(**value)
        if op == "said_about":
            return _short(self._loader.said_about(**value))
        return calls.__dict__[op](self._loader.module, **value)

    def show(self, text: str, number: int, dpi: int = cells.DPI) -> list[cells.Output]:
        """Run one more cell of the notebook, for what it shows."""
        module, filename = self._loader.module, self._loader.filename(number)
        module.__dict__["__name__"] = "__main__"
        return cells.run_cell(module, text, filename, self._loader.compile, dpi)

    def describe(self, error: BaseException) -> dict[str, Any]:
        """Say what a student's code raised, and at which lines of the student's."""
        frame, frames = error.__traceback__, []
        while frame is not None:
            match = STUDENT_FILE.match(frame.tb_frame.f_code.co_filename)
            if match and match[1] in self._sources:
                frames.append(self._place(match, frame.tb_lineno, frame.tb_frame.f_code.co_qualname))
            frame = frame.tb_next
        return {
            "kind": type(error).__name__[:100],
            "kinds": [base.__name__[:100] for base in type(error).__mro__][:20],
            "text": _message(error)[:1000],
            **(frames[-1] if frames else NO_PLACE),
            "frames": frames[-MOST_FRAMES:],
            "advice": advice(error, self._loader.module, self._loader.bound)[:MOST_OF_A_SENTENCE],
            "in_probe": not frames and calls.in_probe(error),
        }

    def _place(self, match: re.Match[str], line: int, where: str) -> dict[str, Any]:
        cell = int(match[2]) if match[2] else None
        lines = self._sources[match[1]][(cell or 1) - 1].split("\n")
        source = lines[line - 1] if 0 < line <= len(lines) else ""
        return {"lesson": match[1], "where": where[:200], "line": line, "cell": cell, "source": source[:200]}


def _short(sentences: list[str]) -> list[str]:
    return [sentence[:MOST_OF_A_SENTENCE] for sentence in sentences]


def _named(names: set[str] | None) -> list[str] | None:
    return None if names is None else [name[:200] for name in sorted(names)[:MOST_NAMES]]


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return "(an exception that cannot be printed)"


def names_used(value: dict[str, Any]) -> dict[str, list[str]]:
    """List the dotted names that each top-level definition of a source uses; nothing of it is run."""
    import ast

    used: dict[str, list[str]] = {}
    for text in value["cells"]:
        for statement in statements(text):
            if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
                nodes = (node for node in ast.walk(statement) if isinstance(node, (ast.Name, ast.Attribute)))
                names = {ast.unparse(node) for node in nodes}
                used[statement.name[:200]] = sorted(name for name in names if len(name) <= 200)[:2000]
    return used


def serve(channel: socket.socket, reply_bytes: int) -> None:
    """Answer requests until the grader closes the channel."""
    service = Service()
    read = partial(wire.Ahead().read, channel.recv_into)
    channel.sendall(READY)
    while True:
        try:
            head, value = wire.receive(read, 1 << 40)
        except EOFError:
            return
        try:
            reply = {"ok": True, "id": head["id"]}, service.answer(head["op"], value)
            if sys.stdout is not None:
                sys.stdout.flush()
        except BaseException as error:
            reply = {"ok": False, "id": head["id"]}, service.describe(error)
        _send(channel, *reply, reply_bytes)


def _send(channel: socket.socket, head: dict[str, Any], value: Any, reply_bytes: int) -> None:
    try:
        wire.send(channel, head, value, reply_bytes)
    except wire.FrameTooLarge:
        wire.send(channel, {**head, "ok": False, "large": True})
    except BaseException as error:
        wire.send(channel, {**head, "ok": False}, {"kind": type(error).__name__[:100], "text": "cannot be sent"})
