"""Work that grows with the class, and not with its square: it is counted, since a time says little."""

import pytest

from autograder.collect import roster
from autograder.collect.attempt import Person
from autograder.collect.roster import Entry, match

COUNT = 60


def test_people_are_found_in_a_roster_without_comparing_everybody_with_everybody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written: list[str] = []
    forms = roster.name_forms
    monkeypatch.setattr(roster, "name_forms", lambda name: written.append(name) or forms(name))
    entries = [Entry(Person(f"Doe {number}, Jo", f"u{number}"), frozenset({f"u{number}"})) for number in range(COUNT)]
    people = [Person(f"Jo Doe {number}") for number in range(COUNT)]

    found = match(people, entries)

    assert found == dict(zip(people, entries, strict=True))
    assert len(written) == 2 * COUNT


def test_who_is_called_like_two_of_a_roster_is_still_left_out() -> None:
    twins = [Entry(Person("Jo Doe", "a"), frozenset({"a"})), Entry(Person("Doe, Jo", "b"), frozenset({"b"}))]

    assert match([Person("jodoe")], twins) == {}
    assert match([Person("jodoe", "B")], twins) == {Person("jodoe", "B"): twins[1]}
