"""After `unroll publish` no run lowers a mark unasked, wherever it is stopped."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from class_of import right, with_bias
from click.testing import CliRunner
from schemas import complaints
from scripted import ScriptedCrew, SmallClass, small  # noqa: F401 (a fixture)

from autograder.cli.commands import cli
from autograder.errors import GradingError, UsageError
from autograder.grading import publication, run
from autograder.grading.publish import publish
from autograder.reports.previous import digest_of
from autograder.reports.published import TOTAL, Published, falls, read_published, told, with_agreed
from autograder.text import console

TABLES = ("grades.csv", "marks.csv", "class.json", "index.html", "junit.xml", "run.json", "published.json")


def published(small: SmallClass, **marks: str) -> dict[str, str]:  # noqa: F811
    """Grade a class and publish it; return the digests of what a student or a school sees."""
    small.hand_in(**marks)
    small.grade()
    list(publish(small.out))
    return visible(small)


def visible(small: SmallClass) -> dict[str, str]:  # noqa: F811
    paths = [small.out / name for name in TABLES]
    paths += [path for student in small.hand_ins.iterdir() for path in (small.out / student.name).glob("*")]
    return {str(path.relative_to(small.out)): digest_of(path) for path in paths}


def of(*results: Any) -> Published:
    return Published("2025-03-01T10:00:00+00:00", "sine", "0" * 64, told(results))


def test_a_task_that_falls_is_a_fall_though_the_total_rises() -> None:
    before = of(with_bias("ada", 1.5))
    better = replace(right("ada"), tasks=(replace(right("ada").tasks[0], score=1.0), right("ada").tasks[1]))

    (found,) = falls(before, [better])

    assert found.marks == {("sine/windows", "make_windows"): (2.0, 1.0)}


def test_the_deadline_a_lost_row_and_a_lost_task_lower_marks() -> None:
    before = of(right("ada"), right("bob"), right("cy"), right("dan"))
    late, short = replace(right("ada"), kept=0.9), replace(right("bob"), tasks=right("bob").tasks[:1])

    found = falls(before, [late, short, right("dan")])

    assert [(one.student, one.marks[TOTAL]) for one in found] == [("ada", (5, 4.5)), ("bob", (5, 2)), ("cy", (5, 0))]


def test_nobody_falls_from_nothing_or_by_a_rounding() -> None:
    lost = replace(with_bias("bob"), digest="")
    ada = replace(right("ada"), kept=1 - 1e-9)

    assert falls(of(right("ada"), lost), [ada]) == ()


def test_a_mark_that_was_agreed_to_may_stand_and_fall_no_further() -> None:
    before = of(right("ada"))

    agreed = with_agreed(before, falls(before, [with_bias("ada", 1.5)]))

    assert falls(agreed, [with_bias("ada", 1.5)]) == falls(agreed, [right("ada")]) == ()
    assert falls(agreed, [with_bias("ada", 1.0)])[0].marks[TOTAL] == (3.5, 3.0)
    assert agreed.students[0].marks == before.students[0].marks


def test_a_run_that_lowers_a_published_mark_replaces_nothing(
    small: SmallClass,  # noqa: F811
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = published(small, ada="2 3", bob="1 3", cy="0 0")
    small.hand_in(ada="1 3", bob="2 3")

    with pytest.raises(GradingError, match="Published marks of 1 would fall, so no mark, page or table") as error:
        small.grade()

    said = capsys.readouterr().err
    assert error.value.exit_status == 3 and "--yes" in str(error.value)
    assert "Published marks that would fall, 1:\n  ada: from 5 to 4: double:double from 2 to 1\n" in said
    assert visible(small) == before


def test_with_yes_nothing_is_graded_twice_and_later_runs_do_not_ask_again(small: SmallClass) -> None:  # noqa: F811
    published(small, ada="2 3", bob="1 3")
    small.hand_in(ada="1 3", bob="2 3")
    with pytest.raises(GradingError):
        small.grade()
    assert ScriptedCrew.graded == ["ada", "bob"]

    small.grade(yes=True)

    assert ScriptedCrew.graded == []
    assert small.scores() == {"ada": ["1", "3"], "bob": ["2", "3"]}
    assert small.scores("grades.previous.csv") == {"ada": ["2", "3"], "bob": ["1", "3"]}
    assert json.loads(small.text("ada/record.json"))["tasks"][0]["score"] == 1.0
    assert not (small.out / ".held").exists()
    small.grade()
    small.hand_in(ada="0 3")
    with pytest.raises(GradingError):
        small.grade()


def test_a_person_at_a_terminal_is_asked(small: SmallClass, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    before = published(small, ada="2 3")
    small.hand_in(ada="1 3")
    asked: list[tuple[list[str], str]] = []

    def answer(no_or_yes: bool) -> None:
        monkeypatch.setattr(console._Lines, "ask", lambda _, *said: bool(asked.append(said)) or no_or_yes)

    answer(False)
    with pytest.raises(GradingError):
        small.grade()
    assert visible(small) == before
    answer(True)
    small.grade()

    assert small.scores() == {"ada": ["1", "3"]}
    assert asked[0] == asked[1] and asked[0][1] == "Replace these published marks?"


@pytest.mark.parametrize(("is_terminal", "answer"), [(True, True), (True, False), (False, True)])
def test_the_bar_goes_before_the_question_comes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], is_terminal: bool, answer: bool
) -> None:
    bar = console.Progress(console=console.Console(stderr=True, force_terminal=True))
    monkeypatch.setattr(console.sys.stdin, "isatty", lambda: is_terminal, raising=False)
    monkeypatch.setattr(console.click, "confirm", lambda *_, **__: not bar.live.is_started and answer)

    with bar:
        found = console._Bar(bar, bar.add_task("", total=1)).ask(["  ada: from 5 to 4"], "Replace?")

    assert found is (is_terminal and answer)
    assert "  ada: from 5 to 4\n" in capsys.readouterr().err


def test_a_run_that_is_stopped_leaves_published_marks_alone_and_keeps_its_work(small: SmallClass) -> None:  # noqa: F811
    before = published(small, ada="1 3", bob="2 3")
    small.hand_in(ada="2 3")

    small.stopped("bob")

    assert visible(small) == before
    small.grade()
    assert ScriptedCrew.graded == []
    assert small.scores()["ada"] == ["2", "3"]


class Killed(BaseException):
    """The process was killed."""


def killed(*_: object, **__: object) -> None:
    raise Killed


@pytest.mark.parametrize("name", ["publication.falls", "publication.write_published", "publication.shutil.rmtree"])
def test_a_kill_before_the_tables_leaves_them_as_published(
    small: SmallClass,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    before = published(small, ada="2 3", bob="2 3")
    small.hand_in(ada="1 3", bob="0 3")
    with monkeypatch.context() as context:
        context.setattr(f"autograder.grading.{name}", killed)
        with pytest.raises(Killed):
            small.grade(yes=True)

    assert {name: text for name, text in visible(small).items() if name.endswith(".csv")} == {
        name: text for name, text in before.items() if name.endswith(".csv")
    }
    small.grade(yes=True)
    assert small.scores() == {"ada": ["1", "3"], "bob": ["0", "3"]}
    assert ScriptedCrew.graded == []


def test_a_kill_between_two_records_loses_no_mark(small: SmallClass, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    published(small, ada="2 3", bob="2 3")
    small.hand_in(ada="1 3", bob="0 3")
    real = publication.real_folder
    with monkeypatch.context() as context:
        context.setattr(publication, "real_folder", lambda path: killed() if path.name == "bob" else real(path))
        with pytest.raises(Killed):
            small.grade(yes=True)
    assert small.scores() == {"ada": ["2", "3"], "bob": ["2", "3"]}

    small.grade()

    assert small.scores() == {"ada": ["1", "3"], "bob": ["0", "3"]}


def test_what_was_published_is_as_described_and_read_back(small: SmallClass) -> None:  # noqa: F811
    published(small, ada="2 3", bob="lost")
    small.hand_in(ada="1 3", bob="0 0")
    small.grade(yes=True)

    data = json.loads(small.text("published.json"))

    assert complaints("published", data) == []
    assert [one["student"] for one in data["students"]] == ["ada"]
    assert data["students"][0]["agreed"] == [["", "", 4.0], ["play/double", "double", 1.0]]
    found = read_published(small.out)
    assert found and found.students[0].least == {
        TOTAL: 4.0,
        ("play/double", "double"): 1.0,
        ("play/double", "double_all"): 3.0,
    }


@pytest.mark.parametrize("text", ["{", "[]", '{"version": 2}', '{"version": 1, "students": [{}]}', "[" * 99_999])
def test_a_file_of_published_marks_that_cannot_be_read_stops_the_run(small: SmallClass, text: str) -> None:  # noqa: F811
    before = published(small, ada="2 3")
    (small.out / "published.json").write_text(text)
    small.hand_in(ada="1 3")

    with pytest.raises(UsageError, match="nobody knows which marks are out"):
        small.grade(yes=True)

    assert digest_of(small.out / "grades.csv") == before["grades.csv"]


def test_marks_are_published_anew(small: SmallClass) -> None:  # noqa: F811
    published(small, ada="2 3", bob="0 0")
    small.hand_in(ada="1 3")
    small.grade(yes=True)

    said = list(publish(small.out))

    assert said[0].startswith("Published: the marks of 2 in play")
    assert said[1].endswith("; 1 are others.")
    found = read_published(small.out)
    assert found and found.students[0].marks[TOTAL] == 4.0 and not found.students[0].agreed


def stopped(small: SmallClass) -> None:  # noqa: F811
    small.stopped("bob")


def edited(small: SmallClass) -> None:  # noqa: F811
    small.grade()
    (small.out / "grades.csv").write_text(small.text("grades.csv").replace("play", "PLAY"))


def half_written(small: SmallClass) -> None:  # noqa: F811
    small.grade()
    (small.out / "grades.csv").unlink()


@pytest.mark.parametrize("change", [stopped, edited, half_written])
def test_only_the_marks_of_a_whole_run_are_published(small: SmallClass, change: Callable[..., None]) -> None:  # noqa: F811
    small.hand_in(ada="2 3", bob="2 3")
    change(small)

    with pytest.raises(UsageError, match="Run the same `unroll grade` again, then publish"):
        list(publish(small.out))

    assert not (small.out / "published.json").exists()


def test_who_could_not_be_graded_is_named(small: SmallClass) -> None:  # noqa: F811
    small.hand_in(ada="2 3", bob="lost")
    small.grade()

    assert "Not graded, so nothing of theirs is published, 1: bob" in list(publish(small.out))


def test_an_empty_folder_holds_nothing_to_publish(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(UsageError, match=r"holds no graded class\. .* unroll grade ASSIGNMENT SUBMISSIONS -o "):
            list(publish(folder))


def test_the_commands_take_the_words(small: SmallClass, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    small.hand_in(ada="2 3")
    small.grade()
    found: list[run.Options] = []
    monkeypatch.setattr("autograder.grading.show.show_grading", lambda *said: bool(found.append(said[-1])) or True)
    where = ["--course", str(small.course.root)]

    noted = CliRunner().invoke(cli, ["publish", str(small.out)])
    asked = CliRunner().invoke(cli, ["grade", "play", str(small.hand_ins), "-o", str(small.out), "--yes", *where])

    assert (noted.exit_code, asked.exit_code) == (0, 0)
    assert "Published: the marks of 1 in play" in noted.output
    assert found[0].yes and not run.Options().yes
