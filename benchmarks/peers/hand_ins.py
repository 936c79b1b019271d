"""A class made of the answers of the lessons, and of their named mistakes."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from autograder.course.model import Lesson
from autograder.course.variants import Variant, mistakes

STRIDE = 7  # from one wrong hand-in in a lesson to the next: another mistake, mostly in another task


@dataclass(frozen=True)
class HandIn:
    """What one student hands in.

    Args:
        answers: the right answer to each lesson.
        wrong: the wrong program that replaces the right one, by task; it stands below the right one.
        mistake: what was done wrong, or "".
    """

    student: str
    answers: dict[str, str]
    wrong: dict[tuple[str, str], str] = field(default_factory=dict)
    mistake: str = ""

    def text(self, lesson: str) -> str:
        """Return the `.py` file of a lesson; no two students have the same."""
        wrong = [text for (where, _), text in self.wrong.items() if where == lesson]
        return "\n\n".join([f"# {self.student}\n{self.answers[lesson]}", *wrong])

    def below(self, lesson: str, task: str) -> str:
        """Return what stands below the right answer to a task in the cell of a notebook."""
        return "\n\n".join(filter(None, [self.wrong.get((lesson, task), ""), f"# {self.student}"]))


def make_class(lessons: Sequence[Lesson], count: int, distinct: int) -> list[HandIn]:
    """Make hand-ins, by turns right and wrong; each wrong one has one known mistake, in one lesson after the other.

    Args:
        distinct: how many mistakes there are; then they come again, as they do in a large class.
    """
    answers = {lesson.name: _answer(lesson) for lesson in lessons}
    known = {lesson.name: mistakes(lesson) for lesson in lessons[: count // 2]}
    made = []
    for number in range(count):
        turn, is_wrong = divmod(number, 2)
        student, turn = f"student{number:03d}", turn % distinct
        if is_wrong:
            made.append(_wrong(student, answers, lessons[turn % len(lessons)].name, known, turn // len(lessons)))
        else:
            made.append(HandIn(student, answers))
    return made


def _wrong(student: str, answers: dict[str, str], lesson: str, known: dict[str, list[Variant]], turn: int) -> HandIn:
    one = known[lesson][turn * STRIDE % len(known[lesson])]
    program = one.source.removeprefix(answers[lesson].rstrip("\n")).strip("\n")
    return HandIn(student, answers, {(lesson, one.task): program}, f"{lesson}:{one.task}: {one.name} ({one.id})")


def _answer(lesson: Lesson) -> str:
    return (lesson.folder / "lesson.py").read_text(encoding="utf-8")
