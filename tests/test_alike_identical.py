"""Who handed in the same code of a lesson is said at once, in a line and on the class page; a stub is nobody's code."""

import json
import subprocess
import sys
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest
from class_of import Reader, made, named, right, write
from classroom import hand_in
from downloads import lay_out
from schemas import complaints

from autograder.course.model import Assignment, Course
from autograder.grading.examiner import ExaminerBench
from autograder.grading.fingerprint import with_kit_digest
from autograder.grading.request import ExaminerRequest
from autograder.intake import HandIn, Source, Student, read_hand_in
from autograder.intake.alike import code_digests
from autograder.reports.class_page.identical import Identical, identical, identical_line, keep_identical, read_identical
from autograder.reports.class_page.write import write_class_page

RIGHT = "def double(x):\n    return 2 * x\n\n\ndef double_all(xs):\n    return [double(x) for x in xs]\n"
STUB = "def double(x):\n    raise NotImplementedError\n\n\ndef double_all(xs):\n    raise NotImplementedError\n"
HALF = "def double(x):\n    return 2 * x\n\n\ndef double_all(xs):\n    raise NotImplementedError\n"


@pytest.fixture
def play(mini: Course) -> Assignment:
    return mini.assignment("play")


def sums(play: Assignment, text: str) -> list[str]:
    return code_digests(hand_in("ada", double=text), play).get("play/double", [])


@pytest.mark.parametrize(
    "text",
    [
        RIGHT.replace("\n", "\r\n"),
        RIGHT.replace("\n", "\r"),
        RIGHT.rstrip("\n"),
        f"\n\n{RIGHT}\n\n",
        RIGHT.replace("x\n", "x  \t\n"),
    ],
    ids=["carriage returns", "old carriage returns", "no last end", "blank lines around", "spaces at an end"],
)
def test_ends_of_lines_do_not_make_code_another(play: Assignment, text: str) -> None:
    assert sums(play, text) == sums(play, RIGHT) != []


@pytest.mark.parametrize(
    "text", [RIGHT.replace("2 * x", "x * 2"), f"# Ann\n{RIGHT}", HALF], ids=["code", "note", "half"]
)
def test_other_text_is_other_code(play: Assignment, text: str) -> None:
    assert sums(play, text) and sums(play, text) != sums(play, RIGHT)


def test_a_notebook_and_a_file_with_the_same_code_are_the_same(play: Assignment) -> None:
    source = Source("double", "double.ipynb", tuple(RIGHT.split("\n\n\n")), True)

    assert code_digests(HandIn("bob", "bob", {"double": source}), play)["play/double"] == sums(play, RIGHT)


def test_what_could_not_be_read_is_not_compared(play: Assignment) -> None:
    source = Source("double", "double.py", (RIGHT,), False, problem="It is damaged.", outcome="failed")

    assert code_digests(HandIn("bob", "bob", {"double": source}), play) == {}


def test_each_version_of_a_lesson_is_compared(play: Assignment) -> None:
    other = Source("double", "double2.py", (RIGHT,), False)
    source = Source("double", "double.py", (HALF,), False, rivals=(other,))

    found = code_digests(HandIn("bob", "bob", {"double": source}), play)["play/double"]

    assert sorted(found) == sorted(sums(play, RIGHT) + sums(play, HALF))


def test_students_are_grouped_by_lesson() -> None:
    codes = {
        "ada": {"sine/windows": ["1"], "sine/cell": ["x"]},
        "bob": {"sine/windows": ["1"], "sine/cell": ["x", "y"]},
        "cy": {"sine/windows": ["2"], "sine/cell": ["y"]},
        "di": {"sine/windows": ["1"]},
    }

    assert identical(map(right, [*codes, "eve"]), codes) == [
        Identical("sine/windows", ("ada", "bob", "di")),
        Identical("sine/cell", ("ada", "bob")),
        Identical("sine/cell", ("bob", "cy")),
    ]


def test_the_stub_is_nobodys_code() -> None:
    stub = [named(who, made("make_windows", 0, "missing"), made("rnn_cell", 0, "failed")) for who in ("ada", "bob")]
    codes = {who: {"sine/windows": ["1"], "sine/cell": ["x"]} for who in ("ada", "bob")}

    assert identical(stub, codes) == [Identical("sine/cell", ("ada", "bob"))]


