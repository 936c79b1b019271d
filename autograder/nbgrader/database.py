"""The gradebook, while several processes write into it."""

from pathlib import Path
from typing import Any

from autograder.errors import GradingError, UsageError

# SQLite lets one process write at a time; Python's driver gives up on it after 5 seconds.
PATIENCE = 120


def wait_for_others() -> None:
    """Let every connection to a SQLite gradebook wait its turn, in this process, instead of failing."""
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    if not event.contains(Engine, "connect", _be_patient):
        event.listen(Engine, "connect", _be_patient)


def _be_patient(connection: Any, _record: Any) -> None:
    if type(connection).__module__.startswith("sqlite3"):
        connection.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000}")


def check_gradebook(coursedir: Any, assignment: str) -> None:
    """See that an assignment is in the gradebook, and make what all processes need before they ask for it at once.

    Args:
        coursedir: nbgrader's course directory.

    Raises:
        UsageError: the assignment has not been generated.
        GradingError: the gradebook cannot be opened.
    """
    from nbgrader.api import Gradebook, MissingEntry
    from sqlalchemy.exc import SQLAlchemyError

    missing = UsageError(
        f"{assignment} is not in the gradebook. Make it first: nbgrader generate_assignment {assignment}"
    )
    if not _is_there(coursedir.db_url):
        raise missing
    try:
        # nbgrader's preprocessors ask for a course of their own, default_course, and make it if it is not there.
        with Gradebook(coursedir.db_url), Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
            if not gradebook.find_assignment(assignment).notebooks:
                raise missing
    except MissingEntry:
        raise missing from None
    except SQLAlchemyError as error:
        said = str(error).splitlines()[0]
        raise GradingError(f"The gradebook cannot be opened: {said}. Check c.CourseDirectory.db_url.") from None


def marks(coursedir: Any, assignment: str, student: str) -> tuple[float, float]:
    """Return what a submission has earned, and of how much."""
    from nbgrader.api import Gradebook

    with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        submission = gradebook.find_submission(assignment, student)
        return float(submission.score), float(submission.max_score)


def _is_there(db_url: str) -> bool:
    """Say whether there is a database; asking SQLite would make an empty one."""
    from sqlalchemy.engine import make_url

    url = make_url(db_url)
    return not url.drivername.startswith("sqlite") or Path(url.database or "").is_file()
