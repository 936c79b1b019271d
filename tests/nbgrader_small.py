"""A course directory with one small lesson and one question for a person, and a PostgreSQL server to keep its marks."""

import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from classroom import REPOSITORY
from nbgrader.api import Gradebook
from nbgrader_course import CourseDirectory, cell, replaced
from sqlalchemy import create_engine, text

QUESTION = '\n[[question]]\nname = "why"\npoints = 4\nask = "Why?"\nrubric = "4 for a reason."\nanswer = "Because."\n'
POINT_A_DAY = """
from nbgrader.plugins import LateSubmissionPlugin

class PointADay(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return total_seconds_late // 86400

c.AssignLatePenalties.plugin_class = PointADay
"""
HAND = "autograder.nbgrader.hand"


class SmallCourse(CourseDirectory):
    """The course of `tests/mini` as nbgrader's course directory."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.db_url = f"sqlite:///{root / 'gradebook.db'}"
        shutil.copytree(REPOSITORY / "tests" / "mini", root, dirs_exist_ok=True)
        with (root / "solutions" / "play" / "double" / "lesson.toml").open("a") as file:
            file.write(QUESTION)
        self.configure(POINT_A_DAY)

    def configure(self, more: str, ours: bool = True) -> None:
        """Write `nbgrader_config.py`: the repository's, and more."""
        stock = (REPOSITORY / "nbgrader_config.py").read_text() if ours else "c = get_config()\n"
        where = f"c.CourseDirectory.db_url = {self.db_url!r}\n"
        (self.root / "nbgrader_config.py").write_text(stock + where + more)

    def unroll(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run `unroll` in the course directory."""
        with self.start(*command) as process:
            out, err = process.communicate(timeout=300)
        return subprocess.CompletedProcess(command, process.returncode, out, err)

    def start(self, *command: str) -> subprocess.Popen[str]:
        """Start `unroll` in the course directory."""
        given = {**os.environ, "PYTHONPATH": str(REPOSITORY), "OMP_NUM_THREADS": "1", "NO_COLOR": "1"}
        arguments = [sys.executable, "-m", "autograder.cli", *command]
        pipe = subprocess.PIPE
        return subprocess.Popen(arguments, cwd=self.root, env=given, stdout=pipe, stderr=pipe, text=True)

    def made(self) -> "SmallCourse":
        """Build the lesson and generate the assignment."""
        done = self.unroll("build")
        assert done.returncode == 0, done.stderr
        self.must("generate_assignment", "play")
        return self

    @classmethod
    def at(cls, root: Path, db_url: str = "") -> "SmallCourse":
        """Return the course that is there already."""
        course = object.__new__(cls)
        course.root = root
        course.db_url = db_url or f"sqlite:///{root / 'gradebook.db'}"
        return course

    def copied(self, root: Path, db_url: str = "") -> "SmallCourse":
        """Return a course like this one, in another place; with another database, the assignment is generated again."""
        shutil.copytree(self.root, root, dirs_exist_ok=True)
        copy = SmallCourse.at(root, db_url)
        copy.configure(POINT_A_DAY)
        if db_url:
            copy.must("generate_assignment", "play", "--force")
        return copy

    def submit(self, *students: str, answered: bool = True, stamp: str = "") -> None:
        """Hand in a right notebook, or the blank one."""
        notebook = nbformat.read(self.root / ("source" if answered else "release") / "play" / "double.ipynb", 4)
        for student in students:
            folder = self.root / "submitted" / student / "play"
            folder.mkdir(parents=True)
            (folder / "double.ipynb").write_text(nbformat.writes(notebook))
            if stamp:
                (folder / "timestamp.txt").write_text(stamp)

    def write(self, student: str, notebook: dict[str, Any] | str, name: str = "double.ipynb") -> None:
        """Hand in a notebook's JSON, or any text in place of one."""
        folder = self.root / "submitted" / student / "play"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(notebook if isinstance(notebook, str) else json.dumps(notebook))

    def spoil(self, student: str) -> None:
        """Replace an answer by one that is wrong."""
        path = self.root / "submitted" / student / "play" / "double.ipynb"
        notebook = nbformat.read(path, 4)
        source = cell(notebook, "double").source.replace("2 * x", "x * x")
        path.write_text(nbformat.writes(replaced(notebook, "double", source)))

    @contextmanager
    def gradebook(self) -> Iterator[Any]:
        with Gradebook(self.db_url, "unroll") as gradebook:
            yield gradebook

    def scores(self) -> dict[str, float]:
        """Return the automatic score of each student."""
        with self.gradebook() as gradebook:
            return {one.student.id: one.score for one in gradebook.assignment_submissions("play")}

    def marks_left(self) -> list[Path]:
        """List the marks of submissions that were begun and not finished."""
        return [path for path in (self.root / ".unroll-nbgrade").glob("*") if path.suffix != ".lock"]


def hands(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """List the processes that autograde for an `unroll nbgrade`."""
    return [one for one in psutil.Process(process.pid).children() if HAND in one.cmdline()]


@contextmanager
def postgres() -> Iterator["Postgres"]:
    """Start a PostgreSQL server of our own, on a private socket; skip the test where that cannot be had."""
    lacks = _lacks()
    if lacks:
        pytest.skip(f"{lacks}: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="pg"))  # a socket's path may have 107 bytes at most
    server = Postgres(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


class Postgres:
    """A server with its data and its socket in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def start(self) -> None:
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            user = pwd.getpwnam("postgres")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        self._run("initdb", "--auth=trust", "--username=postgres", "--no-sync", "--encoding=UTF8")
        options = f"-k {self.folder} -c listen_addresses= -c fsync=off"
        self._run("pg_ctl", "-o", options, "-l", str(self.folder / "log"), "-w", "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-m", "immediate", "stop", check=False)

    def new(self, name: str) -> str:
        """Make a database; return its address as nbgrader wants it."""
        engine = create_engine(self._url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return self._url(name)

    def _url(self, name: str) -> str:
        return f"postgresql+psycopg2://postgres@/{name}?host={self.folder}"

    def _run(self, program: str, *arguments: str, check: bool = True) -> None:
        as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
        command = [*as_user, _found(program), "-D", str(self.folder / "data"), *arguments]
        # pg_ctl's server keeps a pipe open, so its output goes to a file.
        with (self.folder / f"{program}.out").open("wb") as out:
            done = subprocess.run(command, cwd=self.folder, stdout=out, stderr=out)
        assert not check or done.returncode == 0, (self.folder / f"{program}.out").read_text()


def _lacks() -> str:
    """Name what a server needs and this machine lacks; "" if nothing."""
    missing = [program for program in ("initdb", "pg_ctl") if not _found(program)]
    if missing:
        return f"{' and '.join(missing)} not found"
    if os.geteuid():
        return ""
    known = "postgres" in {user.pw_name for user in pwd.getpwall()}
    return "" if known and shutil.which("setpriv") else "PostgreSQL does not run as root, and no user postgres is here"


def _found(program: str) -> str:
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))
    return shutil.which(program) or (str(debian[-1]) if debian else "")
