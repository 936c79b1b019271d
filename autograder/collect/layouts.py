"""The layouts that are known, and which one a download has."""

from collections.abc import Callable
from dataclasses import replace

from autograder.collect import blackboard, canvas, d2l, drive, exchange, gradescope, moodle, plain, repositories
from autograder.collect.attempt import Asked, Found
from autograder.collect.download import Listing

Recognise = Callable[[Listing, Asked], Found | None]
# A surer sign stands before a weaker one.
PLATFORMS: tuple[Recognise, ...] = (
    gradescope.recognise,
    moodle.recognise,
    blackboard.recognise,
    d2l.recognise,
    exchange.recognise_inbound,
    drive.recognise_teams,
    repositories.recognise,
    exchange.recognise_homes,
    canvas.recognise,
    drive.recognise_drive,
)
PLAIN: tuple[Recognise, ...] = (exchange.recognise_submitted, plain.recognise)  # `unroll grade` reads them as they are
WRAPPED = 3
KNOWN = (
    "Moodle, Canvas, D2L Brightspace, Blackboard, Gradescope, GitHub Classroom, Classroom 50, Google Drive, Microsoft "
    "Teams, JupyterHub, nbgrader, and one folder or archive for each student"
)


def recognise(listing: Listing, asked: Asked, is_plain_known: bool = True) -> Found | None:
    """Find out who handed in what, also where folders stand around the class.

    Args:
        is_plain_known: take one folder or archive for each student for a layout as well, and nbgrader's `submitted`.
    """
    for _ in range(WRAPPED):
        for layout in (*PLATFORMS, *PLAIN) if is_plain_known else PLATFORMS:
            found = layout(listing, asked)
            if found and _is_most(listing, found):
                return replace(found, passed_over=tuple(sorted(found.passed_over)))
        if len(listing.folders) != 1:
            break
        listing = listing.below(next(iter(listing.folders)))
    return None


def _is_most(listing: Listing, found: Found) -> bool:
    """Believe a layout only if it explains at least as much as it passes over."""
    people = {person for attempt in found.attempts for person in attempt.people}
    return len(people) >= len(found.passed_over) or found.platform in ("Gradescope", "Microsoft Teams")


def described(listing: Listing) -> str:
    """Say what an unknown download holds."""
    folders, loose = list(listing.folders), [one.path[0] for one in listing.loose]
    shown = ", ".join([*(f"{name}/" for name in folders[:4]), *loose[:4]])
    return f"{len(folders)} folders and {len(loose)} files ({shown})" if shown else "nothing"
