"""OUT/run.json: what a run was made with."""

import json
from dataclasses import asdict
from typing import Any

from autograder import __version__
from autograder.exam.versions import versions
from autograder.grading.opening import Class
from autograder.grading.shards import KEY
from autograder.intake.names import as_given
from autograder.text.files import write_atomically
from autograder.text.ours import NOBODY_ELSE

RUN = "run.json"


def run_facts(found: Class, kit: str, facts: dict[str, Any]) -> dict[str, Any]:
    """Say what a class is graded with.

    Args:
        kit: the fingerprint.
        facts: what only a crew knows.
    """
    return {
        "kit": __version__,
        "versions": versions(),
        "assignment": found.assignment.name,
        "seed": found.seed,
        "fingerprint": kit,
        "limits": asdict(found.course.limits),
        "students": len(found.students),
        "skipped": found.skipped,
        "submissions": as_given(str(found.submissions)),
        **({KEY: str(found.part.shard)} if found.part else {}),
        **facts,
    }


def write_seed(found: Class, kit: str, facts: dict[str, Any]) -> None:
    """Keep the seed before the first hand-in: a run that crashes can then be continued."""
    path = found.out / RUN
    if not path.exists():
        write_atomically(path, json.dumps(run_facts(found, kit, facts), indent=2) + "\n", mode=NOBODY_ELSE)
