"""Grading by number: no name in any file but the key, everybody keeps the number, and deadlines hold by the name."""

import csv
import io
import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from downloads import lay_out
from reports import BEN
from similar_class import CLASS, graded

from autograder.cli.commands import cli
from autograder.collect.record import Row
from autograder.course.model import Course
from autograder.errors import UsageError
from autograder.exam.evidence import Excerpt
from autograder.grading.anonymous import KEY, by_number, numbers_of, result_without_names, without_names
from autograder.grading.opening import Class, Options, open_class
from autograder.grading.places import FILE as PLACES
from autograder.intake import Student
from autograder.text.words import LOOK

NAMES = ("Zoë Zacharias", "Ann Other", "ada")
RIGHT = "def double(x):\n    return 2 * x\n\n\ndef double_all(xs):\n    return [double(x) for x in xs]\n"
Opener = Callable[..., Class]


@pytest.fixture
def opened(mini: Course, tmp_path: Path) -> Opener:
    """Open a class by number; its results go to tmp_path/out."""
    lay_out(tmp_path / "class", {f"{name}/double.py": RIGHT for name in NAMES})

    def open_again(anonymous: bool = True, **options: object) -> Class:
        chosen = Options(anonymous=anonymous, **options)  # type: ignore[arg-type]
        return open_class(mini, "play", tmp_path / "class", tmp_path / "out", "", chosen)

    return open_again


def who(found: Class) -> dict[str, str]:
    """Say whose work each number stands for, from where it lies."""
    return {student.path.name: student.student for student in found.students}


def key(out: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((out / KEY).read_text(encoding="utf-8"))))


def test_everybody_is_a_number_in_the_order_of_the_numbers(opened: Opener) -> None:
    found = opened()

    assert [one.student for one in found.students] == ["student-001", "student-002", "student-003"]
    assert [one.folder for one in found.students] == [one.student for one in found.students]
    assert found.people == {}


def test_the_key_says_who_is_who_and_nobody_else_can_read_it(opened: Opener, tmp_path: Path) -> None:
    found = opened()

    assert {row["student"]: row["number"] for row in key(tmp_path / "out")} == who(found)
    assert sys.platform == "win32" or stat.S_IMODE((tmp_path / "out" / KEY).stat().st_mode) == 0o600


def test_the_order_is_that_of_no_alphabet(tmp_path: Path) -> None:
    students = [Student(f"s{n:02}", f"s{n:02}", tmp_path / f"s{n:02}") for n in range(40)]

    numbered = by_number(students, {}, tmp_path)

    order = sorted(numbered, key=lambda folder: numbered[folder].student)
    assert order not in (sorted(order), sorted(order, reverse=True))


def test_everybody_keeps_the_number_when_others_come_and_go(opened: Opener, tmp_path: Path) -> None:
    before = who(opened())
    (tmp_path / "class" / "ada").rename(tmp_path / "gone")
    lay_out(tmp_path / "class", {"Aaron/double.py": RIGHT})
    between = who(opened())
    (tmp_path / "gone").rename(tmp_path / "class" / "ada")

    after = who(opened())

    assert between == {name: number for name, number in after.items() if name != "ada"}
    assert before == {name: number for name, number in after.items() if name != "Aaron"}
    assert after["Aaron"] == "student-004"


@pytest.mark.parametrize(
    "text", ["", "number\n", "number,student\nstudent-001\nada\n", "number,student\nstudent-001,a\nstudent-001,b\n"]
)
def test_a_damaged_key_is_refused_and_kept(opened: Opener, tmp_path: Path, text: str) -> None:
    (tmp_path / "out").mkdir(mode=0o700)
    (tmp_path / "out" / KEY).write_text(text)

    with pytest.raises(UsageError, match="is not as Unroll wrote it"):
        opened()

    assert (tmp_path / "out" / KEY).read_text() == text


def test_names_that_a_spreadsheet_would_calculate_are_found_again(tmp_path: Path) -> None:
    student = Student("=1+1", "x", tmp_path / "x")

    first, second = (by_number([student], {}, tmp_path)["x"].student for _ in range(2))

    assert first == second == "student-001"
    assert numbers_of(tmp_path) == {"'=1+1": "student-001"}


def test_a_folder_with_names_is_not_mixed_with_numbers(opened: Opener, tmp_path: Path) -> None:
    opened(anonymous=False)
    (tmp_path / "out" / "run.json").write_text("{}")

    with pytest.raises(UsageError, match="was graded with names"):
        opened()

    assert not (tmp_path / "out" / KEY).exists()


def test_a_folder_with_numbers_gets_no_names(opened: Opener) -> None:
    opened()

    with pytest.raises(UsageError, match="Add --anonymous"):
        opened(anonymous=False)


