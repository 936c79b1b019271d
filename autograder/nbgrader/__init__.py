"""The classes that nbgrader's configuration names: they read, judge, show and export hand-ins.

`configure(c)` in `nbgrader_config.py` is all that a course needs. Notebooks that are no lesson of the kit's course are
left to nbgrader's own classes, which ours inherit from.
"""

import sys
from typing import Any

from autograder.isolation.environment import unfit
from autograder.nbgrader.database import wait_for_others
from autograder.nbgrader.server import unblock
from autograder.nbgrader.submissions import see_all_work

HERE = "autograder.nbgrader"
STOCK = "nbgrader.preprocessors"
SERVER = "jupyter_server.serverapp"


def configure(c: Any) -> None:
    """Set nbgrader's preprocessors, so that lessons are judged by the exams of `unroll grade`.

    Args:
        c: the object that `get_config()` returns in `nbgrader_config.py`.

    Raises:
        SystemExit: with status 2 and one line, where this Python cannot judge justly.
    """
    _refuse_if_unfit()
    c.Autograde.pre_convert_hook = f"{HERE}.reading.before"
    c.Autograde.post_convert_hook = f"{HERE}.reading.after"
    c.Autograde.exporter_class = f"{HERE}.reading.EmptyIfUnreadable"
    c.Autograde.sanitize_preprocessors = [
        f"{STOCK}.ClearOutput",
        f"{HERE}.restore.OneCellPerId",
        f"{STOCK}.OverwriteKernelspec",
        f"{HERE}.restore.Restore",
        f"{STOCK}.CheckCellMetadata",
    ]
    c.Autograde.autograde_preprocessors = [
        f"{HERE}.autograde.Judge",
        f"{STOCK}.IgnorePattern",
        "nbconvert.preprocessors.ClearMetadataPreprocessor",
        f"{STOCK}.LimitOutput",
        f"{STOCK}.SaveAutoGrades",
        f"{HERE}.late.Penalties",
        f"{STOCK}.CheckCellMetadata",
    ]
    c.GenerateFeedback.exporter_class = f"{HERE}.harmless.HarmlessHTML"
    c.AssignLatePenalties.plugin_class = f"{HERE}.late.ByPolicy"
    c.GenerateFeedback.preprocessors = [
        f"{HERE}.late.Deadline",
        f"{STOCK}.GetGrades",
        f"{HERE}.feedback.Tidy",
        "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
    ]
    unblock()
    see_all_work()
    wait_for_others()


def _refuse_if_unfit() -> None:
    """End nbgrader's command; a server is left to serve, and refuses when it is to autograde."""
    why = unfit()
    if why and SERVER not in sys.modules:
        sys.stderr.write(f"unroll: {why}\n")
        sys.exit(2)  # nbgrader would log an exception, and go on without this configuration
