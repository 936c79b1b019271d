"""Public tests see every mistake, or it says why not: few may, and none whose trap the stub names."""

from pathlib import Path

import pytest
from test_authoring import change, proved

from autograder.authoring import warm
from autograder.authoring.lesson import read_lesson
from autograder.authoring.proof import prove
from autograder.authoring.unseen import home_sentences, naming_sentence, too_many_unseen
from autograder.course.model import Course, load_course
from autograder.course.variants import mistakes
from autograder.isolation.forked import Zygote

REPOSITORY = Path(__file__).resolve().parents[1]
HOME = 'home = "No public test looks at three."'
SAID = 'says="You changed x itself; make a new tensor."'
EXCUSED = SAID + ', home="No public test looks at x afterwards."'
MANY = '[[double]]\nid = "D04"\nsays = "That is too much."\n'


def unseen(course: Course) -> Course:
    """Take out the public test that sees a change of x."""
    return change(course, "test_public.py", "def test_x_stays_as_it_was", "def looks_at_x")


def test_a_mistake_that_passes_all_public_tests_is_refused(mini: Course, zygote: Zygote) -> None:
    (line,) = proved(unseen(mini), zygote)

    assert "mistakes.py:" in line and "D02 (in_place) passes all public tests of double." in line


def test_a_mistake_that_no_public_test_sees_may_say_why(mini: Course, zygote: Zygote) -> None:
    excused = change(unseen(mini), "mistakes.py", SAID, EXCUSED)

    assert proved(excused, zygote) == []
    assert home_sentences(mistakes(excused.lesson("play/double")), "double") == [
        "No public test looks at x afterwards."
    ]


def test_a_reason_that_is_out_of_date_is_refused(mini: Course, zygote: Zygote) -> None:
    (line,) = proved(change(mini, "mistakes.py", SAID, EXCUSED), zygote)

    assert line.endswith("D02 (in_place) fails a public test of double, though it says home. Take home out.")


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            "lesson.toml",
            '"What is x + x?"',
            '"Do you change x itself, or make a new tensor?"',
            "is told of in the stub",
        ),
        ("mistakes.py", EXCUSED, f'{EXCUSED}, costs="most"', "misses the purpose of double"),
    ],
    ids=["its trap is named", "it misses the purpose"],
)
def test_some_mistakes_may_not_be_unseen(
    mini: Course, zygote: Zygote, file: str, old: str, new: str, said: str
) -> None:
    excused = change(unseen(mini), "mistakes.py", SAID, EXCUSED)

    lines = proved(change(excused, file, old, new), zygote)

    assert any(said in line for line in lines)


def test_three_of_a_hundred_mistakes_may_be_unseen(mini: Course) -> None:
    def course(count: int) -> Course:
        many = "".join(f'a{n} = {{ "2 *" = "{n + 3} *" }}\n' for n in range(100 - 3 - count))
        few = "".join(f'b{n} = {{ "2 *" = "{n + 300} *" }}\n' for n in range(count))
        text = f"{MANY}{many}\n{MANY.replace('D04', 'D05')}{HOME}\n{few}"
        (mini.lesson("play/double").folder / "mistakes.toml").write_text(text, encoding="utf-8")
        return load_course(mini.root)

    three = course(3)
    allowed = too_many_unseen(three, list(three.lessons()))
    four = course(4)
    (line,) = too_many_unseen(four, list(four.lessons()))

    assert allowed == []
    assert line.startswith("4 of 100 mistakes say home; at most 3 may.")


SILENT = {
    "windows": {"W03", "M09", "W14"},
    "training": {"M14", "M79", "M65", "M70", "T22"},
    "rollout": {"M69", "R04", "M61"},
}


@pytest.mark.parametrize("name", SILENT)
def test_a_trap_that_the_stub_warns_of_is_found_in_it(name: str) -> None:
    lesson = load_course(REPOSITORY).lesson(f"sine/{name}")
    stub = read_lesson(lesson.folder / "lesson.py").stub()
    traps = {variant.id: variant for variant in mistakes(lesson) if variant.id in SILENT[name]}

    assert traps.keys() == SILENT[name]
    assert [id for id, one in traps.items() if not naming_sentence(lesson.task(one.task), stub, one.says)] == []


def test_what_the_stub_does_not_speak_of_is_not_found_in_it(mini: Course) -> None:
    lesson = mini.lesson("play/double")
    stub = read_lesson(lesson.folder / "lesson.py").stub()

    assert naming_sentence(lesson.task("double"), stub, "Write no loop over single values.") == ""


def test_public_checks_that_take_long_are_named_and_refuse_nothing(
    mini: Course, zygote: Zygote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warm, "MOST", 0.0)
    lesson = mini.lesson("play/double")

    proof = prove(mini, lesson, read_lesson(lesson.folder / "lesson.py").stub(), zygote, "a secret")

    assert [line.split(": ")[0] for line in proof.slow] == ["play/double:double", "play/double:double_all"]
    assert proof.wrong == []
