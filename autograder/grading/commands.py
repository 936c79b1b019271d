"""OUT/.commands.json: the commands behind the rows that stand in OUT, so that `--replay` can repeat them.

It is private: an extension names a student, also of a class that is graded by number.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from autograder.errors import UsageError
from autograder.grading.opening import Class, Options
from autograder.text.clean import as_text
from autograder.text.files import write_atomically
from autograder.text.ours import NOBODY_ELSE, read_own

FILE, VERSION = ".commands.json", 1


@dataclass(frozen=True)
class Command:
    """What one command said that marks depend on.

    Args:
        submissions, roster, overrides: where they stood; "" for none.
        students, tasks: as written; without any, the whole class was graded.
        digests: of the roster and of the overrides, by their places.
    """

    submissions: str
    roster: str
    due: str
    extensions: tuple[str, ...]
    overrides: str
    students: tuple[str, ...]
    tasks: tuple[str, ...]
    digests: dict[str, str]

    @property
    def is_whole(self) -> bool:
        """Whether the whole class was graded."""
        return not (self.students or self.tasks)

    def others(self) -> list[str]:
        """Name the files that are others now."""
        return [path for path, digest in self.digests.items() if _digest(Path(path)) != digest]

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Read what `dataclasses.asdict` made, and JSON kept.

        Raises:
            ValueError, KeyError, TypeError, AttributeError: it is something else.
        """
        extensions, students, tasks = (tuple(map(as_text, data[key])) for key in ("extensions", "students", "tasks"))
        submissions, roster, due, overrides = (
            as_text(data[key]) for key in ("submissions", "roster", "due", "overrides")
        )
        digests = {as_text(path): as_text(one) for path, one in data["digests"].items()}
        return cls(submissions, roster, due, extensions, overrides, students, tasks, digests)


def command_of(found: Class, options: Options) -> Command:
    """Say what a run was asked; relative places become absolute."""
    roster, overrides = (str(path.absolute()) if path else "" for path in (options.roster, options.overrides))
    digests = {path: _digest(Path(path)) for path in (roster, overrides) if path}
    named = options.students, options.tasks
    return Command(str(found.submissions), roster, options.due, options.extensions, overrides, *named, digests)


def keep_command(out: Path, command: Command) -> None:
    """Keep a command; one of the whole class takes the place of all before it.

    Raises:
        GradingError: OUT cannot be written.
    """
    commands = [command] if command.is_whole else [*read_commands(out), command]
    data = {"version": VERSION, "commands": [asdict(one) for one in commands]}
    write_atomically(out / FILE, json.dumps(data, indent=1) + "\n", mode=NOBODY_ELSE)


def read_commands(out: Path) -> list[Command]:
    """Read the commands in their order; what is not as `keep_command` left it says nothing."""
    try:
        data = json.loads(read_own(out / FILE))
        if data["version"] != VERSION:
            return []
        return [Command.from_json(one) for one in data["commands"]]
    except (OSError, UsageError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return []


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
