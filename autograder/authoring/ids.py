"""Check the ids of mistakes: one sentence for an id in a task, and one lesson for an id unless the course shares it."""

from collections.abc import Collection, Iterator

from autograder.course.model import Course, Lesson
from autograder.course.variants import Variant, mistakes
from autograder.errors import CourseError

VariantsById = dict[str, list[tuple[str, Variant]]]


def check_ids(course: Course, lessons: Collection[Lesson]) -> Iterator[str]:
    """Make a line for each id of some lessons that says two things in a task, or that another lesson has."""
    found: VariantsById = {}
    others = [lesson for lesson in course.lessons() if lesson not in lessons]
    for lesson in others:
        for variant in _readable(course, lesson.key):
            found.setdefault(variant.id, []).append((lesson.key, variant))
    for lesson in lessons:
        variants = _readable(course, lesson.key)
        sentences: dict[tuple[str, str], Variant] = {}
        for variant in variants:
            place = f"{lesson.folder / variant.file}:{variant.line}: {variant.id} ({variant.name})"
            found.setdefault(variant.id, []).append((lesson.key, variant))
            first = sentences.setdefault((variant.task, variant.id), variant)
            if first.says != variant.says and variant.id not in lesson.families:
                yield (
                    f"{place} says another thing than {first.name} with the same id. Give it an id of its own or the "
                    f"same sentence, or list the id in lesson.toml: families = [{variant.id!r}]."
                )
            other = found[variant.id][0][0]
            if other != lesson.key and not is_shared(course, variant.id) and first is variant:
                yield (
                    f"{place} has an id of {other}. Choose another, or let lessons share such ids in course.toml: "
                    f"shared_ids = [{variant.id.rstrip('0123456789')!r}]."
                )


def _readable(course: Course, key: str) -> list[Variant]:
    try:
        return mistakes(course.lesson(key))
    except (CourseError, SyntaxError, KeyError, OSError):  # which is said elsewhere
        return []


def is_shared(course: Course, id: str) -> bool:
    """Say whether several lessons may have a mistake with this id: its letters are those of the course's catalogue."""
    return id.rstrip("0123456789") in course.shared_ids
