"""Choose what counts as a lesson: one file, several that complete each other, or versions that differ.

A lesson is what defines its tasks. The name decides first, then the content. A finished file beats a stub, and of two
finished ones the newer counts. Where nothing says which that is, both are graded, and a person looks at it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from autograder.course.model import Assignment, Lesson
from autograder.intake.contents import NOTHING, Contents, without_stubs
from autograder.intake.lesson_names import is_exact, kind_and_stem, named_lessons, newer
from autograder.intake.names import name_key, printable_name
from autograder.intake.tree import FolderPath
from autograder.text.words import LOOK

MOST_VERSIONS = 3  # that are graded; each takes its time
MOST_NAMED = 3
SAME_TIME = 3.0  # seconds: a zip archive counts in steps of two
Text = tuple[str, ...]


@dataclass(frozen=True)
class Draft:
    """A file of a hand-in that may be a lesson, as it was read.

    Args:
        place: the folders and archives above it.
        found: which of the assignment's tasks it defines.
        time: when it was changed, in seconds, as an archive says; None where nothing but a file system knows.
        side: which side of a merge conflict it is, or "".
        is_barred: whether it is a link, a folder or a device, which is never opened.
    """

    place: FolderPath
    name: str
    cells: Text = ()
    is_notebook: bool = False
    notes: Text = ()
    problem: str = ""
    outcome: str = ""
    found: Contents = NOTHING
    time: float | None = None
    side: str = ""
    is_barred: bool = False

    @property
    def path(self) -> FolderPath:
        return (*self.place, self.name)

    @property
    def label(self) -> str:
        """Name it in a sentence: the end of its path."""
        return printable_name("/".join(self.path)[-76:]) + (f" ({self.side})" if self.side else "")


@dataclass(frozen=True)
class Version:
    """One version of a lesson: the files that make it up, the one that counts most last."""

    drafts: tuple[Draft, ...]

    @property
    def main(self) -> Draft:
        return self.drafts[-1]

    @property
    def cells(self) -> Text:
        """All code; definitions that a later file leaves unwritten do not hide those of an earlier one."""
        if len(self.drafts) == 1:
            return self.main.cells
        return tuple(text for one in self.drafts for text in without_stubs(one.cells, one.found.stubs))

    @property
    def label(self) -> str:
        return listed(one.label for one in self.drafts)


@dataclass(frozen=True)
class Choice:
    """What counts as a lesson.

    Args:
        versions: one, or several that differ where nothing says which is the newest.
        notes: what was done, for the student.
        look: what a person has to look at, or "".
    """

    versions: tuple[Version, ...]
    notes: Text = ()
    look: str = ""


@dataclass
class _Pool:
    """The drafts of one lesson while it is decided which of them count."""

    lesson: Lesson
    assignment: Assignment
    notes: list[str] = field(default_factory=list)

    @property
    def tasks(self) -> frozenset[str]:
        return frozenset(task.name for task in self.lesson.tasks)

    def names(self, draft: Draft) -> bool:
        return self.lesson.name in named_lessons(draft.name, [one.name for one in self.assignment.lessons])

    def is_exact(self, draft: Draft) -> bool:
        return is_exact(draft.name, self.lesson.name)

    def defined(self, draft: Draft) -> frozenset[str]:
        return draft.found.defined & self.tasks

    def written(self, draft: Draft) -> frozenset[str]:
        return draft.found.written & self.tasks

    def begun(self, draft: Draft) -> bool:
        """Say whether anything of the lesson is written in it."""
        unwritten = self.defined(draft) - self.written(draft)
        return bool(self.written(draft)) or (bool(unwritten) and draft.found.begun > len(draft.found.written))

    def is_apart(self, draft: Draft) -> bool:
        """Say whether it lies outside of a folder that is named as the assignment."""
        return name_key(self.assignment.name) not in map(name_key, draft.place)

    def order(self, draft: Draft) -> tuple[object, ...]:
        """Sort the best first, where nothing else decides."""
        exact = draft.name in (f"{self.lesson.name}.py", f"{self.lesson.name}.ipynb")
        rank = (self.is_apart(draft), not self.names(draft), not exact, not self.is_exact(draft), len(draft.place))
        return (-len(self.written(draft)), *rank, draft.is_notebook, draft.path, draft.side)


def choose(lesson: Lesson, assignment: Assignment, drafts: Sequence[Draft]) -> Choice | None:
    """Choose what counts as a lesson; None where nothing does."""
    pool = _Pool(lesson, assignment)
    fitting = sorted((draft for draft in drafts if _fits(pool, draft)), key=pool.order)
    barred = [draft for draft in fitting if draft.is_barred and pool.is_exact(draft)]
    broken = barred or [draft for draft in fitting if draft.problem]
    readable = [draft for draft in fitting if not draft.problem]
    begun = [draft for draft in readable if pool.begun(draft)]
    if barred or (broken and not begun):  # it may be the work; a stub beside it is none
        return Choice((Version((broken[0],)),))
    pool.notes += [draft.problem for draft in broken]
    if begun:
        return _of_begun(pool, begun, readable)
    return _of_unwritten(pool, readable) if readable else None


def _fits(pool: _Pool, draft: Draft) -> bool:
    """Say whether a file may be the lesson: it defines its tasks, or has its name and nothing says otherwise."""
    if pool.defined(draft):
        return True
    if pool.is_exact(draft):
        return True
    return pool.names(draft) and not draft.found.defined


def _of_unwritten(pool: _Pool, readable: list[Draft]) -> Choice:
    """Choose among files of which none has an answer."""
    readable = [draft for draft in readable if pool.defined(draft)] or readable
    chosen, *others = readable
    _note_name(pool, chosen)
    others = [one for one in others if len(one.place) <= len(chosen.place)]
    if others and not chosen.is_notebook and all(one.is_notebook for one in others):
        pool.notes.append(f"{chosen.label} counts, not the notebook beside it.")
    elif others:
        pool.notes.append(f"{chosen.label} counts, not the files named nearly so.")
    return Choice((Version((chosen,)),), tuple(pool.notes))


def _of_begun(pool: _Pool, begun: list[Draft], readable: list[Draft]) -> Choice:
    """Choose among files that have answers."""
    distinct = _distinct(begun)
    best = [one for one in distinct if not any(_beats(pool, other, one) for other in distinct if other is not one)]
    main, *others = best or distinct[:1]  # files that beat each other in a circle are as good as each other
    rivals = [one for one in others if pool.written(one) & pool.written(main)]
    kept = (main, *rivals[: MOST_VERSIONS - 1])
    groups = [_with_helpers(pool, _completed(pool, one, distinct), readable) for one in kept]
    _note_name(pool, *groups[0].drafts)
    _note_passed_over(pool, groups, begun, readable)
    look = _look(groups, rivals)
    return Choice(tuple(groups), tuple(pool.notes), look)


def _distinct(drafts: list[Draft]) -> list[Draft]:
    """Leave out files all of whose statements stand in another one."""
    kept: list[Draft] = []
    for draft in sorted(drafts, key=lambda one: -len(one.found.statements)):
        if not any(draft.found.statements <= other.found.statements for other in kept):
            kept.append(draft)
        else:
            same = next(n for n, other in enumerate(kept) if draft.found.statements <= other.found.statements)
            if kept[same].found.statements == draft.found.statements and drafts.index(draft) < drafts.index(kept[same]):
                kept[same] = draft
    return [draft for draft in drafts if any(draft is one for one in kept)]


def _beats(pool: _Pool, one: Draft, other: Draft) -> bool:
    """Say whether one file counts and another does not, because both have answers to a task."""
    if not pool.written(one) & pool.written(other):
        return False
    if pool.is_apart(one) != pool.is_apart(other):
        return pool.is_apart(other)
    if pool.names(one) != pool.names(other):
        return pool.names(one)
    return _is_newer(one, other) and pool.written(one) >= pool.written(other)


def _is_newer(one: Draft, other: Draft) -> bool:
    said = newer(one.path, other.path)
    if said or one.time is None or other.time is None:
        return said > 0
    return one.time > other.time + SAME_TIME


def _completed(pool: _Pool, main: Draft, others: Iterable[Draft]) -> Version:
    """Add the files that have answers which a file lacks."""
    drafts = [main]
    have = set(pool.written(main))
    for other in others:
        is_another = pool.is_apart(other) and not pool.is_apart(main)
        if other is not main and not is_another and pool.written(other) - have:
            drafts.append(other)
            have |= pool.written(other)
    return Version(tuple(reversed(drafts)))


def _with_helpers(pool: _Pool, version: Version, readable: Iterable[Draft]) -> Version:
    """Add the parts of the lesson that have no answer, and what the answers use, such as its imports."""
    bound = frozenset[str]().union(*(draft.found.bound for draft in version.drafts))
    lacking = frozenset[str]().union(*(draft.found.lacking for draft in version.drafts)) - bound
    parts = [one for one in readable if pool.names(one) and not one.found.defined and one.found.bound & lacking]
    return Version((*parts, *version.drafts))


def _note_name(pool: _Pool, *drafts: Draft) -> None:
    """Say which file counts, where it does not have the lesson's name."""
    lesson = pool.lesson.name
    if len(drafts) > 1:
        pool.notes.append(f"{listed(one.label for one in drafts)} together count as {lesson}.py.")
        return
    (draft,) = drafts
    suffix = ".ipynb" if draft.is_notebook and kind_and_stem(draft.name)[0] != ".py" else ".py"
    wanted = lesson + (kind_and_stem(draft.name)[0] or suffix)
    if draft.name in (f"{lesson}.py", f"{lesson}.ipynb"):
        return
    if pool.names(draft):
        pool.notes.append(f"{draft.label} counts as {wanted}; name it {wanted} next time.")
    else:
        defines = listed(sorted(pool.defined(draft)))
        pool.notes.append(f"{draft.label} counts as {wanted}, because it defines {defines}.")


