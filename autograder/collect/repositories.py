"""Clones of GitHub Classroom and of Classroom 50: a repository for each student.

`gh classroom clone student-repos` makes `SLUG-submissions/SLUG-LOGIN`, and the Classroom Assistant
`SLUG-03-01-2025-12-00-00/SLUG-LOGIN`. `gh teacher download` makes
`CLASS-SLUG_submissions_TIME/CLASS-SLUG-LOGIN`, and a `scores.csv` with names and the platform's times (source:
`cli/gh-teacher/internal/download/download.go` of foundation50/classroom50). A commit's own time is set by whoever
commits, so it counts for nothing here.
"""

import csv
import re
from datetime import tzinfo

from autograder.collect.attempt import Asked, Attempt, Found, Item, Person, shared_start
from autograder.collect.download import Listing
from autograder.course.times import moment
from autograder.intake.hand_in import Unfit

AROUND = re.compile(
    r"(?P<slug>.+?)(?:-submissions|_submissions(?:_[\dT_]+)?|(?:-\d\d){2}-\d{4}(?:-\d\d){3})(?:[ -]?\(\d+\))?"
)
SCORES = "scores.csv"
MOST_BYTES = 10 << 20


def recognise(listing: Listing, asked: Asked) -> Found | None:
    """Find the repositories of a class."""
    folders = listing.folders
    around = AROUND.fullmatch(listing.name)
    clones = {name for name in folders if listing.has(name, ".git")}
    slug = f"{around['slug']}-" if around else ""
    own = {name for name in folders if name.lower().startswith(slug.lower())} if slug else set()
    if not own and clones == set(folders):
        own, slug = clones, _shared(clones)
    if not own or not slug or not (clones or around):
        return None
    known = _scores(listing)
    attempts = [
        _attempt(listing, name, name[len(slug) :], known, asked.zone) for name in sorted(own) if name[len(slug) :]
    ]
    over = [name for name in folders if name not in own or not name[len(slug) :]]
    over += [one.path[0] for one in listing.loose if one.path[0] != SCORES]
    platform = "Classroom 50" if known else "GitHub Classroom"
    return Found(platform, tuple(attempts), tuple(over)) if attempts else None


def _shared(names: set[str]) -> str:
    """What all names begin with, up to a hyphen; one name alone does not show where the login begins."""
    shared = shared_start(names) if len(names) > 1 else ""
    return shared[: shared.rfind("-") + 1]


def _attempt(listing: Listing, name: str, login: str, known: dict[str, dict[str, str]], zone: tzinfo) -> Attempt:
    about = known.get(login.lower(), {})
    real = " ".join(filter(None, (about.get("first_name", ""), about.get("last_name", ""))))
    items = (Item((*listing.base, *one.path), one.path[1:]) for one in listing.folders[name])
    late = {"true": True, "false": False}.get(about.get("late", ""))
    when = moment(about.get("datetime", ""), zone)
    return Attempt((Person(real or login, login, about.get("email", "")),), tuple(items), when, late=late)


def _scores(listing: Listing) -> dict[str, dict[str, str]]:
    """Read Classroom 50's table by login; {} where there is none to read."""
    if SCORES not in {one.path[0] for one in listing.loose}:
        return {}
    try:
        text = listing.read((SCORES,), MOST_BYTES).decode("utf-8-sig")
        rows = [{key: value or "" for key, value in row.items() if key} for row in csv.DictReader(text.splitlines())]
    except (Unfit, UnicodeDecodeError, csv.Error):
        return {}
    return {row["username"].lower(): row for row in rows if row.get("username")}
