"""A worker's channel in a student's hands: no reply raises in the grader, fills its memory or its disk."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from classroom import grade, hand_in

from autograder.course.model import Course
from autograder.exam.results import MOST_BYTES, HandInResult, TaskResult, TestResult, small_enough
from autograder.isolation.forked import Zygote
from autograder.isolation.inside.wire import FrameError, TextTooLong
from autograder.isolation.replies import check_reply
from autograder.reports.files import read_student, write_student

TAKEOVER = """
import sys
wire = next(m for n, m in sys.modules.items() if n.startswith("autograder") and n.endswith(".wire"))
def find():
    frame = sys._getframe()
    while frame and not ("channel" in frame.f_locals and "head" in frame.f_locals):
        frame = frame.f_back
    return frame.f_locals["channel"], frame.f_locals["head"]
def takeover(load, ok, value, **more):
    channel, head = find()
    wire.send(channel, {"ok": True, "id": head["id"]}, load, 1 << 40)
    while True:
        head, _ = wire.receive(channel.recv_into, 1 << 40)
        wire.send(channel, {"ok": ok, "id": head["id"], **more}, value, 1 << 40)
"""
LOADED = {"notes": [], "names": ["double"], "remarks": []}
ERROR = {"kind": "ValueError", "text": "", "kinds": ["ValueError"]}
LONG = '"\\u202e" * (20 << 20)'
# What overflows while it is loaded is loaded once more without calls: then nothing is forged, and nothing is defined.
FORGED = {
    "notes without fields": (f"takeover({ {'notes': [{'x': 1}], 'names': [], 'remarks': []} }, True, 1)", "crashed"),
    "notes that are a number": (f"takeover({ {'notes': 5, 'names': [], 'remarks': []} }, True, 1)", "crashed"),
    "names that are numbers": (f"takeover({ {'notes': [], 'names': [1, 2, 3], 'remarks': []} }, True, 1)", "crashed"),
    "names without end": ("takeover({'notes': [], 'names': ['n'] * 40000, 'remarks': []}, True, 1)", "crashed"),
    "a load without names": ("takeover({'notes': []}, True, 1)", "crashed"),
    "a load that is nothing": ("takeover(None, True, 1)", "crashed"),
    "a long text of an error": (f"takeover({LOADED}, False, dict({ERROR}, text={LONG}))", "overflow"),
    "a long kind of an error": (f"takeover({LOADED}, False, dict({ERROR}, kind={LONG}))", "overflow"),
    "a long name": (f"takeover(dict({LOADED}, names=[{LONG}]), True, 1)", "missing"),
    "a long note": (
        f"takeover(dict({LOADED}, notes=[dict(kind='E', text={LONG}, line=1, cell=None)]), True, 1)",
        "missing",
    ),
    "a long result": (f"takeover({LOADED}, True, {LONG})", "overflow"),
    "kinds without end": (f"takeover({LOADED}, False, dict({ERROR}, kinds=['k'] * 40000))", "crashed"),
    "frames without end": (f"takeover({LOADED}, False, dict({ERROR}, frames=[dict()] * 40000))", "crashed"),
    "a line that is no number": (f"takeover({LOADED}, False, dict({ERROR}, line='3'))", "crashed"),
    "a line that is huge": (f"takeover({LOADED}, False, dict({ERROR}, line=1 << 62))", "crashed"),
    "an unknown field": (f"takeover({LOADED}, False, dict({ERROR}, mark=3))", "crashed"),
    "an unknown field of the head": (f"takeover({LOADED}, True, 1, mark=3)", "crashed"),
    "an error that is a text": (f"takeover({LOADED}, False, 'x')", "crashed"),
    "large with a text": (f"takeover({LOADED}, False, None, large='yes')", "crashed"),
}


@pytest.fixture(scope="module")
def forged(zygote: Zygote, tmp_path_factory: pytest.TempPathFactory, course: Course) -> dict[str, HandInResult]:
    """A class of forgers, with a right hand-in at its end."""
    import shutil

    from conftest import MINI

    from autograder.course.model import load_course

    root = tmp_path_factory.mktemp("forged")
    shutil.copytree(MINI, root, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    mini = load_course(root)
    answer = (root / "solutions/play/double/lesson.py").read_text(encoding="utf-8")
    hand_ins = [hand_in(name, double=f"{TAKEOVER}DONE = {code}\n") for name, (code, _) in FORGED.items()]
    results = grade(mini, "play", [*hand_ins, hand_in("right", double=answer)], zygote, mini.limits)
    return {result.student: result for result in results}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_reply_costs_its_task_and_fills_nothing(forged: dict[str, HandInResult], name: str) -> None:
    outcomes = {task.outcome for task in forged[name].tasks}

    assert FORGED[name][1] in outcomes
    assert forged[name].score == 0
    assert len(json.dumps(forged[name].to_json())) < 20_000


def test_the_class_goes_on_after_forged_replies(forged: dict[str, HandInResult]) -> None:
    assert forged["right"].score == forged["right"].max_score > 0


PLACE = {"where": "double", "line": 3, "cell": None, "source": "x"}
NOTE = {"kind": "NameError", "text": "name 'x' is not defined", "line": 3, "cell": None}
GOOD = {
    "a load": (
        "load",
        {"ok": True, "id": 1},
        {"notes": [NOTE], "names": ["double"], "remarks": ["Line 3 is not run."]},
    ),
    "a result": ("call", {"ok": True, "id": 1}, [1, {"a": (2.0, "b")}]),
    "used names": ("names", {"ok": True, "id": 1}, {"double": ["torch.cat"]}),
    "a picture": ("show", {"ok": True, "id": 1}, [{"kind": "png", "data": torch.zeros(9, dtype=torch.uint8)}]),
    "an error": ("call", {"ok": False, "id": 1}, {**ERROR, **PLACE, "frames": [{**PLACE, "lesson": "double"}]}),
    "an error that could not be sent": ("call", {"ok": False, "id": 1}, {"kind": "E", "text": "cannot be sent"}),
    "too large": ("call", {"ok": False, "id": 1, "large": True}, None),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_workers_say_passes(name: str) -> None:
    check_reply(*GOOD[name])


def replaced(value: Any, path: list[Any], by: Any) -> Any:
    """Replace what stands at a path in nested plain data."""
    if not path:
        return by
    if isinstance(value, dict):
        return {key: replaced(one, path[1:], by) if key == path[0] else one for key, one in value.items()}
    return [replaced(one, path[1:], by) if index == path[0] else one for index, one in enumerate(value)]


@pytest.mark.parametrize("by", [b"bytes", -1, 1.5, True, [[]], {"a": {}}, 1 << 80], ids=repr)
@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("a load", ["notes"]),
        ("a load", ["notes", 0, "line"]),
        ("a load", ["names", 0]),
        ("used names", ["double", 0]),
        ("a picture", [0, "data"]),
        ("an error", ["kind"]),
        ("an error", ["line"]),
        ("an error", ["frames", 0, "cell"]),
    ],
    ids=lambda part: "-".join(map(str, part)) if isinstance(part, list) else part,
)
def test_another_type_is_no_reply(name: str, path: list[Any], by: Any) -> None:
    op, head, value = GOOD[name]

    with pytest.raises(FrameError):
        check_reply(op, head, replaced(value, path, by))


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("a load", ["notes", 0, "text"]),
        ("a load", ["names", 0]),
        ("used names", ["double", 0]),
        ("an error", ["text"]),
        ("an error", ["where"]),
        ("an error", ["frames", 0, "source"]),
    ],
    ids=lambda part: "-".join(map(str, part)) if isinstance(part, list) else part,
)
def test_a_text_that_is_too_long_is_an_overflow(name: str, path: list[Any]) -> None:
    op, head, value = GOOD[name]

    with pytest.raises(TextTooLong):
        check_reply(op, head, replaced(value, path, "x" * 1001))


@pytest.mark.parametrize("text", ["\u202e" * 100_000, "\U0001f600" * 100_000, "a\n" * 100_000], ids=ascii)
def test_a_record_stays_small_whatever_its_texts_are(tmp_path: Path, text: str) -> None:
    tasks = tuple(TaskResult("play/double", f"task {n}", 0, 1, "failed", "", text) for n in range(30))
    tests = tuple(TestResult("play/double", "double", f"test {n}", "failed", 0, 1, text) for n in range(300))
    large = HandInResult("ada", "ada", "0" * 64, tasks, tests, {f"play/{n}": text for n in range(9)}, (text,) * 5000)

    small = small_enough(large)
    write_student(tmp_path, small)

    assert len(json.dumps(small.to_json())) <= MOST_BYTES
    assert (tmp_path / "ada" / "results.json").stat().st_size <= 1 << 20
    assert (tmp_path / "ada" / "record.json").stat().st_size <= 1 << 20
    assert (tmp_path / "ada" / "report.html").stat().st_size <= 2 << 20
    assert read_student(tmp_path, "ada") == small
    assert len(small.tasks) == 30 and len(small.tests) == 300
    assert "4900 more notes are left out." in small.notes


def test_a_record_without_details_keeps_the_marks() -> None:
    task = TaskResult("play/double", "double", 1.5, 3, "failed", "M01", "x" * 1000)
    result = HandInResult("ada", "ada", "0" * 64, (task,), (TestResult("a", "b", "c", "failed", 0, 1),), {"a": "b"})

    small = result.without_details()

    assert (small.score, small.max_score, small.digest) == (1.5, 3, "0" * 64)
    assert small.tests == () and small.output == {} and len(small.tasks[0].message) < 100
