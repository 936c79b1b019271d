"""The comparison with other graders: hand-ins and checks in the format of each, made without running any."""

import ast
import json
import sys
import types
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from classroom import REPOSITORY
from nbgrader.api import Gradebook
from nbgrader.nbgraderformat import MetadataValidator

from autograder.course.model import Course, Lesson, load_course

sys.path.insert(0, str(REPOSITORY / "benchmarks"))

from peers import checking, nbgrader_alone, notebooks, otter, plain_pytest
from peers.checks import Check, hidden, read_checks, without_pytest, write_checks
from peers.grader import Job, by_task
from peers.hand_ins import HandIn, make_class
from peers.kit import UnrollGrade

RIGHT = """\
import torch


def rnn_cell(x_t, h, w_ih, w_hh, b_ih, b_hh):
    return torch.{}(x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh)
"""
VALUES = "test_values_agree_on_random_states"


@pytest.fixture(scope="module")
def lessons(course: Course) -> tuple[Lesson, ...]:
    return course.assignment("sine").lessons


@pytest.fixture(scope="module")
def checks(lessons: tuple[Lesson, ...]) -> list[Check]:
    return [check for lesson in lessons for check in read_checks(lesson)]


@pytest.fixture(scope="module")
def wrong(lessons: tuple[Lesson, ...]) -> HandIn:
    return make_class(lessons, 4, 2)[3]


def test_every_hidden_test_is_a_check_with_its_task_and_weight(lessons, checks):
    named = [name for lesson in lessons for name in _functions(hidden(lesson)) if name.startswith("test_")]

    assert sorted(check.name for check in checks) == sorted(named)
    assert {check.task for check in checks} == {task.name for lesson in lessons for task in lesson.tasks}
    assert Check("cell", "rnn_cell", VALUES, 4.0) in checks


def test_checks_without_pytest_are_the_same_functions(lessons):
    for lesson in lessons:
        text = without_pytest(hidden(lesson))

        assert "pytest" not in text
        assert _functions(text) == _functions(hidden(lesson))


def test_helpers_import_nothing_of_the_kit_that_is_not_beside_them(lessons, tmp_path):
    write_checks(tmp_path / "helpers", lessons)
    there = {".".join(path.relative_to(tmp_path / "helpers").with_suffix("").parts) for path in _modules(tmp_path)}

    for path in _modules(tmp_path):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("autograder"):
                assert {node.module, f"{node.module}.__init__"} & there, path
    assert not [name for name in there if name.startswith(("autograder.grading", "autograder.cli"))]


def test_a_check_passes_the_right_names_and_no_wrong_ones(lessons, monkeypatch):
    beside = {"checks_cell": without_pytest(hidden(lessons[1])), "answer_cell": RIGHT.format("tanh")}
    for name, text in beside.items():
        monkeypatch.setitem(sys.modules, name, _module(name, text))
    checking.reference.cache_clear()

    checking.check("cell", VALUES, vars(_module("right", RIGHT.format("tanh"))))
    with pytest.raises(AssertionError):
        checking.check("cell", VALUES, vars(_module("wrong", RIGHT.format("sigmoid"))))
    with pytest.raises(Exception, match="rnn_cell"):
        checking.check("cell", VALUES, {})
    checking.reference.cache_clear()


def test_hand_ins_are_right_and_wrong_by_turns_and_no_two_are_the_same(lessons):
    made = make_class(lessons, 10, 5)

    assert [bool(one.wrong) for one in made] == [False, True] * 5
    assert [next(iter(one.wrong))[0] for one in made[1::2]] == ["windows", "cell", "training", "rollout", "windows"]
    assert len({one.mistake for one in made}) == 6
    for lesson in lessons:
        assert len({one.text(lesson.name) for one in made}) == 10


def test_mistakes_come_again_once_all_have_been_there(lessons):
    made = make_class(lessons, 8, 2)

    assert [one.mistake for one in made[5:8:2]] == [one.mistake for one in made[1:4:2]]
    assert made[1].mistake != made[3].mistake


