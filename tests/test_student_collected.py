"""The public tests of a lesson are collected once, and again where they have changed or need pytest itself."""

from pathlib import Path

import pytest
from homework import answer, write

from autograder.course.model import Course, Lesson
from autograder.errors import Cancelled
from autograder.exam.exam import Exam
from autograder.isolation.forked import Zygote
from autograder.student import collected
from autograder.student.exercises import Exercises, read_exercises
from autograder.student.home import check_spots
from autograder.student.where import find_typed

TANH = "torch.tanh("


@pytest.fixture
def sessions(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files of tests of each session of pytest that was begun."""
    begun: list[Path] = []
    run = collected.run_session

    def counted(exam: Exam, threads: int | None = 1) -> None:
        begun.extend(exam.files)
        run(exam, threads)

    monkeypatch.setattr(collected, "run_session", counted)
    return begun


def found(folder: Path, zygote: Zygote) -> list[tuple[str, str]]:
    checked = check_spots(find_typed(folder, "sine/cell:rnn_cell")[1], zygote)
    return [(result.outcome, result.mistake) for result in checked.results]


def cell(folder: Path) -> tuple[Exercises, Lesson]:
    exercises = read_exercises(folder / "sine")
    return exercises, next(lesson for lesson in exercises.assignment.lessons if lesson.name == "cell")


def file_of_tests(folder: Path) -> Path:
    exercises, lesson = cell(folder)
    return exercises.tests(lesson)


def test_a_second_check_begins_no_session_and_judges_the_new_code(
    folder: Path, course: Course, zygote: Zygote, sessions: list[Path]
) -> None:
    texts = [answer(course, "cell"), answer(course, "cell").replace(TANH, "torch.sigmoid(")]
    seen = []
    for text in [*texts, *texts]:
        write(folder, "cell", text)
        seen += found(folder, zygote)

    assert seen == [("passed", ""), ("failed", "M19")] * 2
    assert sessions == [file_of_tests(folder)]


def test_tests_that_have_changed_are_collected_again(
    folder: Path, course: Course, zygote: Zygote, sessions: list[Path]
) -> None:
    write(folder, "cell", answer(course, "cell"))
    before = found(folder, zygote)
    file = file_of_tests(folder)
    more = '\n\n@pytest.mark.task("rnn_cell")\ndef test_never(student):\n    assert False\n'
    file.write_text(file.read_text(encoding="utf-8") + more, encoding="utf-8")

    assert (before, found(folder, zygote)) == ([("passed", "")], [("failed", "")])
    assert sessions == [file, file]


def test_tests_with_a_fixture_of_pytest_get_a_session_each_time(
    folder: Path, course: Course, zygote: Zygote, sessions: list[Path]
) -> None:
    write(folder, "cell", answer(course, "cell"))
    file = file_of_tests(folder)
    more = '\n\n@pytest.mark.task("rnn_cell")\ndef test_fresh(student, tmp_path):\n    (tmp_path / "one").mkdir()\n'
    file.write_text(file.read_text(encoding="utf-8") + more, encoding="utf-8")

    assert found(folder, zygote) + found(folder, zygote) == [("passed", "")] * 2
    assert sessions == [file, file]


def test_a_check_that_was_cancelled_leaves_the_next_one_alone(folder: Path, sessions: list[Path]) -> None:
    exercises, lesson = cell(folder)
    seen: list[Exam] = []

    def cancelled(exam: Exam) -> None:
        seen.append(exam)
        raise Cancelled

    for work in (cancelled, seen.append, cancelled, seen.append):
        try:
            collected.with_tests(exercises, lesson, work)
        except Cancelled:
            continue

    assert [exam is seen[-1] for exam in seen] == [False, True, True, True]
    assert len(sessions) == 2
