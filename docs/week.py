"""Live the week of `instructors.md`: make its class of sixty, run its commands, and take its pictures.

python docs/week.py                   compare what is printed with the guide, and take the pictures again
python docs/week.py --check           compare only; the exit status is 1 if the guide is not true
python docs/week.py --scratch DIR     keep what was graded there, for the next time

The guide says what is done, from top to bottom. A block of `toml` goes into `course.toml`, one of `csv` is
`overrides.csv`. In a block of `console` the lines behind `$` are run, and below them stands what is printed. A line
`...` stands for any lines. Of the clock and of times that a run took nothing is compared.
"""

import argparse
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from week_class import class_of_sunday, class_of_thursday, grading_worksheet, moodle_download

from autograder.course.model import load_course

ROOT = Path(__file__).resolve().parents[1]
GUIDE = ROOT / "docs" / "instructors.md"
STEP = re.compile(
    r"^```(?P<kind>toml|csv|console)\n(?P<text>.*?)^```$|\(pictures/week-(?P<shot>\w+)\.png\)", re.M | re.S
)
UNSURE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC|\b\d+(\.\d+)? s\b")
SEED = '{"seed": "the same week again"}\n'
GAP = "..."
PROGRESS = re.compile(r"^\[ *\d+/\d+\] .*\n", re.MULTILINE)


@dataclass
class Week:
    """A course's folder in which the commands are run, and what turned out otherwise than the guide says."""

    root: Path
    status: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def records(self) -> Path:
        """Where what Monday's run has graded is kept; a run goes on from it if neither the kit nor a lesson is new."""
        return self.root.parent / "monday"

    def run(self, command: str) -> str:
        """Run a command as it stands in the guide; return what it prints."""
        words = shlex.split(command)
        if words == ["echo", "$?"]:
            return f"{self.status}\n"
        line = [sys.executable, "-m", "autograder.cli", *words[1:]]
        done = subprocess.run(line, cwd=self.root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.status = done.returncode
        if words[1] == "grade" and "--dry-run" not in words:
            self._keep_records()
        return PROGRESS.sub("", done.stdout.replace(f"{self.root}/", ""))

    def _keep_records(self) -> None:
        for record in self.root.glob("graded/*/record.json"):
            if not (kept := self.records / record.parent.name).exists():
                shutil.copytree(record.parent, kept)


def begin(scratch: Path) -> Week:
    """Make the course's folder anew, with the downloads of Sunday and of Thursday."""
    week = Week(scratch / "course")
    shutil.rmtree(week.root, ignore_errors=True)
    for part in ("solutions", "exercises"):
        shutil.copytree(ROOT / part, week.root / part)
    assignment = load_course(week.root).assignment("sine")
    sunday = class_of_sunday(assignment)
    for name, students in {"sunday": sunday, "thursday": class_of_thursday(sunday, assignment)}.items():
        (week.root / f"{name}.zip").write_bytes(moodle_download(students))
        (week.root / f"{name}.csv").write_text(grading_worksheet(students), encoding="utf-8")
    (week.root / "graded").mkdir(mode=0o700)
    if week.records.exists():
        shutil.copytree(week.records, week.root / "graded", dirs_exist_ok=True)
    (week.root / "graded" / "run.json").write_text(SEED)
    return week


def live(week: Week, story: str, shoot: Callable[[str], None]) -> None:
    """Do what the guide says, from top to bottom."""
    for step in STEP.finditer(story):
        match step["kind"]:
            case "toml":
                settings = week.root / "solutions" / "course.toml"
                settings.write_text(f"{step['text']}\n{settings.read_text(encoding='utf-8')}", encoding="utf-8")
            case "csv":
                (week.root / "overrides.csv").write_text(step["text"], encoding="utf-8")
            case "console":
                for command, said in commands(step["text"]):
                    compare(week, command, said)
            case _:
                shoot(step["shot"])


def commands(block: str) -> Iterator[tuple[str, list[str]]]:
    """Go through the commands of a block, each with the lines that the guide has below it."""
    for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
        command, _, said = part.replace("\\\n", " ").partition("\n")
        yield command, said.splitlines()


def compare(week: Week, command: str, said: list[str]) -> None:
    """Run a command, and note if it does not print what the guide has."""
    printed = week.run(command)
    print(f"$ {command}\n{printed}", flush=True)
    missing = not_printed(said, printed)
    if missing is not None:
        week.wrong.append(f"$ {command}\n  does not print: {missing}")


def not_printed(said: list[str], printed: str) -> str | None:
    """Return the first line of the guide that a command does not print at this place, or None."""
    left, may_skip = [plain(line) for line in printed.splitlines()], False
    for line in said:
        if line.strip() == GAP:
            may_skip = True
            continue
        while may_skip and left and left[0] != plain(line):
            left.pop(0)
        if not left or left.pop(0) != plain(line):
            return line
        may_skip = False
    return None if may_skip or not any(left) else f"nothing more, but there is: {left[0]}"


def plain(line: str) -> str:
    """Take times and spaces at the end out of a line."""
    return UNSURE.sub("TIME", line).rstrip()


def main() -> None:
    """Live the week, and say what the guide does not."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="take no pictures")
    parser.add_argument("--scratch", type=Path, help="a folder that is kept")
    options = parser.parse_args()
    story = GUIDE.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as thrown_away:
        week = begin((options.scratch or Path(thrown_away)).resolve())
        if options.check:
            live(week, story, lambda name: None)
        else:
            from week_pictures import camera

            with camera(week.root / "graded") as shoot:
                live(week, story, shoot)
    sys.exit("\n".join(week.wrong) or 0)


if __name__ == "__main__":
    main()
