"""What people read: text made safe, the table of a class, the lines of a student, and the progress."""

import io
from dataclasses import replace

import pytest
from reports import ADA, BEN, hand_in, task
from rich.console import Console

from autograder.reports.terminal import class_table
from autograder.text.clean import csv_cell, one_line, printable
from autograder.text.console import progress, short

GOLDEN_TABLE = """\
2 hand-ins
 student    cell   windows   total   what stands out
 ───────────────────────────────────────────────────
 ada         3/3       2/2     5/5
 ben       0.5/3       0/2   0.5/5   M23, 1 missing
"""


def drawn(renderable: object, width: int = 100) -> str:
    console = Console(file=io.StringIO(), width=width)
    console.print(renderable)
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text, Zoë, 李, שלום", "plain text, Zoë, 李, שלום"),
        ("\x1b[32m4 passed\x07", r"\x1b[32m4 passed\x07"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("a\u200bb\u2060c\ufeff", r"a\u200bb\u2060c\ufeff"),
        ("a\u3164b\ufe0fc\u2800", r"a\u3164b\ufe0fc\u2800"),
        ("\ud800\uffff\x00\r\x85", r"\ud800\uffff\x00\r\x85"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
    ],
    ids=["letters", "escape sequence", "right to left", "zero width", "blank letters", "not for xml", "line break"],
)
def test_what_cannot_be_seen_is_spelled_out(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_a_text_that_is_cut_says_how_much() -> None:
    assert printable("x" * 50_000_000, 5) == "xxxxx ... (49999995 more characters)"
    assert printable("x" * 5, 5) == "xxxxx"


@pytest.mark.parametrize("sign", "=+-@＝＋－＠")
@pytest.mark.parametrize("before", ["", " ", "\t", "\r", "\n \t", "\u00a0"], ids=ascii)
def test_a_spreadsheet_never_sees_a_formula(before: str, sign: str) -> None:
    shown = csv_cell(f"{before}{sign}HYPERLINK(1)")

    assert shown.startswith("'")
    assert "\n" not in shown


def test_a_formula_behind_a_semicolon_is_guarded_for_spreadsheets_that_split_there() -> None:
    assert csv_cell("x; =1+1;@y; fine") == "x; '=1+1;'@y; fine"


def test_a_plain_text_stays_as_it_is_in_a_cell() -> None:
    assert csv_cell("h_t should have shape (3, 5) = (N, H)") == "h_t should have shape (3, 5) = (N, H)"
    assert one_line("a\nb\tc") == r"a\nb\tc"


def test_the_table_of_a_class_is_as_drawn() -> None:
    lines = [line.rstrip() for line in drawn(class_table([ADA, BEN])).splitlines()]

    assert [line for line in lines if line] == GOLDEN_TABLE.splitlines()


def test_the_table_fits_a_hundred_columns_whatever_the_names() -> None:
    lessons = [f"sine/a_long_lesson_{i}" for i in range(9)]
    tasks = [task(lesson, "f", 0.25, 3, "failed", f"M{i:02}") for i, lesson in enumerate(lessons)]
    wild = hand_in("李" * 60 + "\x1b[2J", tasks)

    for results in ([wild], [replace(ADA, student="n" * 300), BEN], []):
        assert all(len(line) <= 100 for line in drawn(class_table(results)).splitlines())
    assert "27" in drawn(class_table([wild])), "the total stays when the lessons do not fit"


def test_a_name_that_looks_like_markup_is_shown_as_it_is() -> None:
    marked = replace(ADA, student="[red]x[/] :smile: \\")

    assert "[red]x[/] :smile: \\" in drawn(class_table([marked]))


def test_a_long_name_is_shortened_by_what_it_takes_on_the_screen() -> None:
    assert short("n" * 29) == "n" * 27 + "…"
    assert short("李" * 15) == "李" * 13 + "…"
    assert short("\x1b]0;PASSED\x07") == r"\x1b]0;PASSED\x07"


def test_without_a_terminal_there_is_one_plain_line_for_each_student(capsys: pytest.CaptureFixture[str]) -> None:
    with progress(20) as watcher:
        for name in ("ada", "b\x1b[2Jn"):
            watcher.start(name)
            watcher.done(name, 27.5, 32)

    assert capsys.readouterr().err == "[ 1/20] ada 27.5/32\n[ 2/20] b\\x1b[2Jn 27.5/32\n"


def test_on_a_terminal_the_bar_names_who_is_graded(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TTY_INTERACTIVE", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "90")

    with progress(2) as watcher:
        watcher.start("[bold]ada")
        watcher.start("ben {task.total}")
        watcher.done("ben {task.total}", 1, 2)
        watcher.done("[bold]ada", 2, 2)

    shown = capsys.readouterr().err
    assert "[bold]ada" in shown
    assert "ben {task.total}" in shown
    assert "2/2" in shown
    assert "\x1b[2K" in shown, "the bar takes itself away"
