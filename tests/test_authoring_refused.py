"""What `unroll verify` refuses: each in one line that says what, where and what to do next."""

from collections.abc import Callable
from pathlib import Path

import pytest
from test_authoring import change, folder_of, proved

from autograder.authoring.lesson import check_course
from autograder.authoring.verify import rehearsed, verify
from autograder.course.model import Course, load_course
from autograder.errors import CourseError
from autograder.isolation.forked import Zygote

SHAPES = """
[task.takes]
x = ["N", "Numbers."]

[task.returns]
doubled = ["N", "Twice as much."]

"""
TOML = '\n[[task]]\nname = "double_all"'
COURSE = 'title = "A small course"\n'


def shaped(course: Course, shapes: str = SHAPES, letters: str = '[letters]\nN = "the numbers"\n') -> Course:
    """Tell the shapes of the task `double`."""
    manifest = course.root / "solutions" / "course.toml"
    manifest.write_text(f"{manifest.read_text(encoding='utf-8')}\n{letters}", encoding="utf-8")
    return change(course, "lesson.toml", TOML, f"{shapes}{TOML.lstrip()}")


def with_file(course: Course, name: str, text: str) -> Course:
    (folder_of(course) / name).write_text(text, encoding="utf-8")
    return load_course(course.root)


def refused(course: Course) -> list[str]:
    """Say what is refused before anything is run."""
    with pytest.raises(CourseError) as raised:
        check_course(course)
    return str(raised.value).splitlines()


def test_right_shapes_are_proved(mini: Course) -> None:
    course = shaped(mini)

    check_course(course)

    assert rehearsed(course.lesson("play/double")) == []


WRONG_SHAPES = {
    "one axis more": ('x = ["N"', 'x = ["N, N"', "double takes x of shape (N, N), and is given (2,)"),
    "a number": ('x = ["N"', 'x = [""', "double takes x of shape (), and is given (2,)"),
    "a size": ('x = ["N"', 'x = ["4"', "double takes x of shape (4), and is given (2,)"),
    "a multiple": ('x = ["N"', 'x = ["2N"', "double returns doubled of shape (N), and the answer returns (2,)"),
    "the result": ('doubled = ["N"', 'doubled = ["2N"', "double returns doubled of shape (2N), and the answer returns"),
    "two results": (
        'doubled = ["N", "Twice as much."]',
        'doubled = ["N", "So."]\nother = ["N", "So."]',
        "double returns doubled of shape (N), other of shape (N), and the answer returns (2,)",
    ),
}


@pytest.mark.parametrize("name", WRONG_SHAPES)
def test_a_shape_that_no_call_has_is_refused(mini: Course, name: str) -> None:
    old, new, said = WRONG_SHAPES[name]
    course = shaped(mini, SHAPES.replace(old, new))

    (line,) = rehearsed(course.lesson("play/double"))

    assert said in line
    assert "lesson.toml:" in line and line.endswith(("Mend takes.", "Mend returns."))


def test_a_letter_that_stands_for_two_sizes_is_refused(mini: Course) -> None:
    course = change(mini, "lesson.py", "return 2 * x", "return torch.cat([x, x])[: 2 * len(x) - 1]")

    (line,) = rehearsed(shaped(course).lesson("play/double"))

    assert "double returns doubled of shape (N), and the answer returns (3,)" in line


def test_shapes_of_what_no_test_calls_are_refused(mini: Course) -> None:
    course = shaped(mini)
    for file in ("test_hidden.py", "test_public.py"):
        path = folder_of(course) / file
        text = path.read_text(encoding="utf-8")
        path.write_text(
            text.replace(".double(", ".no_such(")
            .replace('effects("double"', 'effects("no_such"')
            .replace('student, "double"', 'student, "no_such"'),
            encoding="utf-8",
        )
    course = change(course, "lesson.py", "[double(x) for x in xs]", "[2 * x for x in xs]")

    (line,) = rehearsed(course.lesson("play/double"))

    assert line.endswith("no test calls double, so its shapes are unproved. Write one, or take them out.")


