"""`unroll why`: the failing hidden check with its inputs, for the instructor alone."""

import ast
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from classroom import grade, hand_in
from reports import ADA, BEN, SINE
from test_command import ANSWER, ENVIRONMENT, unroll

from autograder.course.differences import difference
from autograder.course.model import Course
from autograder.course.variants import mistakes
from autograder.errors import UsageError
from autograder.exam.clock import Budget
from autograder.exam.exam import Exam, course_exam, run_session
from autograder.exam.results import TaskResult
from autograder.exam.why import Explanation, explain
from autograder.grading import why_show
from autograder.grading.places import FILE, keep_places, read_places
from autograder.grading.why import Graded, Question, find_hand_in, find_result, find_task, open_graded, same_hand_in
from autograder.grading.why_script import write_script
from autograder.grading.why_text import lines_of
from autograder.intake import HandIn, Source, Student
from autograder.isolation.forked import Zygote
from autograder.reports.files import write_student

SQUARED = ANSWER.replace("2 * x", "x * x")
HOSTILE = "def double(x):\n    raise ValueError('\\x1b[31m\\u202e <b>')  # \x1b[2J\n"


def explained(mini: Course, zygote: Zygote, one: HandIn, task: str = "double", secret: str = "a secret") -> Explanation:
    """Explain one task of a hand-in, in this process."""
    found: list[Explanation] = []
    assignment = mini.assignment("play")

    def work(exam: Exam) -> None:
        limits = mini.limits
        found.append(explain(exam, assignment, f"play/double:{task}", one, zygote, limits, Budget(60)))

    run_session(course_exam(assignment.lessons, secret, work))
    return Explanation.from_json(found[0].to_json())


def test_a_failing_check_is_shown_with_inputs_expected_and_actual_values(mini: Course, zygote: Zygote) -> None:
    found = explained(mini, zygote, hand_in("bob", double=SQUARED))

    (check, *_) = found.checks
    assert (check.name, check.is_core, check.place) == ("values are doubled", True, "play/double/test_hidden.py:9")
    assert check.found.startswith("double(x) is wrong in 3 of 3 values")
    assert check.call is not None and check.call.what == "double(x)"
    assert check.call.inputs[0].startswith("x = tensor (3,) float32: [")
    assert "3 of 3 numbers differ, first at [0]: expected" in check.call.differs


def test_what_is_shown_is_what_the_grading_met(mini: Course, zygote: Zygote) -> None:
    one = hand_in("bob", double=SQUARED)
    (graded,) = grade(mini, "play", [one], zygote, mini.limits)

    same = explained(mini, zygote, one)
    other = explained(mini, zygote, one, secret="another secret")

    assert (same.result.fact, same.result.mistake) == (graded.tasks[0].fact, "D01")
    assert same.checks[0].call and other.checks[0].call
    assert same.checks[0].call.inputs == explained(mini, zygote, one).checks[0].call.inputs  # type: ignore[union-attr]
    assert same.checks[0].call.inputs != other.checks[0].call.inputs


def test_the_known_mistake_stands_beside_a_right_answer(mini: Course, zygote: Zygote) -> None:
    found = explained(mini, zygote, hand_in("bob", double=SQUARED))

    assert "\n-    return 2 * x\n+    return x * x" in found.difference
    assert "double/mistakes.py:" in found.difference


def test_an_edit_stands_beside_the_program_that_it_edits(course: Course) -> None:
    lesson = course.lesson("sine/cell")
    edit = next(one for one in mistakes(lesson) if one.name == "w_hh_is_not_transposed")

    lines = difference(lesson, edit).splitlines()[2:]

    assert [line.strip() for line in lines if line[0] == "-"] != []
    assert [line[1:].replace("w_hh", "w_hh.T") for line in lines if line[0] == "+"] == [
        line[1:] for line in lines if line[0] == "-"
    ]


