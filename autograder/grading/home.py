"""The public tests on a student's own files, run by plain pytest in the folder of exercises."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder.course.probes import probe_source
from autograder.exam.clock import Clock
from autograder.exam.module import Module
from autograder.exam.remote import Remote
from autograder.isolation.child import Workers
from autograder.isolation.limits import Limits


def at_home(test: Path, workers: Workers, bound: Callable[[Remote], None]) -> Iterator[Module]:
    """Bind `student` to the lesson that a public test file stands beside.

    Args:
        bound: called with what runs the lesson.
    """
    lesson = test.stem.removeprefix("test_")
    sources = {path.stem: [path.read_text(encoding="utf-8")] for path in test.parent.glob("*.py") if path != test}
    if lesson not in sources:
        pytest.fail(f"{test.parent / lesson}.py is missing. Run the public tests beside the exercises.", pytrace=False)
    limits = Limits()
    remote = Remote(workers, limits, Clock(limits), lesson, sources)
    bound(remote)
    text = test.read_text(encoding="utf-8")
    yield Module(remote.ask, lambda name: probe_source(text, [name]))
    remote.end()
