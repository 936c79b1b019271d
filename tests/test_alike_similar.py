"""Similar hand-ins: a renamed copy is found, independent work is not, and rare mistakes weigh most."""

import re
import stat
import sys
from pathlib import Path

import pytest
from class_of import Reader
from click.testing import CliRunner, Result
from similar_class import CLASS, LOOP, OTHER, RENAMED, THIRD, graded

from autograder.cli.commands import cli
from autograder.course.model import Course
from autograder.grading.similar import LISTED, Compare, similar_pairs, weigh
from autograder.grading.similar_code import Compared, compare, pieces, rarity
from autograder.reports.class_page.runs import ClassRun, keep_run
from autograder.reports.similar import MOST_CHARACTERS, Side

BIAS = ("M23", "y is wrong by 0.31.")
ACCUSING = re.compile(r"\bcop(y|ied|ies)\b|plagia|cheat|stolen", re.IGNORECASE)


def tokens(code: str) -> list[str]:
    return [one.token for one in pieces(code)]


def shares(found: Compared, one: int) -> list[float]:
    return [round(float(share), 2) for place, share in enumerate(found.overlaps[one]) if place != one]


def similar(mini: Course, out: Path, *options: str) -> Result:
    return CliRunner().invoke(cli, ["similar", str(out), "--course", str(mini.root), *options])


def page_of(out: Path) -> str:
    return (out / "similar.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("total = x + 1", "summe = y + 1"),
        ("y = x + 1  # one more", "y = x + 1"),
        ("a, b = (1, 2)", "(a, b) = 1, 2"),
        ("y = f(x,\n      dim=1)", "y = f(x, dim=1)"),
        ("y = 'a b'", 'y = "c"'),
        ("y = 1e-3 * x", "y = 0.001 * x"),
        ("self.rnn = x", "self.layer = x"),
    ],
    ids=["names", "comments", "parentheses", "lines", "quotes", "numbers", "attributes of self"],
)
def test_what_is_changed_in_a_minute_changes_nothing(one: str, other: str) -> None:
    assert tokens(one) == tokens(other) != []


@pytest.mark.parametrize(
    ("one", "other"),
    [("x.sin()", "x.cos()"), ("x + y", "x - y"), ("len(x)", "sum(x)"), ("x[0]", "x[1]"), ("if x: y", "while x: y")],
)
def test_what_the_code_does_counts(one: str, other: str) -> None:
    assert tokens(one) != tokens(other)


def test_every_token_stands_where_it_is_said_to() -> None:
    code = "def f(x):  # note\n    return 'a' 'b' + x.sin(\n"

    assert [code[one.start : one.end] for one in pieces(code)] == [
        "def",
        "f",
        "x",
        "return",
        "'a' 'b'",
        "+",
        "x",
        "sin",
    ]


def test_a_renamed_copy_is_near_and_independent_work_is_not() -> None:
    found = compare([LOOP, OTHER, THIRD, RENAMED])

    assert shares(found, 0)[-1] > 0.9
    assert max(*shares(found, 0)[:-1], *shares(found, 1)) < LISTED / 2


def test_what_was_handed_out_does_not_count() -> None:
    assert shares(compare([LOOP, RENAMED], [LOOP]), 0) == [0.0]


def test_what_many_have_does_not_count() -> None:
    assert max(shares(compare([LOOP] * 6 + [OTHER] * 2), 0)) == 0.0
    assert shares(compare([LOOP] * 6 + [OTHER] * 2), 6)[-1] > 0.9


def test_what_fewer_have_counts_more() -> None:
    weights = [rarity(count, 40) for count in range(2, 12)]

    assert weights[0] == 1 and weights[-1] == 0
    assert weights[:-1] == sorted(set(weights[:-1]), reverse=True)


def test_a_few_lines_are_not_enough() -> None:
    short = "def double(x):\n    return 2 * x + x.sin() - x.cos() * 3\n"

    assert max(shares(compare([short, short.replace("x", "y"), OTHER]), 0)) < LISTED


