"""`unroll check` in a student's own folder: the likely cause, the exit status, wrong use in one line."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from classroom import REPOSITORY
from homework import ENVIRONMENT, answer, unroll, write

from autograder.course.model import Course
from autograder.errors import UsageError
from autograder.isolation.forked import Zygote
from autograder.student.exercises import assignments_in, find_home, read_exercises
from autograder.student.home import Checked, check_spots
from autograder.student.where import find_typed

TANH = "torch.tanh("


def outcomes(checked: Checked) -> dict[str, str]:
    return {result.task: result.outcome for result in checked.results}


def test_the_answer_passes_and_the_stub_is_not_written(folder: Path, course: Course, zygote: Zygote) -> None:
    write(folder, "cell", answer(course, "cell"))

    checked = check_spots(find_typed(folder, "sine")[1], zygote)

    assert {result.outcome for result in checked.results if result.lesson == "sine/cell"} == {"passed"}
    assert {result.outcome for result in checked.results if result.lesson != "sine/cell"} == {"missing"}
    assert "make_windows is still the stub." in [result.message for result in checked.results]


def test_a_known_mistake_is_named_as_pytest_says_it(folder: Path, course: Course, zygote: Zygote) -> None:
    write(folder, "cell", answer(course, "cell").replace(TANH, "torch.sigmoid("))

    result = check_spots(find_typed(folder, "sine/cell:rnn_cell")[1], zygote).results[0]

    assert (result.outcome, result.mistake) == ("failed", "M19")
    assert result.message.startswith("h_t[0, 0] should be 0.462117, but is 0.622459. Likely cause: ")


SILENT = {
    "another norm": ("sine/training", "train_step", "model.parameters(), max_norm)", "model.parameters(), 0.5)"),
    "put back by arithmetic": ("gradients/bptt", "numerical_gradient", "a[index] = kept\n", "a[index] += eps\n"),
}


@pytest.mark.parametrize("name", SILENT)
def test_what_the_stub_warns_of_is_seen_at_home(folder: Path, course: Course, zygote: Zygote, name: str) -> None:
    lesson, task, right, wrong = SILENT[name]
    text = (course.lesson(lesson).folder / "lesson.py").read_text(encoding="utf-8")
    assert text.count(right) == 1
    assignment = lesson.split("/")[0]
    shutil.copytree(REPOSITORY / "exercises" / assignment, folder / assignment, dirs_exist_ok=True)
    (folder / f"{lesson}.py").write_text(text.replace(right, wrong), encoding="utf-8")

    (result,) = check_spots(find_typed(folder, f"{lesson}:{task}")[1], zygote).results

    assert result.outcome == "failed"


def test_an_unknown_mistake_is_not_explained(folder: Path, course: Course, zygote: Zygote) -> None:
    write(folder, "cell", answer(course, "cell").replace(TANH, "torch.sinh("))

    result = check_spots(find_typed(folder, "sine/cell:rnn_cell")[1], zygote).results[0]

    assert (result.outcome, result.mistake) == ("failed", "")
    assert "Likely cause" not in result.message


def test_what_crashes_costs_its_own_task(folder: Path, course: Course, zygote: Zygote) -> None:
    text = answer(course, "cell") + "\ndef readout(*_):\n    import ctypes\n    ctypes.string_at(0)\n"
    write(folder, "cell", text)

    checked = check_spots(find_typed(folder, "sine/cell")[1], zygote)

    assert outcomes(checked) == {"rnn_cell": "passed", "rnn_forward": "passed", "readout": "crashed"}


def test_a_name_that_a_probe_needs_is_missing(folder: Path, zygote: Zygote) -> None:
    write(folder, "training", "import torch\n")

    checked = check_spots(find_typed(folder, "sine/training")[1], zygote)

    assert set(outcomes(checked).values()) == {"missing"}


def test_a_syntax_error_is_named_with_its_line(folder: Path, zygote: Zygote) -> None:
    write(folder, "cell", "def rnn_cell(x_t\n    return x_t\n")

    result = check_spots(find_typed(folder, "sine/cell:rnn_cell")[1], zygote).results[0]

    assert result.outcome == "failed"
    assert re.search(r"line 1 raised SyntaxError", result.message)


def test_a_statement_that_is_passed_over_is_named_though_all_pass(folder: Path, course: Course, zygote: Zygote) -> None:
    text = answer(course, "cell")
    write(folder, "cell", f"{text}\n# %% [markdown]\n# An experiment.\n# %%\n1 +\n")

    checked = check_spots(find_typed(folder, "sine/cell")[1], zygote)

    line = text.count("\n") + 5
    assert checked.all_pass
    file = folder / "sine" / "cell.py"
    assert checked.notes == [f"{file}:{line} raised SyntaxError: invalid syntax. The checks went on without it."]


def test_a_lesson_that_is_gone_is_missing(folder: Path, zygote: Zygote) -> None:
    (folder / "sine" / "cell.py").unlink()

    checked = check_spots(find_typed(folder, "sine/cell")[1], zygote)

    assert {result.message for result in checked.results} == {"There is no cell.py here."}


def test_what_the_code_prints_is_kept(folder: Path, course: Course, zygote: Zygote) -> None:
    write(
        folder,
        "cell",
        answer(course, "cell").replace("    return torch.tanh(", "    print('here')\n    return torch.tanh("),
    )

    checked = check_spots(find_typed(folder, "sine/cell:rnn_cell")[1], zygote)

    assert checked.output["sine/cell"].splitlines()[0] == "here"


@pytest.mark.parametrize("inside", [".", "sine", "notes/deep"])
def test_the_folder_is_found_upward(folder: Path, inside: str) -> None:
    (folder / "notes" / "deep").mkdir(parents=True)

    assert find_home(folder / inside) == folder.resolve()


def test_in_a_checkout_the_exercises_are_found() -> None:
    assert find_home(REPOSITORY / "tests") == REPOSITORY / "exercises"


def test_assignments_come_in_the_order_of_the_course(tmp_path: Path) -> None:
    for name, content in {"a": "{}", "b": '{"place": 1}', "c": '{"place": 0}', "d": "damaged"}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "known.json").write_text(content)

    assert assignments_in(tmp_path) == ["c", "b", "a", "d"]


def test_in_the_folder_of_an_assignment_that_one_is_meant(folder: Path) -> None:
    shutil.copytree(folder / "sine", folder / "cosine")

    assert assignments_of(folder / "sine") == ["sine"]
    assert assignments_of(folder) == ["cosine", "sine"]


def assignments_of(start: Path) -> list[str]:
    """Name the assignments that are meant where nothing is said."""
    return list(dict.fromkeys(spot.exercises.assignment.name for spot in find_typed(start, "")[1]))


WRONG = {
    "no assignment": ("cosine", "There is no 'cosine' here. Did you mean sine?"),
    "nothing like it": ("tangent", "There is no 'tangent' here. `unroll list` shows what there is."),
    "no lesson": ("sine/tangent", "It has: windows, cell, training, rollout"),
    "no task": ("sine/cell:lstm", "It has: rnn_cell, rnn_forward, readout"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_address_is_told_what_there_is(folder: Path, name: str) -> None:
    address, there = WRONG[name]

    with pytest.raises(UsageError, match=re.escape(there)):
        find_typed(folder, address)


def test_exit_status_and_table(folder: Path, course: Course) -> None:
    write(folder, "cell", answer(course, "cell").replace(TANH, "torch.sigmoid("))

    failed, passed = unroll(folder, "check", "sine/cell"), unroll(folder, "check", "sine/cell:readout")

    assert (failed.returncode, passed.returncode) == (1, 0), failed.stderr + passed.stderr
    assert "1 of 3 tasks pass." in failed.stdout
    assert "Likely cause: h must be able to be negative" in failed.stdout
    assert passed.stdout.rstrip().endswith("All public checks pass; hidden checks run when you hand in.")


def test_wrong_use_is_one_line_and_status_2(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    for place, address in ((folder, "sine/tangent"), (tmp_path_factory.mktemp("empty"), "sine")):
        done = unroll(place, "check", address)

        assert done.returncode == 2
        assert len(done.stderr.strip().splitlines()) == 1


def test_nothing_but_what_was_found_is_written_into_the_folder(folder: Path) -> None:
    before = set(folder.rglob("*"))

    unroll(folder, "check", "sine/cell:rnn_cell", environment={"PYTHONDONTWRITEBYTECODE": ""})

    assert set(folder.rglob("*")) - before == {folder / ".unroll", folder / ".unroll" / "state.txt"}


def test_a_student_needs_no_extra() -> None:
    code = "import sys, autograder.student.show; print(*sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], env=ENVIRONMENT, capture_output=True, text=True, cwd="/")

    assert done.returncode == 0, done.stderr
    assert not {"nbgrader", "jinja2", "jupytext", "nbconvert", "autograder.authoring"} & set(done.stdout.split())


def test_known_mistakes_are_read_again_after_an_upgrade(home: Path) -> None:
    before = read_exercises(home / "play").assignment.title
    known = home / "play" / "known.json"
    known.write_text(known.read_text(encoding="utf-8").replace(before, "A title that is longer"), encoding="utf-8")

    assert read_exercises(home / "play").assignment.title == "A title that is longer"
    assert before != "A title that is longer"
