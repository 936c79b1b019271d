"""The class page: how the class did, why, whom to look at, and nothing of a hand-in that becomes markup."""

import base64
import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from class_of import BIAS, Reader, made, named, right, with_bias, with_curve, write
from schemas import complaints

from autograder.errors import UsageError
from autograder.reports.class_page.write import write_class_page

NASTY = '"><script>alert(1)</script><img src=x onerror=alert(1)></textarea><style>*{}</style>{{ 7*7 }}\x1b[2J\u202e'


def test_the_page_says_how_the_class_did(tmp_path: Path) -> None:
    page = Reader(write(tmp_path, [right("ada"), right("bob"), with_bias("cy")]))

    assert "Students 3 Mean 80 % Median 100 % Middle half 70 % to 100 %" in page.text("")
    assert "windows:make_windows 100 % 3 / 3 0 0 0 2 / 2" in page.text("tasks")
    assert "cell:rnn_cell 67 % 2 / 3 1 0 0 2 / 3" in page.text("tasks")
    said = next(value for name, value in page.attributes if name == "aria-label" and "by their marks" in (value or ""))
    assert "40 to 50 %: 1" in (said or "") and "90 to 100 %: 2" in (said or "")


def test_each_student_has_a_row_that_leads_to_the_own_page(tmp_path: Path) -> None:
    page = Reader(write(tmp_path, [right("ada"), with_bias("Bob B", 1.5)]))

    assert "ada 5 100 2 3" in page.text("students")
    assert "Bob B 3.5 70 2 1.5 M23" in page.text("students")
    assert ("href", "./Bob_B/report.html") in page.attributes


def test_causes_are_counted_with_their_points_and_those_concerned(tmp_path: Path) -> None:
    other = made("rnn_cell", 2, "failed", mistake="M02", cause="The axes are exchanged.", fact="h_t is wrong.")
    results = [named("ada", made("make_windows", 2), other), with_bias("bob"), with_bias("cy", 1.0)]

    text = Reader(write(tmp_path, results)).text("causes")

    assert text.index(f"2 students, 5 points M23 in cell:rnn_cell {BIAS}") < text.index("1 student, 1 point M02")
    assert "return torch.tanh(x_t @ w_ih.T) + b_ih Who: 2 bob cy" in text


def test_the_page_says_how_to_ask_why(tmp_path: Path) -> None:
    write(tmp_path, [right("ada")])
    (tmp_path / "run.json").write_text("{}")  # as `unroll grade` leaves one

    text = Reader(write_class_page(tmp_path).read_text(encoding="utf-8")).text("causes")

    assert "unroll why STUDENT LESSON:TASK -o OUT" in text


def test_what_has_no_name_is_counted_by_what_was_found(tmp_path: Path) -> None:
    facts = [
        "h_t is wrong in 3 of 15 values, first at h_t[0, 1], by 0.31.",
        "h_t is wrong in 12 of 15 values, first at h_t[2, 0], by 1.2e-05.",
        "rnn_cell raised ValueError: 3x5 (line 12: return h @ w).",
        "rnn_cell raised ValueError: 4x7 (cell 2, line 3: y = (h @ w)).",
    ]
    wrong = [made("rnn_cell", 0, "failed", fact=fact) for fact in facts]
    results = [named(f"student {n}", made("make_windows", 2), one) for n, one in enumerate(wrong)]

    text = Reader(write(tmp_path, results)).text("causes")

    assert "No known mistake was recognised." in text
    assert f"2 6 cell:rnn_cell {facts[0]} Who: 2 student 0 student 1" in text
    assert f"2 6 cell:rnn_cell {facts[2]} Who: 2 student 2 student 3" in text


@pytest.mark.parametrize(
    "line", ["    x = 1  # Jane wrote this", "    jane_doe = 1", "    print('JANE')", "        "], ids=str.strip
)
def test_a_wrong_line_that_tells_whose_it_is_is_not_shown(tmp_path: Path, line: str) -> None:
    text = Reader(write(tmp_path, [with_bias("Jane Doe", line=line)])).text("causes")

    assert "jane" not in text.lower().replace("who: 1 jane doe", "")


def test_the_wrong_line_of_another_student_stands_for_it(tmp_path: Path) -> None:
    results = [with_bias("Jane Doe", line="    jane = h"), with_bias("Bob", line="    h = x  # Bob's own")]

    text = Reader(write(tmp_path, results)).text("causes")

    assert f"{BIAS} h = x Who: 2 Jane Doe Bob" in text


def test_learning_curves_stand_over_one_another_with_the_threshold(tmp_path: Path) -> None:
    falling = [1.0, 0.5, 0.1, 0.01, 0.002]
    results = [with_curve("ada", 0.002, falling), with_curve("bob", 0.5, [1.0] * 5), with_curve("cy", None, [None] * 5)]

    html = write(tmp_path, results)

    assert "1 of 3 reach 0.003 (full lines); 2 do not (dashed)." in Reader(html).text("curves")
    assert "to be reached: 0.003" in html
    assert re.search(r'class="curve reached" d="M[\d ]+(L[\d ]+){4}"', html)
    assert html.count('class="curve missed"') == 1
    assert "nan" not in html


def test_time_outs_and_crashes_are_listed(tmp_path: Path) -> None:
    slow = made("rnn_cell", 0, "timeout", fact="It took longer than 10 s.")

    text = Reader(write(tmp_path, [named("ada", made("make_windows", 2), slow)])).text("stopped")

    assert "1 3 cell:rnn_cell It took longer than 10 s. Who: 1 ada" in text