def test_a_lesson_of_the_same_name_in_another_assignment_has_its_own_tests(mini: Course) -> None:
    rehearsed(mini.lesson("play/double"))
    other = mini.root / "solutions" / "other" / "double"
    other.mkdir(parents=True)
    for path in folder_of(mini).glob("*.*"):
        (other / path.name).write_bytes(path.read_bytes())
    hidden = other / "test_hidden.py"
    hidden.write_text(hidden.read_text(encoding="utf-8").replace(*EARLY["in a line"]), encoding="utf-8")
    manifest = mini.root / "solutions" / "course.toml"
    entry = '\n[[assignment]]\nname = "other"\ntitle = "Other"\nlessons = ["double"]\n'
    manifest.write_text(manifest.read_text(encoding="utf-8") + entry, encoding="utf-8")

    (line,) = rehearsed(load_course(mini.root).lesson("other/double"))

    assert "other/double/test_hidden.py:" in line


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"N"', '"Q"', "double: Q of x is no letter. Say in course.toml, [letters], what it stands for, or mend it."),
        ("x = [", "y = [", "double takes no y. There is: x."),
    ],
    ids=["letter", "argument"],
)
def test_a_letter_or_an_argument_that_nobody_knows_is_refused(mini: Course, old: str, new: str, said: str) -> None:
    (line,) = refused(shaped(mini, SHAPES.replace(old, new, 1)))

    assert "lesson.toml:" in line and line.endswith(said)