def test_rosters_and_extensions_go_by_the_name(opened: Opener, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("id,name,email\n77001,Ann Other,ann@x.org\n77002,Away Willis,away@x.org\n")
    extensions = ("ann@x.org=48h", "ada=24h")

    found = opened(roster=roster, due="2025-03-01 12:00", extensions=extensions)

    assert len(found.students) == 4 and set(found.late) == {one.folder for one in found.students}
    rows = {row["student"]: row for row in key(tmp_path / "out")}
    assert (rows["Ann Other"]["id"], rows["Ann Other"]["email"]) == ("77001", "ann@x.org")
    assert set(rows) == {*NAMES, "Away Willis"}


def test_each_keeps_the_own_lateness(mini: Course, tmp_path: Path) -> None:
    tree = {f"{name}/play/double.py": RIGHT for name in NAMES}
    times = {"Ann Other": "2025-03-01 10:00:00 UTC", "ada": "2025-03-09 10:00:00 UTC"}
    stamps = {f"{name}/play/timestamp.txt": when for name, when in times.items()}
    place = lay_out(tmp_path / "class", {**tree, **stamps})

    named = open_class(mini, "play", place, tmp_path / "a", "", Options(due="2025-03-01 12:00"))
    found = open_class(mini, "play", place, tmp_path / "b", "", Options(due="2025-03-01 12:00", anonymous=True))

    wanted = {one.path.name: named.late[one.folder].said for one in named.students}
    assert {one.path.name: found.late[one.folder].said for one in found.students} == wanted
    assert len(set(wanted.values())) > 1


def test_files_of_nobody_are_counted_and_not_named(opened: Opener, tmp_path: Path) -> None:
    lay_out(tmp_path / "class", {"jane_doe.py": RIGHT, "notes of jane.txt": ""})

    found = opened()

    assert (len(found.skipped), len(found.loose)) == (1, 1)
    assert "2" in found.skipped[0] and "1" in found.loose[0]
    assert "jane" not in repr((found.skipped, found.loose, found.said)).lower()


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Jane Doe.zip is a link", "N.zip is a link"),
        ("JANE_DOE wrote jane-doe and JaneDoe", "N wrote N and N"),
        ("janedoes and xjane doe stay", "janedoes and xjane doe stay"),
        ("Jane alone stays", "Jane alone stays"),
    ],
)
def test_a_name_is_replaced_however_it_is_written(text: str, left: str) -> None:
    assert without_names(text, ["Jane Doe"], "N") == left


@pytest.mark.parametrize("name", ["h", "x_", "12", "1234", "", "..."], ids=repr)
def test_what_is_too_short_to_be_a_name_is_left_alone(name: str) -> None:
    text = "h[0, 1234] and x_ are wrong in 12 of 1234 values ..."

    assert without_names(text, [name], "N") == text


def test_who_must_be_looked_at_is_still_found() -> None:
    assert without_names(f"hand: {LOOK}: hand.py", ["hand"], "N") == f"N: {LOOK}: N.py"


def test_names_are_taken_out_of_all_that_a_result_says() -> None:
    fact = "Jane Doe.zip cannot be read."
    own = Excerpt(None, 1, ("x = 1  # jane doe",), 0, 0)
    task = replace(BEN.tasks[1], fact=fact, excerpts=(own,))
    said = {"notes": (fact,), "arrival": (fact,), "unread": (fact,), "output": {"sine/cell": "I am Jane Doe"}}
    test = replace(BEN.tests[0], message=fact)
    result = replace(BEN, student="student-001", folder="student-001", tasks=(task,), tests=(test,), **said)

    found = result_without_names(result, ["Jane Doe"])

    assert "jane" not in json.dumps(found.to_json()).lower()
    assert found.tasks[0].cause == task.cause and found.tasks[0].mistake == "M23"
    assert result_without_names(result, ()) is result


def test_a_dry_run_cannot_be_anonymous(mini: Course, tmp_path: Path) -> None:
    command = ["grade", "play", str(tmp_path), "--dry-run", "--anonymous", "--course", str(mini.root)]

    assert "--dry-run shows names" in CliRunner().invoke(cli, command).output


def test_similar_hand_ins_are_shown_by_number(mini: Course, tmp_path: Path) -> None:
    out = graded(mini, tmp_path, CLASS)
    students = [Student(name, name, tmp_path / "class" / name) for name in CLASS]
    numbers = by_number(students, {"ada": Row("ada")}, out)

    ended = CliRunner().invoke(cli, ["similar", str(out), "--course", str(mini.root)])

    pair = sorted(numbers[name].student for name in ("ada", "bob"))
    assert f"{pair[0]} and {pair[1]}" in ended.output
    html = (out / "similar.html").read_text(encoding="utf-8")
    assert ">ada<" not in html and ">bob<" not in html


def test_no_file_but_the_private_ones_names_anybody(mini: Course, tmp_path: Path) -> None:
    broken = {"Zoë Zacharias.zip": b"no zip", "Ann Other/double.py": f"print('Ann Other')\n{RIGHT}"}
    place = lay_out(tmp_path / "class", {**broken, "Hal Loose.py": RIGHT})
    out = tmp_path / "out"
    command = [sys.executable, "-m", "autograder.cli", "grade", "play", str(place), "-o", str(out), "--anonymous"]

    run = subprocess.run([*command, "--course", str(mini.root)], capture_output=True, text=True)

    assert run.returncode == 3, run.stderr  # a file lies loose
    files = [Path(folder) / name for folder, _, names in os.walk(out) for name in names if name not in (KEY, PLACES)]
    said = [run.stdout, run.stderr, *map(str, files), *(file.read_text(encoding="utf-8") for file in files)]
    assert len(files) > 10
    assert all((out / name).stat().st_mode & 0o077 == 0 for name in (KEY, PLACES))
    assert not [text for text in said for name in ("zacharias", "other", "hal") if f"{name}" in _words(text)]


def _words(text: str) -> set[str]:
    return set("".join(one if one.isalpha() else " " for one in text.lower()).split())
