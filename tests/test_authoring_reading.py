"""Sentences that students read have at most 25 words; `unroll verify` names those that have more."""

import pytest
from test_authoring import change

from autograder.authoring.lesson import check_course
from autograder.authoring.reading import too_long
from autograder.course.model import Course
from autograder.errors import CourseError

FINE = " ".join(["word"] * 25)
LONG = " ".join(["word"] * 26)


@pytest.mark.parametrize(
    "text",
    [
        f"{FINE}. {FINE}! {FINE}?",
        f"{FINE}: {FINE}; {FINE}",
        f"{FINE} - = +",
        f"{FINE}\n\n{FINE}",
        f"- {FINE}\n- {FINE}\n1. {FINE}",
        f"| {FINE} | {FINE} |",
        f"word $a b c d e f$ and `one two three four` in {' '.join(['word'] * 20)}",
        f"{FINE}\n\n```\n{LONG}\n```\n",
        f"{FINE}\n\n$$ {LONG} $$\n",
        f"Args:\n    x_t: {FINE}\n    h: {FINE}",
    ],
)
def test_what_has_25_words_is_fine(text: str) -> None:
    assert too_long(text) == []


@pytest.mark.parametrize(
    "text",
    [LONG, f"{FINE}.\n{LONG}.", f"{FINE},\nand more", f"{FINE} e.g.more", f"- {LONG}", f"{FINE} `code`", f"{FINE} 7"],
)
def test_what_has_more_is_named(text: str) -> None:
    assert len(too_long(text)) == 1


PLACES = {
    "a hint": ("lesson.toml", '"What is x + x?"', f'"{LONG}?"', "lesson.toml:7: the sentence"),
    "why": ("lesson.toml", "Twice a number is the number and itself:", f"{LONG}:", "lesson.toml:8: the sentence"),
    "prose": ("lesson.py", "# # Twice as much", f"# # Twice as much\n#\n# {LONG}.", "lesson.py:2: the sentence"),
    "a docstring": ("lesson.py", "Return twice x.", f"Return {LONG}.", "lesson.py:9: the sentence"),
    "what is left out": ("lesson.toml", "minutes =", f'beyond = "{LONG}."\nminutes =', "lesson.toml: the sentence"),
    "why home does not see it": (
        "mistakes.py",
        'says="You squared x; add x to itself."',
        f'says="You squared x; add x to itself.", home="{LONG}."',
        "mistakes.py:7: the sentence",
    ),
    "a mistake": ("mistakes.py", "You squared x; add x to itself.", f"{LONG}.", "mistakes.py:7: the sentence"),
}


@pytest.mark.parametrize("name", PLACES)
def test_a_long_sentence_is_refused_with_its_place(mini: Course, name: str) -> None:
    file, old, new, said = PLACES[name]

    with pytest.raises(CourseError) as raised:
        check_course(change(mini, file, old, new))

    (line,) = str(raised.value).splitlines()
    assert said in line and "words. Make two of it: 25 at most." in line
