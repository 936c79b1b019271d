"""The processes of a run of `unroll grade`, told apart by what they do."""

import contextlib
import os

import psutil

CHIEF, READER = "autograder.grading.chief", "autograder.grading.reader"
HOST = "autograder.grading.cluster_host"
ROLES = ("main", "chief", "examiner", "zygote", "branch", "worker")
CLUSTER = (*ROLES, "reader", "host", "dask worker", "scheduler")


def processes(*roots):
    """List processes and all that they have started; one that ends meanwhile may be missing."""
    found = []
    for root in roots:
        with contextlib.suppress(psutil.Error):
            found += [root, *root.children(recursive=True)]
    return found


def by_role(main, found):
    """Sort processes into roles.

    Args:
        main: the pid of `unroll grade` itself.
    """
    sorted_out = {}
    for process in found:
        with contextlib.suppress(psutil.Error, OSError):
            if role := role_of(main, process):
                sorted_out.setdefault(role, []).append(process)
    return sorted_out


def role_of(main, process):
    """Name what a process does; "" if it is none of ours, or has ended."""
    if process.pid == main:
        return "main"
    words = process.cmdline()
    if not words:
        return ""
    leads = os.getsid(process.pid) == process.pid
    if CHIEF in words:
        return "chief" if leads else "examiner"
    if any(word.endswith("zygote.py") for word in words):
        return _role_of_fork(process, words, leads)
    names = {READER: "reader", HOST: "host", "scheduler": "scheduler", "worker": "dask worker"}
    return next((role for word, role in names.items() if word in words), "")


def _role_of_fork(process, words, leads):
    """Tell a zygote from what is forked off it; a worker leads a session of its own as soon as it can."""
    parent = process.parent()
    if not parent or parent.cmdline() != words:
        return "worker" if leads else "zygote"
    above = parent.parent()
    return "worker" if leads or (above and above.cmdline() == words) else "branch"
