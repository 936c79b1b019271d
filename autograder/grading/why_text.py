"""The answer of `unroll why` as lines for a terminal; every line is printable, whatever a hand-in holds."""

from collections.abc import Iterator, Sequence

from autograder.exam.evidence import Excerpt
from autograder.exam.results import TaskResult
from autograder.exam.why import AskedCall, Explanation, FailedCheck
from autograder.text.clean import one_line
from autograder.text.words import WORDS, score

INDENT = "  "
LONGEST = 1000


def verdict_line(student: str, address: str, verdict: TaskResult) -> str:
    """Say what the run gave for a task."""
    marks = score(verdict.score, verdict.max_score)
    return f"{one_line(student, 80)}, {address}: {WORDS[verdict.outcome]}, {marks} points in the last run."


def lines_of(found: Explanation, every: bool = False) -> Iterator[str]:
    """Write why a task does not pass.

    Args:
        every: show the calls of all failing checks, not of the first alone.
    """
    for line in _lines(found, every):
        yield one_line(line, LONGEST).rstrip()


def _lines(found: Explanation, every: bool) -> Iterator[str]:
    yield from _verdict(found.result)
    for number, check in enumerate(found.checks):
        if not number or every:
            yield ""
            yield from _check(check, number + 1, len(found.checks), found.count)
    others = [check.name for check in found.checks[1:]] if not every else []
    if others:
        yield ""
        yield f"Also failing ({len(others)}; --all shows them): {'; '.join(others)}."
    for excerpt in found.result.excerpts:
        yield ""
        yield from _code(excerpt, found.file)
    if found.difference:
        yield ""
        yield f"The known mistake {found.result.mistake}, beside a right answer:"
        yield from _indented(found.difference.split("\n"))


def _verdict(result: TaskResult) -> Iterator[str]:
    yield f"Now: {WORDS[result.outcome]}. {result.fact}".rstrip()
    if result.cause:
        yield f"Likely cause ({result.mistake}): {result.cause}"


def _check(check: FailedCheck, number: int, failing: int, count: int) -> Iterator[str]:
    core = "; without it the task earns nothing" if check.is_core else ""
    yield f"Failing check {number} of {failing} (the task has {count}){core}:"
    yield f"{INDENT}What it checks: {check.name}"
    if check.tests:
        yield f"{INDENT}What it finds:  {' '.join(check.tests.split())}"
    yield f"{INDENT}Where it is:    solutions/{check.place}"
    yield f"{INDENT}What it says:   {check.found or 'It was not run any more.'}"
    if check.call:
        yield from _call(check.call)


def _call(call: AskedCall) -> Iterator[str]:
    yield f"{INDENT}Call {call.number} of {call.count}: {call.what}"
    yield from _indented(call.inputs, 2)
    yield f"{INDENT}Expected, as the right answer returns it:"
    yield from _indented(call.expected, 2)
    yield f"{INDENT}Actual, as the student's code returned it:"
    yield from _indented(call.actual, 2)
    if call.differs:
        yield f"{INDENT}{call.differs}"


def _code(excerpt: Excerpt, file: str) -> Iterator[str]:
    cell = f", cell {excerpt.cell}" if excerpt.cell else ""
    yield f"The student's code, {file}{cell}:"
    for number, line in enumerate(excerpt.lines, excerpt.first):
        mark = ">" if number in (excerpt.marked, excerpt.suspect) else " "
        yield f"{mark} {number:>4}  {line}"


def _indented(lines: Sequence[str], depth: int = 1) -> Iterator[str]:
    return (f"{INDENT * depth}{line}" for line in lines)
