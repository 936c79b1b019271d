"""What `run_autograder` does in Gradescope's container: grade one hand-in, and write results.json whatever happens."""

import json
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

from autograder import __version__
from autograder.course.late import lateness
from autograder.course.model import load_course
from autograder.errors import GradingError, UnrollError, UsageError
from autograder.grading.opening import Class, Options
from autograder.grading.run import grade
from autograder.intake import Student
from autograder.platforms.gradescope import SETTINGS, read_settings
from autograder.platforms.metadata import Metadata, read_metadata
from autograder.reports.record import RESULTS
from autograder.text.clean import one_line, printable
from autograder.text.console import progress
from autograder.text.files import real_folder, write_atomically
from autograder.text.words import score

FOLDER = "hand-in"
REFUSED = "This hand-in was not graded, and it has no marks. Tell your instructor: the autograder says why to them."
TEXT = {"output_format": "text", "test_output_format": "text", "test_name_format": "text"}


def run_autograder(root: Path) -> bool:
    """Grade the hand-in of a container and write results/results.json.

    Args:
        root: /autograder in Gradescope; source, submission and results lie below it.

    Returns: whether it was graded. If not, results.json has a sentence and no marks, and the reason is printed:
        Gradescope shows that to instructors alone.
    """
    started = time.monotonic()
    try:
        results = graded(root)
    except UnrollError as error:
        print(f"unroll: {one_line(str(error))}")
        results = refusal()
    except Exception:  # whatever it is, a hand-in must not end as a 0 that nobody explains
        traceback.print_exc(file=sys.stdout)
        results = refusal()
    results |= {**TEXT, "stdout_visibility": "hidden", "execution_time": round(time.monotonic() - started, 1)}
    real_folder(root / "results")
    write_atomically(root / "results" / "results.json", json.dumps(results, indent=1) + "\n")
    return "score" in results


def refusal() -> dict[str, Any]:
    """Make results without a mark: a 0 would be one, and an empty list of tests may be taken for one."""
    return {"output": REFUSED, "extra_data": {"kit": __version__}}


def graded(root: Path) -> dict[str, Any]:
    """Grade the hand-in and make its results.

    Raises:
        GradingError: the isolation is too weak here, or the grading itself failed.
        UsageError, CourseError: what was exported is not whole.
    """
    settings = read_settings(root / "source" / SETTINGS)
    course = load_course(root / "source" / "course")
    about = read_metadata(root / "submission_metadata.json", course.zone)
    submission = root / "submission"
    if not submission.is_dir() or submission.is_symlink():
        raise UsageError(f"{submission} is no folder: nothing was handed in.")
    with tempfile.TemporaryDirectory(prefix="unroll-out-") as out:
        student = Student(about.student, FOLDER, submission)
        late = {FOLDER: lateness(course.late, about.due, about.handed_in)}
        found = Class(course, course.assignment(settings.assignment), [student], [], [], Path(out), settings.seed, late)
        with progress(1) as bar:
            done = grade(found, Options(accept_weak_isolation=settings.accept_weak_isolation), bar)
        for why in done.failed.values():
            raise GradingError(why)
        # What stands in results.json is what the student may see; the record beside it holds more.
        data = json.loads((Path(out) / FOLDER / RESULTS).read_text(encoding="utf-8"))
        run = json.loads((Path(out) / "run.json").read_text(encoding="utf-8"))
    print(f"Isolation: {run['tier']} ({', '.join(run['layers'].values()) or 'no layer holds'}).")
    return with_platform(data, about, str(run["tier"]))


def with_platform(data: dict[str, Any], about: Metadata, tier: str) -> dict[str, Any]:
    """Add what Gradescope shows above the tests, and what it keeps beside them."""
    people = [{"name": one_line(name), "email": one_line(email)} for name, email in about.people]
    extra = {**data["extra_data"], "kit": __version__, "tier": tier, "handed_in_by": people}
    return {**data, "output": "\n".join(above(data["extra_data"], about)), "visibility": "visible", "extra_data": extra}


def above(extra: dict[str, Any], about: Metadata) -> list[str]:
    """Say who handed in, when, what being late costs, how the files were read, and what each task got."""
    when = f" on {about.handed_in:%Y-%m-%d %H:%M %Z}" if about.handed_in else ""
    due = f", due {about.due:%Y-%m-%d %H:%M %Z}" if about.due else ""
    lines = [f"Handed in by {one_line(about.student, 300)}{when}{due}."]
    if late := extra.get("late"):
        lines += [late["said"], *([f"Points before that: {late['before']:g}."] if late["kept"] < 1 else [])]
    for task in extra["tasks"]:
        said = f": {task['message']}" if task["message"] else ""
        lines.append(
            f"{task['lesson']}:{task['task']}  {score(task['score'], task['max_score'])}  {task['outcome']}{said}"
        )
    return [printable(line) for line in (*lines, *extra["notes"])]
