"""Mistakes that no public test sees: each says why not, few may, and none whose trap the stub names."""

import re
from collections.abc import Iterable, Iterator, Sequence

from autograder.course.model import Course, Lesson, Task
from autograder.course.variants import Variant, mistakes

MOST = 0.03  # of the mistakes of a course
SHORTEST = 4  # letters of a word that counts
ENOUGH = 2  # of such words in one sentence: it speaks of the same thing
ENDINGS = ("ing", "ed", "es", "s")
SENTENCES = re.compile(r"[.;:?!]\s|\n\s*\n|\|")
CODE = re.compile(r"\w*_\w+|\w+(?=\()|(?<=\.)[a-z]\w+")
SMALL = (
    "about after again also before both does each every from have here instead into last made make makes must",
    "never none once only other same should some than that their them then there these they this those used uses",
    "what when where which whose will with without would your yours",
)


def unseen_slips(lesson: Lesson, variant: Variant, seen: bool, stub: str) -> Iterator[str]:
    """Say what is wrong with a mistake and the public tests of its task.

    Args:
        seen: whether one of them fails.
        stub: the file that students get.
    """
    if not seen and not variant.home:
        yield f'passes all public tests of {variant.task}. Write one that it fails, or say why not: home = "...".'
    elif seen and variant.home:
        yield f"fails a public test of {variant.task}, though it says home. Take home out."
    elif variant.home and variant.costs == "most":
        yield f"misses the purpose of {variant.task}, so a public test should see it. Write one that it fails."
    elif variant.home and (told := naming_sentence(lesson.task(variant.task), stub, variant.says)):
        yield f"is told of in the stub, so a public test should see it: {told!r}. Write one that it fails."


def too_many_unseen(course: Course, lessons: Sequence[Lesson]) -> list[str]:
    """Say it in one line where more of a course's mistakes say `home` than may, and some of these lessons' do."""
    if not any(variant.home for lesson in lessons for variant in mistakes(lesson)):
        return []
    everything = [variant for lesson in course.lessons() for variant in mistakes(lesson)]
    count, most = sum(bool(variant.home) for variant in everything), int(MOST * len(everything))
    if count <= most:
        return []
    return [f"{count} of {len(everything)} mistakes say home; at most {most} may. Write public tests for the others."]


def home_sentences(found: Iterable[Variant], task: str) -> list[str]:
    """List what the public tests of a task leave out, each sentence once."""
    return list(dict.fromkeys(variant.home for variant in found if variant.task == task and variant.home))


def naming_sentence(task: Task, stub: str, says: str) -> str:
    """Find a sentence of the stub or of a task's hints that tells of the same trap as a mistake's sentence, or "".

    It does where both share two words, or a name of code. That is more than it should find: in doubt a trap is named.
    """
    for sentence in _sentences(stub, task):
        shared = _words(says) & _words(sentence)
        if len(shared) >= ENOUGH or {word.lower() for word in CODE.findall(says)} & _plain(sentence):
            return " ".join(sentence.split())[:80]
    return ""


def _sentences(stub: str, task: Task) -> Iterator[str]:
    prose = re.sub(r"^# ?", "", stub, flags=re.MULTILINE)
    for text in (prose, *task.hints):
        yield from filter(None, SENTENCES.split(text))


def _plain(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


def _words(text: str) -> set[str]:
    small = {word for line in SMALL for word in line.split()}
    return {_stem(word) for word in _plain(text) - small if len(word) >= SHORTEST}


def _stem(word: str) -> str:
    return next((word[: -len(end)] for end in ENDINGS if word.endswith(end) and len(word) - len(end) >= 3), word)