LATE = "It was handed in 3 h after the deadline: 90% of the points are kept."
CHOICE = "Look at this by hand: cell.py and cell (1).py differ."
BY_HAND: list[tuple[dict[str, Any], str]] = [
    ({"unread": ("cell.ipynb: it is damaged.",)}, "not read cell.ipynb: it is damaged."),
    ({"arrival": (CHOICE,)}, f"ambiguous {CHOICE}"),
    ({"notes": (f"cell.py: {CHOICE}",)}, f"ambiguous {CHOICE}"),
    ({"again": True}, "tried twice A process ended while it was graded. The next run grades it again."),
    ({"late": LATE, "kept": 0.9}, f"late {LATE}"),
    ({"digest": ""}, "not graded It could not be graded."),
]


@pytest.mark.parametrize(("found", "said"), BY_HAND, ids=[said[:12] for _, said in BY_HAND])
def test_whom_a_person_should_look_at_is_listed(tmp_path: Path, found: dict[str, Any], said: str) -> None:
    text = Reader(write(tmp_path, [right("ada"), replace(right("bob"), **found)])).text("by-hand")

    assert text.endswith(f"bob {said}")
    assert "ada" not in text


def test_what_was_refused_and_what_was_tried_twice_in_a_task_is_listed(tmp_path: Path) -> None:
    refused = made("make_windows", 0, "rejected", fact="make_windows may not use unfold; write it by hand.")
    crashed = made("rnn_cell", 0, "crashed", fact="The process ended by SIGSEGV. It was tried twice.")

    text = Reader(write(tmp_path, [named("ada", refused, crashed)])).text("by-hand")

    assert "ada refused sine/windows:make_windows: make_windows may not use unfold; write it by hand." in text
    assert "ada tried twice A process ended while it was graded (sine/cell:rnn_cell)." in text


def test_what_lies_among_the_hand_ins_and_is_no_student_is_named(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(json.dumps({"skipped": ["cell.py", NASTY]}))

    html = write(tmp_path, [right("ada")])

    assert "nobody has read it: cell.py" in Reader(html).text("by-hand")
    assert "<script>alert" not in html


def test_a_record_that_says_other_marks_is_not_taken(tmp_path: Path) -> None:
    write(tmp_path, [with_bias("ada")])
    (tmp_path / "ada" / "record.json").write_text("{}")

    write_class_page(tmp_path)

    page = Reader((tmp_path / "index.html").read_text(encoding="utf-8"))
    assert "ada no record Its record in this folder cannot be read." in page.text("by-hand")
    assert "ada 2 40 2 0 M23" in page.text("students")


def test_nothing_of_a_hand_in_becomes_markup(tmp_path: Path) -> None:
    wrong = with_bias("ada", line=f"    x = '{NASTY}'", fact=NASTY)
    wrong = replace(wrong, tasks=tuple(replace(one, cause=NASTY, mistake=NASTY) for one in wrong.tasks))
    html = write(tmp_path, [replace(wrong, student=NASTY, late=NASTY, unread=(NASTY,), arrival=(f"{CHOICE}{NASTY}",))])
    clean = write(tmp_path / "other", [with_bias("ada")])

    page = Reader(html)
    assert set(page.tags) <= {*Reader(clean).tags, "section", "table", "thead", "tbody", "tr", "th", "td", "a", "bdi"}
    assert (page.tags.count("script"), page.tags.count("style")) == (1, 1)
    assert not [name for name, _ in page.attributes if name.startswith("on") or name in ("style", "src")]
    assert "{{ 7*7 }}" in page.text("causes")
    assert "\x1b" not in html
    assert "\u202e" not in html


def test_a_folder_of_any_name_is_linked_and_nothing_else(tmp_path: Path) -> None:
    results = [replace(right("a"), folder="javascript:alert(1)"), replace(right("b"), folder="김 #1?.x")]

    links = [value for name, value in Reader(write(tmp_path, results)).attributes if name == "href"]

    assert {link for link in links if link and not link.startswith("#")} == {
        "./javascript%3Aalert%281%29/report.html",
        "./%EA%B9%80%20%231%3F.x/report.html",
    }


def test_the_page_fetches_nothing_and_allows_only_its_own_style_and_script(tmp_path: Path) -> None:
    html = write(tmp_path, [with_bias("ada"), with_curve("bob", 0.1, [1.0] * 5)])

    for name in ("style", "script"):
        text = html.partition(f"<{name}>")[2].partition(f"</{name}>")[0]
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in html
    assert "default-src 'none'" in html
    assert not re.search(r"https?:|url\(|@import|innerHTML|insertAdjacentHTML|eval\(", html)


def test_the_page_can_be_written_again_and_is_the_same(tmp_path: Path) -> None:
    before = write(tmp_path, [right("ada"), with_bias("bob")])
    (tmp_path / "index.html").unlink()

    assert write_class_page(tmp_path).read_text(encoding="utf-8") == before


def test_where_no_class_was_graded_the_person_is_told_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"holds no graded class\. Grade one into it first: unroll grade"):
        write_class_page(tmp_path)


def test_a_run_that_was_stopped_says_so(tmp_path: Path) -> None:
    text = Reader(write(tmp_path, [right("ada")], count=2)).text("")

    assert "The last run was stopped: some students have no row." in text


def test_a_class_of_nobody_has_a_page(tmp_path: Path) -> None:
    assert "Students 0" in Reader(write(tmp_path, [])).text("")


def test_what_is_kept_of_two_runs_is_as_described(tmp_path: Path) -> None:
    write(tmp_path, [right("ada"), with_bias("bob"), replace(right("cy"), tasks=right("cy").tasks[:1], digest="")])
    write(tmp_path, [right("ada")], kit="another")

    assert complaints("class", json.loads((tmp_path / "class.json").read_text(encoding="utf-8"))) == []