def test_a_wrong_program_stands_below_the_right_one_in_file_and_notebook(lessons, wrong):
    ((where, task), program) = next(iter(wrong.wrong.items()))
    lesson = next(one for one in lessons if one.name == where)

    cells = {notebooks.grade_id(cell): cell["source"] for cell in _answered(lesson, wrong)}

    assert [name for name in _functions(wrong.text(where)) if name == task] == [task, task]
    assert program in wrong.text(where)
    assert [name for name, text in cells.items() if program in text] == [task]
    assert [name for name in _functions(cells[task]) if name == task] == [task, task]


def test_otter_gets_a_test_file_for_each_task_and_a_case_for_each_check(checks, monkeypatch):
    files = dict(otter.test_files(checks))

    assert set(files) == {f"{check.task}.py" for check in checks}
    cases = _cases(files["rnn_cell.py"], monkeypatch)
    assert [case["name"] for case in cases] == [check.name for check in checks if check.task == "rnn_cell"]
    assert {case["name"]: case["points"] for case in cases}[VALUES] == 4
    assert cases[0]["called"] == ("cell", cases[0]["name"], {"a": 1})


def test_otter_gets_all_lessons_as_one_notebook_without_the_kit(lessons, checks, wrong, tmp_path):
    otter.write_hand_in(tmp_path, Job(lessons, tuple(checks), tmp_path, {}), wrong)

    (path,) = tmp_path.iterdir()
    text = path.read_text(encoding="utf-8")
    assert path.name == f"{wrong.student}.ipynb"
    assert "autograder" not in text
    assert all(f"def {task.name}(" in text or f"class {task.name}(" in text for one in lessons for task in one.tasks)


def test_nbgrader_gets_a_sound_test_cell_for_each_check_and_none_of_the_kits(lessons, checks, tmp_path):
    cells = [
        cell
        for lesson in lessons
        for cell in notebooks.with_test_cells(
            notebooks.read_cells(lesson), [check for check in checks if check.lesson == lesson.name]
        )
    ]
    notebooks.write_notebook(tmp_path / "sine.ipynb", cells)

    notebook = _read(tmp_path / "sine.ipynb")
    MetadataValidator().validate_nb(notebook)
    graded = [
        cell for cell in notebook.cells if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("grade")
    ]
    assert {cell.metadata.nbgrader.grade_id for cell in graded} == {f"{one.task}-{one.name}" for one in checks}
    assert sum(cell.metadata.nbgrader.points for cell in graded) == sum(check.weight for check in checks)
    assert max(Counter(cell.id for cell in notebook.cells).values()) == 1
    assert "autograder" not in (tmp_path / "sine.ipynb").read_text(encoding="utf-8")


def test_pytest_gets_the_hidden_tests_as_they_are(lessons, checks, tmp_path):
    plain_pytest.write_tests(tmp_path / "tests", Job(lessons, tuple(checks), tmp_path, {}))

    for lesson in lessons:
        assert (tmp_path / "tests" / f"test_{lesson.name}.py").read_text(encoding="utf-8") == hidden(lesson)
    asked = {argument.arg for lesson in lessons for argument in _arguments(hidden(lesson))}
    assert asked <= set(_functions((tmp_path / "tests" / "conftest.py").read_text(encoding="utf-8")))


def test_a_task_passed_where_all_of_its_checks_did():
    checks = [Check("cell", "a", "one", 1), Check("cell", "a", "two", 1), Check("cell", "b", "three", 1)]

    assert by_task(checks, {("cell", "one"), ("cell", "three")}) == {"cell:a": False, "cell:b": True}
    assert by_task(checks, {("cell", "one"), ("cell", "two"), ("other", "three")}) == {"cell:a": True, "cell:b": False}


def test_what_failed_broke_or_was_skipped_has_not_passed_in_pytests_report():
    case = '<testcase classname="tests.test_cell" name="{}">{}</testcase>'
    ends = {"right": "", "wrong": "<failure/>", "broken": "<error/>", "left": "<skipped/>", "said": "<system-out/>"}
    report = "".join(case.format(*one) for one in ends.items())

    assert plain_pytest.passed_in(f"<testsuites><testsuite>{report}</testsuite></testsuites>") == {
        ("cell", "right"),
        ("cell", "said"),
    }