def test_the_line_names_a_few_and_counts_the_rest() -> None:
    groups = [Identical("a/one", ("ada", "bo\x1bb")), Identical("a/two", ("a", "b", "c", "d", "e"))]

    assert identical_line(groups) == "Identical code, 2: one: ada and bo\\x1bb; two: a, b, c and 2 more."
    assert identical_line([*groups, replace(groups[0], lesson="a/three")]).startswith("Identical code, 2: one, three: ")
    others = [Identical("a/one", ("ada", f"bob {number}")) for number in range(6)]
    assert identical_line(others).endswith("; one: ada and bob 3; and 2 more.")
    assert identical_line([]) == ""


def test_the_groups_are_read_as_they_were_kept(tmp_path: Path) -> None:
    groups = [Identical("a/one", ("ada", "김철수"))]
    keep_identical(tmp_path, groups)

    assert read_identical(tmp_path) == groups
    assert complaints("identical", json.loads((tmp_path / "identical.json").read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "text", ["", "[]", '{"version": 2, "groups": []}', '{"version": 1, "groups": [{"lesson": 3}]}']
)
def test_a_damaged_file_holds_no_groups(tmp_path: Path, text: str) -> None:
    (tmp_path / "identical.json").write_text(text)

    assert read_identical(tmp_path) == []


def test_the_class_page_says_who(tmp_path: Path) -> None:
    write(tmp_path, [right("ada"), right("bob")])
    keep_identical(tmp_path, [Identical("sine/cell", ("ada", "<b>bob"))])

    page = Reader(write_class_page(tmp_path).read_text(encoding="utf-8"))

    assert "Identical code" in page.text("by-hand")
    assert page.text("by-hand").endswith("sine/cell 2 Who: 2 ada <b>bob")
    assert "Nobody." not in page.text("by-hand") and "b" not in page.tags


def test_a_class_page_without_any_says_nothing(tmp_path: Path) -> None:
    page = Reader(write(tmp_path, [right("ada"), right("bob")]))

    assert page.text("by-hand") == "Look at these by hand Nobody."


class Asked(Connection):
    """The other side of an examiner: asks once, then is gone."""

    def __init__(self, request: ExaminerRequest) -> None:
        self.requests, self.answers = [request], list[Any]()

    def recv_bytes(self, maxlength: int | None = None) -> bytes:
        if not self.requests:
            raise EOFError
        return json.dumps(self.requests.pop().to_json()).encode()

    def send_bytes(self, buf: Any, *rest: Any) -> None:
        self.answers.append(json.loads(buf))

    def __del__(self) -> None:
        pass


def test_the_digests_of_a_hand_in_that_is_graded_already_are_said_too(mini: Course, tmp_path: Path) -> None:
    lay_out(tmp_path / "class", {"ada/double.py": RIGHT})
    play, ada = mini.assignment("play"), tmp_path / "class" / "ada"
    known = with_kit_digest(read_hand_in(Student("ada", "ada", ada), play, mini.limits), "kit").digest
    channel = Asked(ExaminerRequest("ada", "ada", str(ada), known))
    bench = ExaminerBench(None, mini, play, "kit", None)  # type: ignore[arg-type] (nothing is examined)

    with pytest.raises(EOFError):
        bench.grade_all(channel, None)  # type: ignore[arg-type]

    assert channel.answers == [{"same": True, "codes": {"play/double": sums(play, RIGHT)}}]


def test_grade_says_it_in_one_line(mini: Course, tmp_path: Path) -> None:
    tree = {"ada": RIGHT, "bob": RIGHT.replace("\n", "\r\n"), "cy": STUB, "di": STUB, "eve": HALF}
    place = lay_out(tmp_path / "class", {f"{name}/double.py": text for name, text in tree.items()})
    command = [sys.executable, "-m", "autograder.cli", "grade", "play", str(place), "-o", str(tmp_path / "out")]

    run = subprocess.run([*command, "--course", str(mini.root)], capture_output=True, text=True)

    assert run.returncode == 0, run.stderr
    said = [line for line in run.stdout.splitlines() if "Identical" in line]
    assert said == ["Identical code, 1: double: ada and bob."]
    page = Reader((tmp_path / "out" / "index.html").read_text(encoding="utf-8"))
    assert "play/double 2 Who: 2 ada bob" in page.text("by-hand")
