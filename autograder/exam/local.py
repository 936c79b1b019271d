"""A module of our own, right or wrong, that answers a test's questions in the grader's process."""

import hashlib
import re
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch

from autograder.errors import StudentError, StudentMissing
from autograder.isolation.inside import calls, loader, wire
from autograder.isolation.inside.eager import eagerly

Locate = Callable[[BaseException], dict[str, Any]]
NO_ATTRIBUTE = re.compile(r"^module '(\w+)' has no attribute '(\w+)'")


class Local:
    """A module of our own, right or wrong, run in the grader; it never sees a student's code."""

    def __init__(self, name: str, source: str) -> None:
        self._name = f"_{name}_{hashlib.sha256(source.encode()).hexdigest()[:8]}"
        self._source = source
        self._module: types.ModuleType | None = None

    def ask(self, op: str, request: dict[str, Any]) -> Any:
        """Carry out one request."""
        if self._module is None:
            with eagerly():
                self._module, notes = loader.load(self._name, [self._source])
            assert not notes, f"{self._name}: {notes}"
        return ask_here(self._module, op, request)


def ask_here(module: types.ModuleType, op: str, request: dict[str, Any], place: Locate = lambda error: {}) -> Any:
    """Carry out a request in this process, with the same words and the same copies as a worker.

    Args:
        place: says where in a student's file an exception came from: `where`, `line`, `cell` and `source`.
    """
    with _restored(), eagerly():
        try:
            return _through_the_wire(calls.__dict__[op](module, **_through_the_wire(request)))
        except (Exception, SystemExit) as error:
            raise _as_student_error(error, place(error)) from None


@contextmanager
def _restored() -> Iterator[None]:
    """Begin as every worker does, and leave no global state of torch behind; a mistake may change it."""
    with torch.random.fork_rng(devices=[]), torch.enable_grad():
        torch.default_generator.manual_seed(0)  # torch.manual_seed writes down the stack for each kind of device
        try:
            yield
        finally:
            torch.set_default_dtype(torch.float32)
    torch.set_grad_enabled(True)


def _through_the_wire(value: Any) -> Any:
    blobs: list[bytes] = []
    header = wire.encode(value, blobs)
    return wire.Decoder(bytearray(b"".join(blobs))).whole(header)


def _as_student_error(error: BaseException, place: dict[str, Any]) -> Exception:
    if type(error) is LookupError and not place:
        return StudentMissing(str(error))
    kinds = tuple(base.__name__ for base in type(error).__mro__)
    return StudentError(type(error).__name__, str(error)[:1000], kinds, **place)


def without_attribute(error: StudentError, module: str) -> StudentError | StudentMissing:
    """Say that a name is missing where a probe looked for it in vain; leave any other error as it is.

    Args:
        module: the name of the student's module.
    """
    found = NO_ATTRIBUTE.match(error.text)
    if error.kind == "AttributeError" and error.line is None and found and found[1] == module:
        return StudentMissing(found[2])
    return error


class Cached:
    """The reference's answers, each computed once for all students."""

    def __init__(self, local: Local) -> None:
        self._local = local
        self._answers: dict[bytes, Any] = {}

    def ask(self, op: str, request: dict[str, Any]) -> Any:
        """Answer from memory where the same was asked before."""
        blobs: list[bytes] = []
        question = repr((op, wire.encode(request, blobs))).encode() + b"".join(blobs)
        key = hashlib.sha256(question).digest()
        if key not in self._answers:
            self._answers[key] = self._local.ask(op, request)
        return self._answers[key]
