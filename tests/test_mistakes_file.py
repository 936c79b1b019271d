"""Mistakes that are written as edits of a right program: what they make, and what an author hears of a slip."""

from pathlib import Path

import pytest

from autograder.authoring.lesson import check_course, read_lesson
from autograder.authoring.proof import prove
from autograder.course.edits import Base, EditError, edited
from autograder.course.model import Course, Lesson, load_course
from autograder.course.variants import Variant, mistakes
from autograder.errors import CourseError
from autograder.isolation.forked import Zygote

RIGHT = """def run(xs):
    found = []
    for x in xs:
        found.append(x + x)
    return found, x + x
"""
TRIPLED = """
[[double]]
id = "D04"
says = "That is three times x."
costs = "most"
tripled = { "2 * x" = "3 * x" }
quadrupled = { "2" = "4" }
"""
LOST = """
[[double_all]]
id = "D05"
says = "All values are there, but not each is doubled."
worth = 0.25
of = "alternatives.by_a_loop"
not_doubled = { "append(x + x)" = "append(x)" }

[double_all.counted]
"found = []" = "found = [len(xs)]"
"return found" = \"\"\"
for _ in range(2):
    found.append(0)
return found\"\"\"
"""


def lesson_of(course: Course, text: str) -> Lesson:
    """Write the mistakes of a lesson, and read the course again."""
    path = course.lesson("play/double").folder / "mistakes.toml"
    path.write_text(text, encoding="utf-8")
    return load_course(course.root).lesson("play/double")


def by_name(lesson: Lesson) -> dict[str, Variant]:
    return {variant.name: variant for variant in mistakes(lesson)}


def base(text: str = RIGHT) -> Base:
    return Base("the answer of run", text, ((0, len(text)),))


def test_an_edit_is_a_wrong_answer_like_any_other(mini: Course) -> None:
    lesson = lesson_of(mini, TRIPLED + LOST)

    found = by_name(lesson)

    assert list(found) == ["tripled", "quadrupled", "not_doubled", "counted", "squared", "in_place", "last_is_dropped"]
    tripled = found["tripled"]
    assert (tripled.id, tripled.task, tripled.says) == ("D04", "double", "That is three times x.")
    assert (tripled.costs, tripled.worth, tripled.file, tripled.line) == ("most", None, "mistakes.toml", 6)
    assert (found["counted"].worth, found["counted"].costs, found["counted"].line) == (0.25, "", 16)
    assert found["squared"].file == "mistakes.py"


def test_what_an_edit_makes_runs_in_an_otherwise_right_lesson(mini: Course) -> None:
    found = by_name(lesson_of(mini, TRIPLED + LOST))
    made: dict[str, dict[str, object]] = {name: {} for name in found}
    for name, names in made.items():
        exec(found[name].source, names)

    assert made["tripled"]["double"](2) == 6  # type: ignore[operator]
    assert made["tripled"]["double_all"]([1, 2]) == [3, 6]  # type: ignore[operator]
    assert made["quadrupled"]["double"](2) == 8  # type: ignore[operator]
    assert made["not_doubled"]["double_all"]([1, 2]) == [1, 2]  # type: ignore[operator]
    assert made["counted"]["double_all"]([1, 2]) == [2, 2, 4, 0, 0]  # type: ignore[operator]


def test_an_edit_may_use_what_stands_beside_the_programs(mini: Course) -> None:
    path = mini.lesson("play/double").folder / "mistakes.py"
    path.write_text(path.read_text(encoding="utf-8") + "\n\nKEPT = [5]\n", encoding="utf-8")
    lesson = lesson_of(mini, TRIPLED.replace('"3 * x"', '"KEPT[0] * x"'))
    names: dict[str, object] = {}

    exec(by_name(lesson)["tripled"].source, names)

    assert names["double"](2) == 10  # type: ignore[operator]


def test_a_lesson_with_edits_is_proved(mini: Course, zygote: Zygote) -> None:
    lesson = lesson_of(mini, LOST)
    course = load_course(mini.root)

    check_course(course)
    proof = prove(course, lesson, read_lesson(lesson.folder / "lesson.py").stub(), zygote, "a secret")

    assert proof.mistakes[:2] == ["D05", "D05"]
    assert proof.wrong == []


