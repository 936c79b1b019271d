"""What takes long to make and is made once for all processes of a session; whoever changes it takes a copy."""

import fcntl
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from nbgrader_small import SmallCourse


def made_once(session: Path, name: str, make: Callable[[Path], object]) -> Path:
    """Return a folder that the first process to ask for it fills; the others wait.

    Args:
        session: a folder that all processes of the session have in common.
        make: fills the folder, which is there and empty.
    """
    place, done = session / name, session / f"{name}.done"
    with (session / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(place, ignore_errors=True)  # of one that failed or was killed
            place.mkdir()
            make(place)
            done.touch()
    return place


def session_folder(config: pytest.Config, factory: pytest.TempPathFactory) -> Path:
    """Return the folder that the processes of pytest-xdist have in common; each has its own in it."""
    own = factory.getbasetemp()
    return own.parent if hasattr(config, "workerinput") else own


@pytest.fixture(scope="session")
def small_course(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> "SmallCourse":
    """A course directory of nbgrader's with one small assignment, generated; to be copied before it is changed."""
    from nbgrader_small import SmallCourse  # not for sessions without nbgrader

    session = session_folder(pytestconfig, tmp_path_factory)
    return SmallCourse.at(made_once(session, "small-course", lambda root: SmallCourse(root).made()))
