"""Read the files of a hand-in that may be lessons, within limits that hold for all of them together."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from autograder.course.model import Assignment
from autograder.intake.choice import Draft
from autograder.intake.conflict import sides
from autograder.intake.contents import LONGEST, contents, parses
from autograder.intake.hand_in import Unfit
from autograder.intake.lesson_names import kind_and_stem, named_lessons
from autograder.intake.names import printable_name
from autograder.intake.notebook import code_cells, is_notebook_text
from autograder.intake.search import FoundFile
from autograder.intake.text import check_source, decode_with_note, typed_elsewhere
from autograder.isolation.limits import Limits

MOST_FILES = 200
MOST_TYPED = 5
CONFLICT = "{name} has merge-conflict markers; each side was read as a version of its own."
DEFINITION = re.compile(r"^(?:def|class|import|from)\s", re.MULTILINE)
MOST_PARSED = 4 * LONGEST  # characters of all files together


@dataclass
class DraftReader:
    """Reads the files of one hand-in; what has no lesson's name is left out once the limits are reached."""

    assignment: Assignment
    limits: Limits
    files_left: int = MOST_FILES
    bytes_left: int = 0
    parsed_left: int = MOST_PARSED

    def read_all(self, files: Iterable[FoundFile]) -> list[Draft]:
        """Read all files, in the order that they are given in."""
        self.bytes_left = self.limits.archive_bytes
        lessons = [lesson.name for lesson in self.assignment.lessons]
        drafts: list[Draft] = []
        for file in files:
            if named_lessons(file.entry.name, lessons) or (self.files_left > 0 and self.bytes_left > 0):
                drafts += self._read(file)
        return drafts

    def _read(self, file: FoundFile) -> Sequence[Draft]:
        self.files_left -= 1
        entry = file.entry
        blank = Draft(file.place, entry.name, time=entry.time, is_barred=entry.kind != "file")
        blank = replace(blank, is_notebook=kind_and_stem(entry.name)[0] == ".ipynb")
        try:
            return [self._with_contents(draft) for draft in self._drafts(file, blank)]
        except Unfit as unfit:
            return [replace(blank, problem=str(unfit), outcome=unfit.outcome)]

    def _drafts(self, file: FoundFile, blank: Draft) -> list[Draft]:
        name = printable_name(file.entry.name)
        limit = self.limits.notebook_bytes if blank.is_notebook else self.limits.source_bytes
        data = file.tree.read(file.entry, limit)
        self.bytes_left -= len(data)
        text, note = decode_with_note(name, data)
        blank = replace(blank, is_notebook=is_notebook(file.entry.name, text))
        drafts = [self._version(replace(blank, side=side), name, text, part) for side, part in sides(text)]
        conflict = (CONFLICT.format(name=name),) if len(drafts) > 1 else ()
        return [replace(draft, notes=(*filter(None, (note,)), *conflict, *draft.notes)) for draft in drafts]

    def _version(self, blank: Draft, name: str, text: str, part: str) -> Draft:
        """Read a file, or one side of its merge conflict."""
        try:
            if blank.is_notebook:
                cells, notes = code_cells(name, text, self.limits.source_bytes, blank.side)
                empty = () if cells else (f"{name} has no code cells.",)
                return replace(blank, cells=cells, notes=(*notes, *empty))
            empty = () if part.strip() else (f"{name} is empty.",)
            return replace(blank, cells=(check_source(name, part),), notes=empty)
        except Unfit as unfit:
            return replace(blank, problem=str(unfit), outcome=unfit.outcome)

    def _with_contents(self, draft: Draft) -> Draft:
        tasks = [task.name for lesson in self.assignment.lessons for task in lesson.tasks]
        found = contents(draft.cells, tasks, min(LONGEST, self.parsed_left))
        self.parsed_left -= sum(map(len, draft.cells))
        typed = () if found.is_whole else tuple(_typed(draft))
        return replace(draft, found=found, notes=(*draft.notes, *typed))


def is_notebook(name: str, text: str) -> bool:
    """Tell a notebook from Python by what stands in it, where the name says otherwise."""
    if kind_and_stem(name)[0] == ".ipynb":
        return is_notebook_text(text) or not DEFINITION.search(text) or text.lstrip().startswith(("{", "["))
    return is_notebook_text(text)


def _typed(draft: Draft) -> list[str]:
    name = printable_name(draft.name)
    many = len(draft.cells) > 1
    places = [(f"{name}, cell {number}" if many else name, text) for number, text in enumerate(draft.cells, 1)]
    said = [note for place, text in places for note in typed_elsewhere(place, text) if not parses(text)]
    return said[:MOST_TYPED]