def test_a_mistake_that_cannot_be_told_apart_is_named_with_its_line(mini: Course, zygote: Zygote) -> None:
    lesson = lesson_of(mini, TRIPLED + TRIPLED.replace("D04", "D06").replace("pled", "pled_too"))

    proof = prove(mini, lesson, read_lesson(lesson.folder / "lesson.py").stub(), zygote, "a secret")

    assert any("mistakes.toml:6: D04 (tripled) is not told apart from D06" in line for line in proof.wrong)


SLIPS = {
    "no TOML": (TRIPLED + "x =", "mistakes.toml: Invalid value"),
    "a task of nothing": (TRIPLED.replace("double", "treble"), "mistakes.toml:2: 'treble' is no task of play/double."),
    "one table": (TRIPLED.replace("[[double]]", "[double]"), "mistakes.toml:2: double is no list of tables. Write [["),
    "no id": (TRIPLED.replace('id = "D04"', ""), "mistakes.toml:2: this mistake has no id."),
    "an id that is a number": (TRIPLED.replace('"D04"', "4"), "mistakes.toml:3: this mistake has no id."),
    "no sentence": (TRIPLED.replace("That is three times x.", " "), "mistakes.toml:4: this mistake has no says."),
    "an unknown cost": (TRIPLED.replace("most", "much"), "mistakes.toml:5: costs is 'much'. Write \"little\" or"),
    "a worth of two": (LOST.replace("0.25", "2"), "mistakes.toml:5: worth is 2. Give a part, 0 to 1."),
    "a value that is no text": (
        TRIPLED.replace("costs =", "values = [3]\ncosts ="),
        "mistakes.toml:5: values is [3]. Give",
    ),
    "no values": (TRIPLED.replace("costs =", "values = []\ncosts ="), "mistakes.toml:5: values is []. Give texts"),
    "an unknown key": (
        TRIPLED.replace("costs", "cost"),
        "mistakes.toml:5: 'cost' is no key of a mistake (id, says, co",
    ),
    "no edit": (TRIPLED.partition("tripled")[0], "mistakes.toml:2: this mistake has no edit. Add one:"),
    "an empty edit": (TRIPLED.replace('{ "2" = "4" }', "{}"), "mistakes.toml:7: quadrupled should hold texts, each"),
    "a number for a text": (TRIPLED.replace('"4"', "4"), "mistakes.toml:7: quadrupled should hold texts, each with a"),
    "no name": (TRIPLED.replace("tripled", "'in 3'"), "mistakes.toml:6: 'in 3' is no name for an edit. Use letters"),
    "an unknown base": (
        LOST.replace("by_a_loop", "by_loop"),
        "not_doubled: of = 'alternatives.by_loop' is no right program of double_all. Leave it out, or name one: "
        "alternatives.by_a_loop.",
    ),
    "the base of another task": (LOST.replace("by_a_loop", "by_addition"), "is no right program of double_all"),
    "a wrong program as base": (
        LOST.replace("alternatives.by_a_loop", "squared"),
        "of = 'squared' is no right program",
    ),
    "a text that is not there": (
        TRIPLED.replace("2 * x", "2 @ x"),
        "mistakes.toml:6: tripled: '2 @ x' does not stand in",
    ),
    "a text that stands twice": (
        LOST.replace('"append(x + x)" = "append(x)"', '"x" = "y"'),
        "mistakes.toml:7: not_doubled: 'x' stands 5 times in by_a_loop of alternatives.py. Write more of it",
    ),
    "no text": (TRIPLED.replace('"2" =', '" " ='), "quadrupled: an empty text stands everywhere."),
    "a text outside of the answer": (
        TRIPLED.replace('"2" =', '"double(x)" ='),
        "'double(x)' does not stand in the answer",
    ),
    "an edit that changes the form": (
        TRIPLED.replace('"3 * x"', '"2  *  x"'),
        "tripled: the edit changes nothing in the",
    ),
    "an edit of the same": (
        TRIPLED.replace('"4"', '"2"'),
        "mistakes.toml:7: quadrupled: the edit changes nothing in the",
    ),
    "no Python": (
        TRIPLED.replace('"3 * x"', '"3 * "'),
        "mistakes.toml:6: tripled: what the edit makes of the answer of",
    ),
    "texts that overlap": (
        TRIPLED.replace('{ "2" = "4" }', '{ "2 *" = "4 *", "* x" = "* y" }'),
        "quadrupled: '2 *' overlaps another text of this edit.",
    ),
    "a name twice": (TRIPLED + TRIPLED, "mistakes.toml:13: tripled: line 6 has this name too. Choose another."),
    "the name of a program": (
        TRIPLED.replace("tripled", "squared"),
        "squared: line 7 of mistakes.py has this name too.",
    ),
    "two sentences": (
        TRIPLED + TRIPLED.replace("pled", "pled_too").replace("three", "3"),
        "mistakes.toml:13: D04 says another sentence in line 6.",
    ),
}


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_is_named_with_its_place(mini: Course, name: str) -> None:
    text, said = SLIPS[name]
    lesson = lesson_of(mini, text)

    with pytest.raises(CourseError) as raised:
        check_course(load_course(mini.root))
    with pytest.raises(CourseError):
        mistakes(lesson)

    assert said in str(raised.value)