@pytest.mark.parametrize("code", ["", "def (", "'''", "x" * 5000, "\x00\ud800(", "(" * 3000], ids=range(6))
def test_any_text_can_be_compared(code: str) -> None:
    found = compare([code, LOOP, code])

    assert shares(found, 1) == [0.0, 0.0]
    assert "".join(text for text, _ in found.common(0, 2)[0]) == code


def test_common_parts_are_marked_and_no_character_is_lost() -> None:
    one, other = compare([f"{LOOP}\n\n{OTHER}", f"{THIRD}\n\n{RENAMED}"]).common(0, 1)

    assert "".join(text for text, _ in one) == f"{LOOP}\n\n{OTHER}"
    assert "".join(text for text, _ in other) == f"{THIRD}\n\n{RENAMED}"
    marked = "".join(text for text, is_common in other if is_common)
    assert "collected.append(once.clone())" in marked and "mul(2.0)" not in marked


def work(name: str, code: str, *mistakes: tuple[str, str, str]) -> Compare:
    return Compare(name, name, {"play/double": code}, {"play/double": frozenset(mistakes)})


def ranked(mini: Course, *students: Compare) -> list[set[str]]:
    pairs, _ = similar_pairs(mini, mini.assignment("play"), students)
    return [{pair.one.student, pair.other.student} for pair in pairs]


def test_shared_rare_mistakes_weigh_most(mini: Course) -> None:
    fillers = [work(f"s{n}", f"x{n} = {n}\n") for n in range(60)]
    rare = [("double", "M23", "y is wrong by 0.31."), ("double_all", "M02", "y is wrong by 7.")]
    students = [work("ada", LOOP), work("bob", RENAMED), work("cy", OTHER, *rare), work("di", THIRD, *rare)]

    assert ranked(mini, *students, *fillers) == [{"cy", "di"}, {"ada", "bob"}]


def test_a_mistake_of_many_weighs_nothing(mini: Course) -> None:
    common = [("double", "M23", "y is wrong by 0.31."), ("double_all", "M02", "y is wrong by 7.")]
    fillers = [work(f"s{n}", f"x{n} = {n}\n", *common) for n in range(20)]

    assert ranked(mini, work("cy", OTHER, *common), work("di", THIRD, *common), *fillers) == []
    assert weigh(2, 200) == 1 > weigh(2, 60) > weigh(6, 60) > weigh(16, 60) == 0


def test_one_mistake_alone_is_not_enough(mini: Course) -> None:
    fillers = [work(f"s{n}", f"x{n} = {n}\n") for n in range(60)]
    one = ("double", "M23", "y is wrong by 0.31.")

    assert ranked(mini, work("cy", OTHER, one), work("di", THIRD, one), *fillers) == []


def test_a_mistake_that_is_seen_in_two_tasks_is_one(mini: Course) -> None:
    fillers = [work(f"s{n}", f"x{n} = {n}\n") for n in range(60)]
    twice = [("double", "M23", "y is wrong by 0.31."), ("double_all", "M23", "y is wrong by 7.")]

    assert ranked(mini, work("cy", OTHER, *twice), work("di", THIRD, *twice), *fillers) == []


def test_the_same_mistake_with_another_first_wrong_value_is_another(mini: Course) -> None:
    fillers = [work(f"s{n}", f"x{n} = {n}\n") for n in range(60)]
    first = [("double", "M23", "y is wrong by 0.31."), ("double_all", "M02", "y is wrong by 7.")]
    second = [("double", "M23", "y is wrong by 0.32."), ("double_all", "M02", "y is wrong by 8.")]

    assert ranked(mini, work("cy", OTHER, *first), work("di", THIRD, *second), *fillers) == []


def test_the_command_compares_what_was_graded_and_writes_a_page(mini: Course, tmp_path: Path) -> None:
    out = graded(mini, tmp_path, CLASS, {"ada": BIAS, "bob": (BIAS[0], f"{BIAS[1]} (line 9: found[place])")})

    ended = similar(mini, out)

    assert ended.exit_code == 0, ended.output
    assert "Compared 4 hand-ins of play, a lesson at a time: 1 pair is similar." in ended.output
    assert re.search(r"play/double: ada and bob, (9\d|100)% common code, the same rare mistake M23", ended.output)
    page = Reader(page_of(out))
    assert page.tags.count("article") == 1 and page.tags.count("pre") == 2 and "script" not in page.tags
    assert ("href", "./ada/report.html") in page.attributes
    assert "M23 in double , 2 of the class: y is wrong by 0.31." in page.text("")
    assert sys.platform == "win32" or stat.S_IMODE((out / "similar.html").stat().st_mode) == 0o600