def _note_passed_over(pool: _Pool, groups: list[Version], begun: list[Draft], readable: list[Draft]) -> None:
    """Say which files do not count, and why."""
    used = [draft for group in groups for draft in group.drafts]
    main = groups[0].main
    left = [draft for draft in begun if not any(draft is one for one in used)]
    same = [draft for draft in left if any(draft.found.statements <= one.found.statements for one in used)]
    differ = [draft for draft in left if not any(draft is one for one in same)]
    unwritten = [one for one in readable if not any(one is other for other in begun) and pool.names(one)]
    for said, some in (
        ("The same", [one for one in same if pool.names(one)]),
        ("Older, by its name or time", _older(main, differ)),
        ("Passed over", [one for one in differ if not _is_newer(main, one)]),
        ("Unwritten", unwritten),
    ):
        if some:
            pool.notes.append(f"{main.label} counts. {said}: {listed(one.label for one in some)}.")


def _older(main: Draft, others: list[Draft]) -> list[Draft]:
    return [one for one in others if _is_newer(main, one)]


def _look(groups: list[Version], rivals: list[Draft]) -> str:
    if not rivals:
        return ""
    more = len(rivals) + 1 - len(groups)
    names = listed(group.main.label for group in groups)
    said = f"{LOOK}: {names} differ, and nothing says which is the newer. The better mark stands."
    return f"{said} {more} more were not graded." if more else said


def listed(names: Iterable[str]) -> str:
    """Write names as words: a, b and c."""
    some = list(names)
    shown = some[:MOST_NAMED] + ([f"{len(some) - MOST_NAMED} more"] if len(some) > MOST_NAMED else [])
    return " and ".join(filter(None, (", ".join(shown[:-1]), *shown[-1:])))
