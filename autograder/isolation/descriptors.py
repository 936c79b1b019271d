"""Check the limit of open files: say that it is too low before something else fails because of it."""

import errno
import sys

from autograder.errors import GradingError

ENOUGH = 64
ERRORS = (errno.EMFILE, errno.ENFILE)
TOO_FEW = "Too many files are open here. Raise the limit, for instance with: ulimit -n 1024"


def need_descriptors(count: int = ENOUGH) -> None:
    """Raise this process's limit of open files where it is lower.

    Args:
        count: how many are needed, here and in the processes that are started from here.

    Raises:
        GradingError: that is not allowed.
    """
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= count:
        return
    if hard != resource.RLIM_INFINITY and hard < count:
        raise GradingError(
            f"Only {hard} files (file descriptors) may be open at once here, and {count} are needed. "
            "Raise the limit, for instance with: ulimit -n 1024"
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (count, hard))