def test_no_word_accuses_anybody(mini: Course, tmp_path: Path) -> None:
    out = graded(mini, tmp_path, {"ada": LOOP, "bob": LOOP.replace("found", "y")}, {"ada": BIAS, "bob": BIAS})
    said = [similar(mini, out).output, page_of(out), similar(mini, out, "--help").output]

    assert not [found for text in said for found in ACCUSING.findall(text)]


def test_code_and_names_stay_text(mini: Course, tmp_path: Path) -> None:
    nasty = "</pre></mark><script>alert(1)</script>{{ 7*7 }}\x1b[2J\u202e"
    out = graded(mini, tmp_path, {f"<b>{who}": f"{code}\n# {nasty}\n" for who, code in CLASS.items()})

    similar(mini, out)

    html = page_of(out)
    page = Reader(html)
    assert page.tags.count("pre") == 2 and not {"script", "b"} & set(page.tags)
    assert "</script>{{ 7*7 }}\\x1b[2J\\u202e" in page.text("") and "\x1b" not in html and "\u202e" not in html


def test_a_class_without_similar_work_has_a_page_that_says_so(mini: Course, tmp_path: Path) -> None:
    out = graded(mini, tmp_path, {"ada": LOOP, "cy": OTHER, "di": THIRD})

    assert "no pairs are similar" in similar(mini, out).output
    assert "No two hand-ins are similar." in Reader(page_of(out)).text("")


def test_hand_ins_that_were_moved_can_be_named(mini: Course, tmp_path: Path) -> None:
    out = graded(mini, tmp_path, CLASS)
    (tmp_path / "class").rename(tmp_path / "archive")

    lost, found = similar(mini, out), similar(mini, out, "--hand-ins", str(tmp_path / "archive"))

    assert "--hand-ins FOLDER" in str(lost.exception) and not isinstance(lost.exception, SystemExit)
    assert "1 pair is similar" in found.output


def test_mistakes_of_work_that_is_not_what_was_graded_do_not_count(mini: Course, tmp_path: Path) -> None:
    out = graded(mini, tmp_path, CLASS, {"ada": BIAS, "bob": BIAS})
    (tmp_path / "class" / "bob" / "double.py").write_text(RENAMED.replace("collected", "c"))

    assert "M23" not in similar(mini, out).output
    assert "mistakes do not count: bob ." in Reader(page_of(out)).text("")


def test_a_folder_without_a_graded_class_is_said(mini: Course, tmp_path: Path) -> None:
    assert "holds no graded class" in str(similar(mini, tmp_path).exception)


def test_a_missing_copydetect_is_named_with_what_installs_it(
    mini: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = graded(mini, tmp_path, CLASS)
    monkeypatch.setitem(sys.modules, "copydetect", None)

    assert "pip install 'unroll[similarity]'" in str(similar(mini, out).exception)
    assert not (out / "similar.html").exists()


def test_a_long_text_is_cut_and_it_is_said() -> None:
    side = Side("ada", "ada", [("a" * MOST_CHARACTERS, True), ("b" * 7, False)])

    assert (list(side.shown), side.left_out) == ([("a" * MOST_CHARACTERS, True)], 7)


def test_a_class_whose_run_kept_no_folder_needs_one(mini: Course, tmp_path: Path) -> None:
    out = graded(mini, tmp_path, CLASS, {"ada": BIAS, "bob": BIAS})
    (out / "run.json").unlink()
    keep_run(out, ClassRun("2025-03-01", "kit", True, mini.assignment("play"), ()))

    lost, found = similar(mini, out), similar(mini, out, "--hand-ins", str(tmp_path / "class"))

    assert "--hand-ins FOLDER" in str(lost.exception)
    assert "1 pair is similar" in found.output and "the same rare mistake M23" in found.output
