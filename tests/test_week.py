"""The week of the instructors' guide: its class, its commands and its pictures, without grading anything."""

import ast
import re
import sys
from collections import Counter
from pathlib import Path

import pytest
from classroom import REPOSITORY

from autograder.cli.commands import cli
from autograder.collect.roster import read_roster
from autograder.course.model import load_course

DOCS = REPOSITORY / "docs"
sys.path.insert(0, str(DOCS))

import week  # noqa: E402
from week_class import (  # noqa: E402
    AGAIN,
    LATE,
    Student,
    class_of_sunday,
    class_of_thursday,
    grading_worksheet,
    moodle_download,
)
from week_pictures import SHOTS, picture  # noqa: E402

MOST_BYTES = 150_000
STORY = (DOCS / "instructors.md").read_text(encoding="utf-8")
STEPS = list(week.STEP.finditer(STORY))


@pytest.fixture(scope="module")
def sunday() -> list[Student]:
    return class_of_sunday(load_course(REPOSITORY).assignment("sine"))


def test_the_class_has_sixty_hand_ins_of_all_kinds(sunday: list[Student]) -> None:
    kinds = Counter(one.kind for one in sunday)

    assert len(sunday) == len({one.name for one in sunday}) == len({one.folder for one in sunday}) == 60
    assert set(kinds) == {"right", "unusual", "wrong", "messy", "unfinished", "late", "hostile", "alike"}
    assert min(kinds.values()) >= 3
    assert all(one.files and all(one.files.values()) for one in sunday)


def test_the_same_course_makes_the_same_class(sunday: list[Student]) -> None:
    again = class_of_sunday(load_course(REPOSITORY).assignment("sine"))

    assert moodle_download(again) == moodle_download(sunday)


def test_two_have_handed_in_the_same_and_all_others_have_not(sunday: list[Student]) -> None:
    count = Counter(tuple(sorted(one.files.values())) for one in sunday)

    assert sorted(count.values()) == [1] * 58 + [2]


def test_what_is_not_messy_or_unfinished_is_python(sunday: list[Student]) -> None:
    tidy = [one for one in sunday if one.kind not in ("messy", "unfinished")]

    assert all(set(one.files) == {"windows.py", "cell.py", "training.py", "rollout.py"} for one in tidy)
    for one in tidy:
        for text in one.files.values():
            ast.parse(text)


def test_on_thursday_those_who_hand_in_again_are_later_and_others_as_they_were(sunday: list[Student]) -> None:
    thursday = class_of_thursday(sunday, load_course(REPOSITORY).assignment("sine"))

    changed = [new.name for old, new in zip(sunday, thursday, strict=True) if old != new]
    assert changed == [one.name for one in sunday if one.name in AGAIN]
    assert len(changed) == len(AGAIN)


def test_the_worksheet_is_a_roster_with_times_and_with_those_who_handed_in_nothing(
    sunday: list[Student], tmp_path: Path
) -> None:
    path = tmp_path / "worksheet.csv"
    path.write_text(grading_worksheet(sunday), encoding="utf-8")

    roster = {one.person.name: one for one in read_roster(path)}

    assert len(roster) == 62
    assert all(roster[name].submitted == when for name, when in LATE.items())
    assert all(roster[one.name].person.id == one.folder.split("_")[1] for one in sunday)


def test_every_picture_that_a_guide_names_is_there() -> None:
    named = [
        path.parent / link
        for path in (*DOCS.glob("*.md"), REPOSITORY / "README.md")
        for link in re.findall(r"!\[[^]]*\]\(([\w./-]+)\)", path.read_text(encoding="utf-8"))
    ]

    assert len(named) > 5
    assert [path for path in named if not path.is_file()] == []


def test_the_pictures_of_the_week_are_those_that_the_script_takes_and_small() -> None:
    named = [step["shot"] for step in STEPS if step["shot"]]

    assert sorted(named) == sorted(SHOTS)
    assert [name for name in named if picture(name).stat().st_size > MOST_BYTES] == []


def test_every_command_of_the_week_is_one_of_the_kit() -> None:
    lines = [line for step in STEPS if step["kind"] == "console" for line, _ in week.commands(step["text"])]

    used = {line.split()[1] for line in lines if line.startswith("unroll")}
    assert [line for line in lines if not line.startswith(("unroll ", "echo "))] == []
    assert {"collect", "grade", "why", "report", "publish", "export", "similar"} <= used <= set(cli.commands)


def test_a_link_between_guides_leads_to_a_heading() -> None:
    wrong = [
        f"{path.name}: {file}#{heading}"
        for path in (*DOCS.glob("*.md"), REPOSITORY / "README.md")
        for file, heading in re.findall(r"\]\(([\w./-]*\.md)?#([\w-]+)\)", path.read_text(encoding="utf-8"))
        if heading not in headings(path.parent / file if file else path)
    ]

    assert wrong == []


def headings(path: Path) -> set[str]:
    """Name the headings of a guide as links do."""
    found = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in found}


SAID = "62 students\nada 5\nbob 3\n\nWritten in 3 s, since 2026-03-01 10:00 UTC.\n"


@pytest.mark.parametrize(
    "guide",
    [
        SAID,
        "...\nbob 3\n...\n",
        "62 students\n...\n",
        "...\nWritten in 41.5 s, since 2027-01-01 00:00 UTC.\n",
        "...\n",
    ],
)
def test_what_the_guide_has_is_printed_but_for_times_and_what_dots_leave_out(guide: str) -> None:
    assert week.not_printed(guide.splitlines(), SAID) is None


@pytest.mark.parametrize(
    ("guide", "missing"),
    [
        ("62 students\n", "nothing more, but there is: ada 5"),
        ("...\nbob 4\n...\n", "bob 4"),
        ("...\nbob 3\nada 5\n...\n", "ada 5"),
        ("62 students\nbob 3\n...\n", "bob 3"),
        (f"{SAID}more\n", "more"),
    ],
    ids=["the rest is left out", "another mark", "another order", "a line is left out", "more than there is"],
)
def test_what_is_not_printed_is_found(guide: str, missing: str) -> None:
    assert week.not_printed(guide.splitlines(), SAID) == missing


def test_a_command_may_go_over_several_lines() -> None:
    block = "$ unroll a \\\n    --due b\nfirst\nsecond\n$ echo $?\n3\n"

    assert list(week.commands(block)) == [("unroll a      --due b", ["first", "second"]), ("echo $?", ["3"])]
