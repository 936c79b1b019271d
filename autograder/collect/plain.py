"""One folder or archive for each student, as `unroll grade` takes it."""

from autograder.collect.attempt import Asked, Attempt, Found, Item, Person
from autograder.collect.download import File, Listing
from autograder.intake.archive import archive_ending
from autograder.intake.students import is_work


def recognise(listing: Listing, asked: Asked) -> Found | None:
    """Find a class that needs no sorting: at least two students with work."""
    folders = {name: files for name, files in listing.folders.items() if any(is_work(one.path[-1]) for one in files)}
    archives = {one.path[0]: one for one in listing.loose if archive_ending(one.path[0])}
    if len(folders) + len(archives) < 2:
        return None
    attempts = [Attempt(_person(name), _items(listing, files)) for name, files in listing.folders.items()]
    for name in archives:
        alone = (Item((*listing.base, name), (name,)),)
        attempts.append(Attempt(_person(name[: -len(archive_ending(name))]), alone))
    over = [one.path[0] for one in listing.loose if one.path[0] not in archives]
    return Found("one folder or archive for each student", tuple(attempts), tuple(over))


def _person(name: str) -> tuple[Person]:
    return (Person(name, name),)


def _items(listing: Listing, files: tuple[File, ...]) -> tuple[Item, ...]:
    return tuple(Item((*listing.base, *one.path), one.path[1:]) for one in files)