def test_every_mistake_of_a_lesson_differs_from_a_right_answer(mini: Course) -> None:
    lesson = mini.lesson("play/double")

    assert [one.name for one in mistakes(lesson) if not difference(lesson, one)] == []


def test_of_two_versions_the_one_that_counted_is_shown(mini: Course, zygote: Zygote) -> None:
    worse = Source("double", "old.py", ("def double(x):\n    return None\n",), False)
    better = Source("double", "new.py", (SQUARED + "\n\ndef double_all(xs):\n    return [x + x for x in xs]\n",), False)
    both = Source("double", "old.py", worse.cells, False, rivals=(better,))

    found = explained(mini, zygote, HandIn("bob", "bob", {"double": both}))

    assert (found.file, found.result.mistake) == ("new.py", "D01")


def test_a_lesson_that_is_not_there_is_said_without_a_check(mini: Course, zygote: Zygote) -> None:
    found = explained(mini, zygote, HandIn("bob", "bob"))

    assert (found.checks, found.result.outcome) == ((), "missing")
    assert "There is no double.py" in "\n".join(lines_of(found))


def test_what_a_hand_in_says_stays_text(mini: Course, zygote: Zygote) -> None:
    found = explained(mini, zygote, hand_in("bob", double=HOSTILE))

    said = list(lines_of(found, every=True))
    assert any("ValueError" in line for line in said)
    assert any(r"\x1b[2J" in line for line in said)
    assert not [line for line in said if "\x1b" in line or "\u202e" in line]


def test_a_student_is_found_by_the_name_as_given_or_by_the_folder() -> None:
    graded = Graded(Path("out"), "sine", "", "", (ADA, BEN))

    assert find_result(graded, "ben") == BEN
    assert find_result(graded, "ADA") == ADA
    with pytest.raises(UsageError, match=r"^out has no student 'bem'. There is: ben and 1 more\.$"):
        find_result(graded, "bem")


def test_a_task_is_found_by_a_part_of_its_address_and_others_are_named() -> None:
    assert {find_task(SINE, name)[1].name for name in ("rnn_cell", "cell:rnn_cell", "sine/cell:rnn_cell")} == {
        "rnn_cell"
    }
    with pytest.raises(UsageError, match=r"^sine has no task 'rnn'. There is: sine/"):
        find_task(SINE, "rnn")


def test_where_hand_ins_stood_is_kept_for_the_owner_alone(tmp_path: Path) -> None:
    keep_places(tmp_path, [Student("ada", "ada", tmp_path / "old" / "ada"), Student("b", "b", tmp_path / "b")])
    keep_places(tmp_path, [Student("ada", "ada", tmp_path / "new" / "ada")])

    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    assert read_places(tmp_path) == {"ada": tmp_path / "new" / "ada", "b": tmp_path / "b"}


@pytest.mark.parametrize("text", ["", "[]", '{"version": 2}', '{"version": 1, "hand_ins": {"ada": 3}}', "[" * 10**5])
def test_a_file_of_places_that_is_not_ours_says_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)

    assert read_places(tmp_path) == {}


def test_a_hand_in_that_was_moved_is_asked_for(tmp_path: Path) -> None:
    graded = Graded(tmp_path, "sine", "", "", (ADA,))
    keep_places(tmp_path, [Student("ada", ADA.folder, tmp_path / "ada")])
    (tmp_path / "there" / "ada").mkdir(parents=True)

    with pytest.raises(UsageError, match=r"is not at .*/ada any more\. Name the folder: unroll why"):
        find_hand_in(graded, ADA, None)
    with pytest.raises(UsageError, match="has no hand-in of ben"):
        find_hand_in(graded, BEN, tmp_path / "there")
    assert find_hand_in(graded, ADA, tmp_path / "there") == tmp_path / "there" / "ada"