def test_otters_task_passed_with_all_of_its_points_and_not_where_it_is_missing():
    checks = [Check("cell", "a", "one", 1), Check("cell", "b", "two", 2), Check("cell", "c", "three", 1)]
    tests = [
        {"name": "cell:a", "score": 1, "max_score": 1},
        {"name": "cell:b", "score": 1, "max_score": 2},
        {"name": "Autograder Failed"},
    ]

    assert otter.passed_in(json.dumps({"tests": tests}), checks) == {"cell:a": True, "cell:b": False, "cell:c": False}


@pytest.mark.filterwarnings("ignore:Object of type")  # of nbgrader's own database code
def test_a_cell_of_nbgraders_passed_with_all_of_its_points_if_it_has_any(tmp_path):
    scores = {"full": (2.0, 2.0), "half": (1.0, 2.0), "none": (0.0, 2.0), "shown": (0.0, 0.0), "not yet": (None, 2.0)}
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as gradebook:
        gradebook.add_assignment("sine")
        gradebook.add_notebook("cell", "sine")
        for name, (_, most) in scores.items():
            gradebook.add_grade_cell(name, "cell", "sine", max_score=most, cell_type="code")
        gradebook.add_student("ada")
        gradebook.add_submission("sine", "ada")
        for name, (score, _) in scores.items():
            gradebook.find_grade(name, "cell", "sine", "ada").auto_score = score
        gradebook.db.commit()

    assert nbgrader_alone.full_cells(tmp_path, "sine", "ada") == {"full"}


def test_a_task_passed_where_unroll_grade_says_so(tmp_path, lessons, checks):
    rows = ["ada,cell,rnn_cell,passed", "ada,cell,readout,failed", "ben,cell,readout,passed"]
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "grades.csv").write_text(
        "\n".join(["student,lesson,task,outcome", *rows]), encoding="utf-8-sig"
    )

    found = UnrollGrade().passed(tmp_path, Job(lessons, tuple(checks), tmp_path, {}), HandIn("ada", {}))

    assert found == {"cell:rnn_cell": True, "cell:readout": False}


def test_only_the_course_without_pictures_has_none(tmp_path, lessons, checks):
    courses = []
    for pictures in (True, False):
        UnrollGrade(pictures).set_up(tmp_path / str(pictures), Job(lessons, tuple(checks), tmp_path, {}))
        courses.append(load_course(tmp_path / str(pictures)))

    assert [course.has_pictures for course in courses] == [True, False]
    assert courses[0].limits == courses[1].limits == load_course(REPOSITORY).limits


def _functions(text: str) -> list[str]:
    return [node.name for node in ast.parse(text).body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]


def _arguments(text: str) -> list[ast.arg]:
    tests = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef) and node.decorator_list]
    return [argument for node in tests for argument in node.args.args]


def _modules(folder: Path) -> list[Path]:
    return sorted((folder / "helpers").rglob("*.py"))


def _module(name: str, text: str) -> types.ModuleType:
    made = types.ModuleType(name)
    exec(compile(text, name, "exec"), made.__dict__)
    return made


def _answered(lesson: Lesson, hand_in: HandIn) -> list[dict[str, Any]]:
    return notebooks.answered(notebooks.read_cells(lesson), lesson, hand_in)


def _cases(text: str, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Run a test file with stand-ins for otter and for the checks; return its cases, and what each calls."""
    found: list[dict[str, Any]] = []

    def test_case(**given: Any) -> Any:
        return lambda function: found.append({**given, "function": function})

    stand_ins = {"otter": {}, "otter.test_files": {"test_case": test_case}, "checking": {"check": lambda *given: given}}
    calls: list[Any] = []
    stand_ins["checking"]["check"] = lambda *given: calls.append(given)
    for name, names in stand_ins.items():
        made = types.ModuleType(name)
        made.__dict__.update(names)
        monkeypatch.setitem(sys.modules, name, made)
    namespace: dict[str, Any] = {}
    exec(text, namespace)
    assert namespace["OK_FORMAT"] is False and namespace["name"] == "cell:rnn_cell"
    for case in found:
        case["function"]({"a": 1})
    return [{**case, "called": call} for case, call in zip(found, calls, strict=True)]


def _read(path: Path) -> Any:
    import nbformat

    return nbformat.read(path, 4)
