"""A process that autogrades: it takes students one after the other from `unroll nbgrade`, with one warm examiner.

Started as: python -m autograder.nbgrader.hand FD. Messages are JSON: first the settings, then one request for each
student, answered by {"marks": [score, max_score], "look": [what a person has to look at], "notes": [what was done to
read it]} or {"failed": why}, or by {"error": why} where nobody can be graded.
"""

import glob
import json
import logging
import os
import signal
import sys
import warnings
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from autograder.errors import TooWeak, UnrollError
from autograder.grading.request import ExaminerRequest, say
from autograder.isolation.inside.endings import end_with_parent

QUIET = "--log-level=ERROR"


def main() -> None:
    """Serve until the other side closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    warnings.simplefilter("ignore")  # nbgrader's own, about its use of SQLAlchemy
    channel = Connection(int(sys.argv[1]))
    settings = json.loads(channel.recv_bytes())
    app = open_app(settings["root"])
    say(channel, {"layers": {}, "tier": ""})
    try:
        while True:
            request = ExaminerRequest.from_json(json.loads(channel.recv_bytes()))
            answer = grade(app, settings["assignment"], request.student)
            say(channel, {**answer, **found_of(app, settings["assignment"], request.student)})
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return


def open_app(root: str) -> Any:
    """Start nbgrader in a course's folder, with the course's configuration and any other that `nbgrader` would read."""
    from nbgrader.apps import AutogradeApp

    os.chdir(root)
    app = AutogradeApp()
    app.initialize([QUIET])
    return app


def grade(app: Any, assignment: str, student: str) -> dict[str, Any]:
    """Autograde one student as `nbgrader autograde --student` does; what another process disturbed is done again."""
    from autograder.nbgrader.attention import flags, notes
    from autograder.nbgrader.database import marks

    error = _autograde(app, assignment, student)
    if error is not None and _is_of_the_database(error):
        error = _autograde(app, assignment, student)
    if isinstance(error, TooWeak):
        return {"error": str(error)}
    if error is not None:
        return {"failed": one_line_of(error)}
    graded = Path(app.coursedir.format_path(app.coursedir.autograded_directory, student, assignment))
    return {"marks": marks(app.coursedir, assignment, student), "look": flags(graded), "notes": notes(graded)}


def found_of(app: Any, assignment: str, student: str) -> dict[str, Any]:
    """Return as {"result": ...} all that was found out about the student just autograded; {} if that is nothing."""
    from autograder.nbgrader.examiners import last_result
    from autograder.nbgrader.lessons import course_at

    course = course_at(Path(app.coursedir.root))
    result = last_result(course.root, assignment, student) if course else None
    return {"result": result.to_json()} if result else {}


def _autograde(app: Any, assignment: str, student: str) -> BaseException | None:
    """Return what went wrong; None where nothing did."""
    from nbgrader.converters import Autograde
    from nbgrader.utils import temp_attrs

    first = FirstError()
    app.log.handlers, app.log.propagate = [first], False
    # A student's name may hold characters that mean something in nbgrader's pattern of names.
    with temp_attrs(app.coursedir, assignment_id=assignment, student_id=glob.escape(student)):
        converter = Autograde(coursedir=app.coursedir, parent=app)
        converter.force = True  # whoever is sent here is due
        try:
            converter.start()
        except (Exception, SystemExit) as error:
            return first.error or error
    return None


class FirstError(logging.Handler):
    """Keeps the first exception that nbgrader logs; the one that it raises at the end says only that there was one."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.error: BaseException | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Note the exception that is being handled while something is logged."""
        self.error = self.error or sys.exc_info()[1]


def _is_of_the_database(error: BaseException) -> bool:
    from nbgrader.api import InvalidEntry
    from sqlalchemy.exc import SQLAlchemyError

    return isinstance(error, (InvalidEntry, SQLAlchemyError))


def one_line_of(error: BaseException) -> str:
    """Say an exception in one line."""
    text = " ".join(str(error).split())
    return text if isinstance(error, (SystemExit, UnrollError)) or not text else f"{type(error).__name__}: {text}"


if __name__ == "__main__":
    main()
