"""The script that runs a failing hidden check again: in OUT/.why, which is no student's folder and no feedback's."""

import sys
from collections.abc import Sequence
from pathlib import Path

from autograder.course.model import load_course
from autograder.errors import GradingError, UnrollError
from autograder.grading.show import perhaps_unheard
from autograder.grading.why import Question, examine_again
from autograder.grading.why_text import lines_of
from autograder.text.files import real_folder, write_atomically
from autograder.text.ours import NOBODY_ELSE, own_folder

FOLDER = ".why"
TEXT = '''"""Run the hidden checks of a task again on one hand-in, in the sandbox.

For the instructor alone: it names the seed of the hidden inputs. Start it with the Python that has Unroll:
python {name}

Change HAND_IN to try another version, such as one that you have mended: a folder, an archive, a .py or a .ipynb file.
The exit status is 0 if the task passes, and 1 if it does not.
"""

from autograder.grading.why_script import run_again

HAND_IN = {hand_in}

run_again(
    HAND_IN,
    course={course},
    assignment={assignment},
    address={address},
    student={student},
    folder={folder},
    seed={seed},
    kit={kit},
)
'''


def write_script(out: Path, question: Question) -> Path:
    """Write the script; nobody else can read it, nor enter its folder.

    Raises:
        GradingError: OUT cannot be written.
    """
    name = f"{question.lesson.name}-{question.task.name}.py"
    folder = out / FOLDER / question.folder
    try:
        own_folder(out / FOLDER)
        real_folder(folder)
    except OSError as error:
        raise GradingError(f"{folder}: {error.strerror}. Make it writable.") from None
    facts = {
        "hand_in": str(question.hand_in.absolute()),
        "course": str(question.course.root.absolute()),
        "assignment": question.assignment,
        "address": question.address,
        "student": question.student,
        "folder": question.folder,
        "seed": question.seed,
        "kit": question.kit,
    }
    # As ASCII literals: no name of a student can end a text, or turn a line around.
    text = TEXT.format(name=name, **{key: ascii(value) for key, value in facts.items()})
    write_atomically(folder / name, text, "Make it writable.", NOBODY_ELSE)
    return folder / name


def run_again(
    hand_in: str,
    *,
    course: str,
    assignment: str,
    address: str,
    student: str,
    folder: str,
    seed: str,
    kit: str,
    arguments: Sequence[str] | None = None,
) -> None:
    """Run the checks of a task again and show what they saw; exit with 0 if the task passes, else with 1.

    Args:
        arguments: of the command line; --accept-weak-isolation is known.
    """
    given = sys.argv[1:] if arguments is None else arguments
    try:
        loaded = load_course(Path(course))
        pairs = ((lesson, task) for lesson in loaded.assignment(assignment).lessons for task in lesson.tasks)
        lesson, task = next(pair for pair in pairs if pair[0].address(pair[1]) == address)
        path = Path(hand_in)
        question = Question(
            loaded, assignment, student, folder, lesson, task, seed, kit, path, path.suffix in (".py", ".ipynb")
        )
        found = examine_again(question, "--accept-weak-isolation" in given)
    except UnrollError as error:
        sys.exit(f"unroll: {error}")
    with perhaps_unheard():
        print("\n".join(lines_of(found, every=True)), flush=True)
    sys.exit(found.result.outcome != "passed")