def test_a_free_number_makes_a_program_for_each_value(mini: Course) -> None:
    text = TRIPLED.replace("costs =", 'values = ["3", "5"]\ncosts =').replace('"3 * x"', '"{value} * x"')

    found = by_name(lesson_of(mini, text))

    assert {"tripled_1", "tripled_2", "quadrupled"} <= found.keys() and "tripled" not in found
    assert "3 * x" in found["tripled_1"].source and "5 * x" in found["tripled_2"].source


def test_an_id_of_a_family_may_have_several_sentences(mini: Course) -> None:
    lesson_of(mini, TRIPLED + TRIPLED.replace("pled", "pled_too").replace("three", "3"))
    path = mini.lesson("play/double").folder / "lesson.toml"
    path.write_text('families = ["D04"]\n' + path.read_text(encoding="utf-8"), encoding="utf-8")

    found = by_name(load_course(mini.root).lesson("play/double"))

    assert found["tripled"].says != found["tripled_too"].says


def test_all_slips_are_named_at_once(mini: Course) -> None:
    lesson_of(mini, TRIPLED.replace("2 * x", "2 @ x") + LOST.replace("by_a_loop", "by_loop"))

    with pytest.raises(CourseError) as raised:
        check_course(load_course(mini.root))

    assert len(str(raised.value).splitlines()) == 3


def test_a_lesson_whose_answer_is_no_python_is_still_named_by_that(mini: Course) -> None:
    lesson = lesson_of(mini, TRIPLED)
    path = lesson.folder / "lesson.py"
    path.write_text(path.read_text(encoding="utf-8").replace("def double(x):", "def double(x)"), encoding="utf-8")

    with pytest.raises(CourseError, match=r"lesson.py:9: expected ':'"):
        check_course(load_course(mini.root))


def test_lines_below_the_first_are_indented_as_the_line_that_they_begin_in() -> None:
    found = edited(base(), {"found.append(x + x)": "if x:\n    found.append(x)"})

    assert "        if x:\n            found.append(x)\n    return" in found


def test_an_old_text_may_have_several_lines() -> None:
    found = edited(base(), {"for x in xs:\n    found.append(x + x)": "found = [x for x in xs]"})

    assert found == "def run(xs):\n    found = []\n    found = [x for x in xs]\n    return found, x + x\n"


def test_several_texts_are_replaced_at_once() -> None:
    found = edited(base(), {"found = []": "return found", "return found": "found = []"})

    assert found.index("return found\n") < found.index("found = []")


def test_a_text_that_overlaps_itself_stands_there_twice() -> None:
    with pytest.raises(EditError, match="stands 2 times"):
        edited(base("def run(x):\n    return x + x + x\n"), {"x + x": "x"})


def test_a_text_across_the_border_of_the_answer_is_not_in_it() -> None:
    with pytest.raises(EditError, match="does not stand in"):
        edited(Base("the answer of run", RIGHT, ((17, 27),)), {"found = []\n": ""})


def test_no_lesson_of_this_repository_has_a_mistake_twice(course: Course) -> None:
    for lesson in course.lessons():
        names = [variant.name for variant in mistakes(lesson)]
        assert len(names) == len(set(names)), lesson.key


def test_the_file_is_read_as_utf_8(mini: Course, tmp_path: Path) -> None:
    lesson = lesson_of(mini, TRIPLED)
    (lesson.folder / "mistakes.toml").write_bytes(b'[[double]]\nid = "\xff"\n')

    with pytest.raises(CourseError, match=r"mistakes.toml: .* Mend the TOML."):
        mistakes(lesson)
