"""nbgrader's `zip_collect` with the layouts of `unroll collect`: whose a file is, and which one is the newest.

`nbgrader zip_collect sine --collector=autograder.nbgrader.collector.Collector`
"""

from datetime import UTC
from pathlib import Path, PurePath
from typing import Any

from nbgrader.plugins import FileNameCollectorPlugin
from traitlets import Unicode

from autograder.collect.attempt import Asked
from autograder.collect.collect import Collected, read_student, understand
from autograder.collect.download import open_download
from autograder.collect.roster import read_roster
from autograder.collect.show import task_names
from autograder.errors import UsageError
from autograder.isolation.limits import Limits
from autograder.nbgrader.lessons import course_at


class Collector(FileNameCollectorPlugin):  # type: ignore[misc]
    """Name the student, the lesson and the time of each file that nbgrader has extracted."""

    roster = Unicode("", help="A CSV with ids, names and e-mails; the ids are the students' in nbgrader.").tag(
        config=True
    )
    extracted = "extracted"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._known: dict[Path, dict[str, dict[str, str]]] = {}

    def collect(self, submitted_file: str) -> dict[str, str] | None:
        """Return what nbgrader asks of a file; None for one that is not to be collected.

        Raises:
            UsageError: the layout is not known, and no `named_regexp` is set.
        """
        path = Path(submitted_file)
        if self.named_regexp:
            return super().collect(submitted_file)
        if path.suffix not in self.valid_ext:
            return None
        root = self._root(path)
        if root not in self._known:
            self._known[root] = extracted_files(root, self.roster)
        return self._known[root].get(str(path.relative_to(root)))

    def _root(self, path: Path) -> Path:
        name = getattr(self.parent, "extracted_directory", self.extracted)
        found = next((one for one in path.parents if one.name == name), None)
        if found is None:
            raise UsageError(f"{path}: no folder above it is named {name}. Set c.ZipCollectApp.extracted_directory.")
        return found


def extracted_files(root: Path, roster: str = "") -> dict[str, dict[str, str]]:
    """Find the student, the name and the time of each file below a folder; of several attempts the newest finished."""
    course = course_at(root)
    limits, zone = (course.limits, course.zone) if course else (Limits(), UTC)
    tasks = task_names(course) if course else frozenset[str]()
    with open_download(root) as download:
        entries = read_roster(Path(roster)) if roster else ()
        collected = understand(download, root.name, Asked(zone), tasks, limits, entries)
        if collected is None:
            raise UsageError(f"{root}: this is no layout that is known. Set c.FileNameCollectorPlugin.named_regexp.")
        return dict(_files(collected))


def _files(collected: Collected) -> list[tuple[str, dict[str, str]]]:
    found = []
    for student in collected.students:
        kept = read_student(collected, student)[1].files
        when = student.attempts[-1].when if student.attempts else None
        time = {"timestamp": f"{when.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"} if when else {}
        whose = {"student_id": student.person.id or student.folder, **time}
        shallow = sorted(kept, key=lambda one: len(one.target), reverse=True)
        by_name = {file.target[-1]: file for file in shallow}  # nbgrader takes one file of a name
        found += [(str(PurePath(*file.source)), {**whose, "file_id": name}) for name, file in by_name.items()]
    return found