def test_a_folder_without_a_graded_class_is_named(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("[]")

    with pytest.raises(UsageError, match="holds no class that `unroll grade` has graded"):
        open_graded(tmp_path)


def test_the_script_is_for_the_owner_alone_and_a_name_ends_no_text_in_it(mini: Course, tmp_path: Path) -> None:
    lesson = mini.lesson("play/double")
    name = "'''\"\"\"\u202e{x}ü\n\\"
    question = Question(mini, "play", name, "bob", lesson, lesson.tasks[0], "s", "k", tmp_path / "bob")

    path = write_script(tmp_path, question)

    assert [stat.S_IMODE(one.stat().st_mode) for one in (path, path.parent.parent)] == [0o600, 0o700]
    assert path.parent.parent == tmp_path / ".why"
    text = path.read_text(encoding="ascii")
    (call,) = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    given = {keyword.arg: ast.literal_eval(keyword.value) for keyword in call.keywords}
    assert given["student"] == name


def test_the_command_explains_a_graded_class_and_its_script_does_it_again(mini: Course) -> None:
    for name, text in (("ada", ANSWER), ("bob", SQUARED)):
        (mini.root / "hand-ins" / name).mkdir(parents=True)
        (mini.root / "hand-ins" / name / "double.py").write_text(text, encoding="utf-8")
    unroll(mini, "grade", "play", "hand-ins", "-o", "out")

    passed = unroll(mini, "why", "ada", "double", "-o", "out")
    nobody = unroll(mini, "why", "eve", "double", "-o", "out")
    failed = unroll(mini, "why", "bob", "double:double", "-o", "out")
    script = mini.root / "out" / ".why" / "bob" / "double-double.py"
    (mini.root / "hand-ins" / "bob" / "double.py").write_text(ANSWER, encoding="utf-8")
    again = subprocess.run([sys.executable, str(script)], env=ENVIRONMENT, capture_output=True, text=True, timeout=300)

    assert (passed.returncode, nobody.returncode, failed.returncode, again.returncode) == (0, 2, 0, 0), failed.stderr
    assert "nothing to explain" in passed.stdout
    assert nobody.stderr == "unroll: out has no student 'eve'. There is: ada, bob.\n"
    assert "not yet right, 0/2 points in the last run." in failed.stdout
    assert "Likely cause (D01): You squared x; add x to itself." in failed.stdout
    assert "has changed" not in failed.stdout and "have changed" not in failed.stdout
    assert again.stdout == "Now: passed.\n"


def test_a_hand_in_or_a_kit_that_changed_since_is_said(
    mini: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lesson = mini.lesson("play/double")
    verdict = TaskResult("play/double", "double", 0.0, 2.0, "failed", fact="It was wrong.")
    question = Question(mini, "play", "bob", "bob", lesson, lesson.tasks[0], "s", "another kit", tmp_path / "bob")
    found = Explanation(TaskResult("play/double", "double", 2.0, 2.0, "passed"), (), 2, "double.py", "", "other")
    monkeypatch.setattr(why_show, "ask", lambda *_: (question, verdict))
    monkeypatch.setattr(why_show, "examine_again", lambda *_: found)

    why_show.show_why(mini, "bob", "double", tmp_path, None, every=False, accept_weak=False)

    said = capsys.readouterr().out
    assert why_show.OTHER_KIT in said and why_show.CHANGED in said
    assert "It passes now, with the inputs of the run. What was found there: It was wrong." in said


def test_the_same_hand_in_is_known_by_its_digest(tmp_path: Path, mini: Course) -> None:
    lesson = mini.lesson("play/double")
    write_student(tmp_path, BEN)
    question = Question(mini, "play", "ben", BEN.folder, lesson, lesson.tasks[0], "s", "k", tmp_path)
    found = Explanation(BEN.tasks[0], (), 2, "", "", BEN.digest)

    assert same_hand_in(question, tmp_path, found)
    assert not same_hand_in(question, tmp_path, replace(found, digest="1" * 64))
    assert not same_hand_in(replace(question, folder="nobody"), tmp_path, found)
