"""What is made once a session is made once, and again if that failed."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from made_once import made_once


def test_who_asks_at_the_same_time_gets_the_same_and_it_is_made_once(tmp_path: Path) -> None:
    made: list[Path] = []

    def make(place: Path) -> None:
        made.append(place)
        (place / "whole").touch()

    with ThreadPoolExecutor(8) as pool:
        places = list(pool.map(lambda _: made_once(tmp_path, "course", make), range(8)))

    assert len(made) == 1 and set(places) == set(made)
    assert (places[0] / "whole").exists()


def test_what_failed_is_made_anew_from_an_empty_folder(tmp_path: Path) -> None:
    def fail(place: Path) -> None:
        (place / "half").touch()
        raise ValueError

    with pytest.raises(ValueError):
        made_once(tmp_path, "course", fail)

    place = made_once(tmp_path, "course", lambda place: (place / "whole").touch())

    assert [one.name for one in place.iterdir()] == ["whole"]