ANSWERS = {
    "word for word": "def double(x):\n    return 2 * x\n",
    "with other names": "def double(y):\n    return 2 * y\n",
    "with other spaces and words": 'def double(x):\n    """Twice."""\n    # so\n    return (2*x)\n',
    "in a function beside it": "def _two(z):\n    return 2 * z\n\n\ndef double(x):\n    return _two(x)\n",
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_in_stand_ins_is_refused(mini: Course, name: str) -> None:
    (line,) = refused(with_file(mini, "stand_ins.py", ANSWERS[name]))

    assert "stand_ins.py:1: " in line and "repeats the answer" in line and "make it of torch's own" in line


def test_a_line_of_an_answer_in_stand_ins_is_refused(mini: Course) -> None:
    text = "def double_all(xs):\n    print(xs)\n    return [double(x)  for x in xs]\n"

    (line,) = refused(with_file(mini, "stand_ins.py", text))

    assert "double_all repeats the answer: 'return [double(x) for x in xs]'" in line


def test_a_stand_in_of_torchs_own_is_welcome(mini: Course) -> None:
    check_course(with_file(mini, "stand_ins.py", "import torch\n\n\ndef double(x):\n    return torch.add(x, x)\n"))


DRAWINGS = {
    "no draw": ("figure = 3\n", "KeyError"),
    "an error": ("def draw(figure):\n    figure.add_subplot().plot([1, 2], [3])\n", "ValueError"),
    "a formula that cannot be set": ("def draw(figure):\n    figure.text(0, 0, r'$\\\\frac{1}$')\n", "ValueError"),
    "it leaves": ("import sys\n\nsys.exit(2)\n", "SystemExit"),
    "no Python": ("def draw(figure)\n", "SyntaxError"),
    "nothing": ("def draw(figure):\n    pass\n", "draws nothing"),
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_broken_drawing_is_refused(mini: Course, name: str) -> None:
    text, said = DRAWINGS[name]
    course = change(mini, "lesson.py", "# # Twice as much", "# # Twice as much\n#\n# ![Two bars](double.svg)")

    (line,) = refused(with_file(course, "drawing.py", text))

    assert "drawing.py: " in line and said in line


EARLY: dict[str, tuple[str, str]] = {
    "in a line": (
        "    expected = reference.double(x)\n    actual = student.double(x)\n",
        "    actual = student.double(x)\n    expected = reference.double(x)\n",
    ),
    "in an expression": (
        "    expected = reference.double(x)\n    actual = student.double(x)\n",
        "    actual, expected = student.double(x), reference.double(x)\n",
    ),
    "by name": (
        "    expected = reference.double(x)\n    actual = student.double(x)\n",
        "    actual = student.double(x)\n    expected = reference.double(x=x)\n",
    ),
    "in a function": (
        "    expected = reference.double(x)\n    actual = student.double(x)\n",
        "    actual, expected = [(lambda module: module.double(x))(one) for one in (student, reference)]\n",
    ),
    "gradients": (
        "    expected = reference.double(x)\n    actual = student.double(x)\n",
        "    student.gradients('double', x, cotangents=[x])\n    reference.gradients('double', x, cotangents=[x])\n"
        "    expected = reference.double(x)\n    actual = student.double(x)\n",
    ),
}


@pytest.mark.parametrize("name", EARLY)
def test_a_student_who_is_asked_before_the_reference_is_refused(mini: Course, name: str) -> None:
    course = change(mini, "test_hidden.py", *EARLY[name])

    (line,) = rehearsed(course.lesson("play/double"))

    assert "test_hidden.py:" in line
    assert "test_values_are_doubled asks student before reference. Ask reference first" in line


def test_a_reference_that_is_asked_case_by_case_is_welcome(mini: Course) -> None:
    loop = "    for x in (x, x + 1, x):\n        expected = reference.double(x)\n        actual = student.double(x)\n"
    course = change(mini, "test_hidden.py", EARLY["in a line"][0], loop)

    assert rehearsed(course.lesson("play/double")) == []


def test_verify_says_what_was_seen_in_the_rehearsal(mini: Course) -> None:
    course = change(mini, "test_hidden.py", *EARLY["in a line"])
    said: list[str] = []

    wrong = verify(course, [course.lesson("play/double")], said.append, "a secret")

    assert [line for line in wrong if "asks student before reference" in line]
    assert said[-1] == f"play/double: {len(wrong)} to mend."


def test_an_id_with_two_sentences_is_refused(mini: Course) -> None:
    course = change(mini, "mistakes.py", '"D02"', '"D01"')

    (line,) = refused(course)

    assert "mistakes.py:12: D01 (in_place) says another thing than squared with the same id." in line
    check_course(change(course, "lesson.toml", "minutes = 5\n", 'minutes = 5\nfamilies = ["D01"]\n'))


def test_an_id_may_say_the_same_error_of_two_tasks_in_other_words(mini: Course) -> None:
    check_course(change(mini, "mistakes.py", '"D03"', '"D01"'))


def second_lesson(course: Course) -> Course:
    """Add a lesson that has the same files, and so the same ids."""
    folder = folder_of(course)
    other = folder.with_name("twice")
    other.mkdir()
    for path in folder.glob("*.*"):
        (other / path.name).write_bytes(path.read_bytes())
    manifest = course.root / "solutions" / "course.toml"
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(text.replace('["double"]', '["double", "twice"]'), encoding="utf-8")
    return load_course(course.root)


def test_an_id_of_another_lesson_is_refused(mini: Course) -> None:
    course = second_lesson(mini)

    lines = refused(course)

    assert [line.split(": ")[1].split()[0] for line in lines] == ["D01", "D02", "D03"]
    assert all("twice/mistakes.py:" in line and "has an id of play/double. Choose another" in line for line in lines)


def test_lessons_may_share_the_ids_of_a_catalogue(mini: Course) -> None:
    course = second_lesson(mini)
    manifest = course.root / "solutions" / "course.toml"
    manifest.write_text(f'shared_ids = ["D"]\n{manifest.read_text(encoding="utf-8")}', encoding="utf-8")

    check_course(load_course(course.root))


TWINS: dict[str, Callable[[str], str]] = {
    "one id and one sentence": lambda text: text.replace('"D02"', '"D01"').replace(
        "You changed x itself; make a new tensor.", "You squared x; add x to itself."
    ),
}


def test_the_advice_about_two_mistakes_that_are_one_can_be_followed(mini: Course, zygote: Zygote) -> None:
    course = change(mini, "mistakes.py", "return x.mul_(2)", "return x * x")

    before = proved(course, zygote)
    path = folder_of(course) / "mistakes.py"
    path.write_text(TWINS["one id and one sentence"](path.read_text(encoding="utf-8")), encoding="utf-8")
    check_course(load_course(course.root))

    assert all("give both one id and a sentence that names both causes" in line for line in before) and before
    assert proved(load_course(course.root), zygote) == []


def test_an_unknown_key_of_a_lesson_is_refused(mini: Course) -> None:
    path: Path = folder_of(mini) / "lesson.toml"
    path.write_text(f"familys = []\n{path.read_text(encoding='utf-8')}", encoding="utf-8")

    with pytest.raises(
        CourseError, match=r"lesson.toml: unknown key 'familys'. There is: title, minutes, beyond, task"
    ):
        load_course(mini.root)
