"""The class of `week.py`: sixty hand-ins as Moodle hands them out, made of the course's own right and wrong answers.

The same course gives the same class.
"""

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace

from week_writing import Texts, Writer, renamed

from autograder.authoring.lesson import read_lesson
from autograder.course.model import Assignment
from autograder.demo import HOSTILE, SPIN

Files = dict[str, bytes]

RIGHT = """Ada Okafor|Ben Lindqvist|Camille Dubois|Dmitri Volkov|Elif Yılmaz|Fatima Zahra Alaoui|Grace O'Brien
Hiroshi Tanaka|Ines García López|Jonas Weber|Katarzyna Wójcik|Liam Murphy|María José Núñez"""
UNUSUAL = """Nguyễn Thị Hoa|Oluwaseun Adeyemi|Petra Nováková|Quentin Lefèvre|Ravi Subramanian|Sofia Rossi|Søren Kjær
Wei Chen|김철수|Алиса Смирнова"""
WRONG = {
    "Amélie Laurent": ("training:gradients_are_never_zeroed",),
    "Björn Sigurðsson": ("cell:b_hh_is_forgotten",),
    "Chloé Martin": ("cell:h0_is_ignored",),
    "Diego Fernández": ("windows:all_data_is_measured", "cell:the_state_is_detached_in_every_step"),
    "Emre Kaya": ("windows:all_data_is_measured", "cell:no_activation"),
    "Freja Nielsen": ("windows:all_data_is_measured",),
    "Giulia Bianchi": ("windows:all_data_is_measured", "rollout:the_window_is_not_updated"),
    "Hanna Kowalska": ("windows:all_data_is_measured", "training:gradients_are_on"),
    "Isaac Cohen": ("windows:all_data_is_measured", "training:gradients_are_never_zeroed"),
    "Jin-woo Park": ("windows:the_target_has_no_feature_axis",),
    "Kofi Mensah": ("rollout:teacher_forcing_is_always_on",),
    "Lucía Herrera": ("cell:sigmoid_for_tanh", "windows:the_last_window_is_dropped"),
    "Mei Wang": ("windows:one_phase_for_all_rows", "training:gradients_are_never_zeroed"),
    "Noah Schmidt": ("training:step_outside_the_loop",),
}
MESSY = "Olga Petrova|Pedro Álvares|Rania Haddad|Samuel Ndiaye|Tomáš Dvořák|Ulrike Groß|Valentina Ricci|Yuki Sato"
UNFINISHED = "Viktor Hansen|Xavier Roche|Zeynep Demir"
LATE = {
    "Aarav Mehta": "Monday, 2 March 2026, 12:07 AM",
    "Bianca Popescu": "Monday, 2 March 2026, 2:41 AM",
    "Conor Walsh": "Monday, 2 March 2026, 8:15 AM",
    "Daria Ivanova": "Monday, 2 March 2026, 8:52 AM",  # has 48 hours more
}
HOSTILE_ONES = "Eve Adams|Felix Braun|Gustav Holm|Hugo Klein"
ALIKE = "Ivan Horvat|Jana Horák|Kim Larsen|Leo Larsson"
NOTHING = ("Mia Fischer", "Omar Farouk")  # enrolled, and not among the sixty
RARE = ("cell:the_old_state_is_stored", "rollout:the_prediction_is_put_in_front")
SLIP = ("cell:b_y_is_forgotten",)
AGAIN = {"Viktor Hansen": (), "Freja Nielsen": ()}  # what is wrong with the work that they hand in on Thursday
ON_TIME, THURSDAY = "Saturday, 28 February 2026, 6:{:02} PM", "Thursday, 5 March 2026, 8:40 AM"
FIRST_ID, FIRST_NUMBER = 4810211, 26000

MEMORY = """

def {task}(*args, **kwargs):
    kept = []
    while True:
        kept.append(torch.zeros(1 << 24))
"""
FORGED = """

def {task}(*args, **kwargs):
    import os
    print("All 13 tasks passed, 36 of 36 points\\x1b[2J")
    for folder in (".", "/tmp"):
        try:
            open(folder + "/results.json", "w").write("[]")
        except OSError:
            pass
    os._exit(0)
"""


@dataclass(frozen=True)
class Student:
    """One of the class: what kind of hand-in it is, when Moodle has it, and the files."""

    name: str
    kind: str
    number: int
    when: str
    files: Files

    @property
    def folder(self) -> str:
        return f"{self.name}_{FIRST_ID + self.number}_assignsubmission_file_"


def names(text: str) -> list[str]:
    """Read a list of names."""
    return text.replace("\n", "|").split("|")


def class_of_sunday(assignment: Assignment) -> list[Student]:
    """Make the sixty hand-ins."""
    writer, found = Writer(assignment), list(_kinds())
    made = [Student(name, kind, number, LATE.get(name, ON_TIME.format(number)), {}) for number, (name, kind) in found]
    return [replace(one, files=_files(writer, one)) for one in made]


def class_of_thursday(students: list[Student], assignment: Assignment) -> list[Student]:
    """Let some hand in once more; Moodle keeps the newest alone."""
    writer = Writer(assignment)
    return [
        replace(one, when=THURSDAY, files=_plain(_texts(writer, one, AGAIN[one.name]))) if one.name in AGAIN else one
        for one in students
    ]


def _kinds() -> Iterator[tuple[int, tuple[str, str]]]:
    lists = {
        "right": names(RIGHT),
        "unusual": names(UNUSUAL),
        "wrong": list(WRONG),
        "messy": names(MESSY),
        "unfinished": names(UNFINISHED),
        "late": list(LATE),
        "hostile": names(HOSTILE_ONES),
        "alike": names(ALIKE),
    }
    return iter(enumerate((name, kind) for kind, own in lists.items() for name in own))


def _files(writer: Writer, one: Student) -> Files:
    match one.kind:
        case "wrong":
            return _plain(_texts(writer, one, WRONG[one.name]))
        case "unusual":
            return _plain(writer.texts(_heading(one), one.number, unusual=names(UNUSUAL).index(one.name)))
        case "messy":
            return _messy(_texts(writer, one), _texts(writer, one, SLIP), names(MESSY).index(one.name))
        case "unfinished":
            return _plain(_unfinished(writer, _texts(writer, one), names(UNFINISHED).index(one.name)))
        case "hostile":
            attack = (SPIN, MEMORY, HOSTILE, FORGED)[names(HOSTILE_ONES).index(one.name)]
            return _plain(_with_attack(writer, _texts(writer, one), attack))
        case "alike":
            return _plain(_alike(writer, names(ALIKE).index(one.name)))
    return _plain(_texts(writer, one))


def _texts(writer: Writer, one: Student, wrong: tuple[str, ...] = ()) -> Texts:
    return writer.texts(_heading(one), one.number, wrong)


def _heading(one: Student) -> str:
    return f"{one.name}, s{FIRST_NUMBER + one.number}"


def _plain(texts: Texts) -> Files:
    return {f"{lesson}.py": text.encode() for lesson, text in texts.items()}


def _messy(texts: Texts, slip: Texts, how: int) -> Files:
    """Write good work as it often arrives: eight ways. In one of them there is another version, with a slip."""
    whole = [piece for text in texts.values() for piece in text.split("\n\n\n")]
    ways: list[Files] = [
        {"assignment 1 FINAL.ipynb": _notebook(whole)},
        {f"{name} (1).ipynb": _notebook(text.split("\n\n\n")) for name, text in texts.items()},
        {"sine.zip": packed({f"my work/sine/{name}": data for name, data in _plain(texts).items()})},
        {f"{name}.py": text.encode("utf-16") for name, text in texts.items()},
        {f"{name}.py": f"# Größe: N×T\r\n{text}".encode("cp1252", "replace") for name, text in texts.items()},
        dict(zip(("part1.py", "rnn stuff.py", "3.py", "z.py"), _plain(texts).values(), strict=True)),
        {**_plain(texts), "cell_new.py": slip["cell"].encode()},
        {f"Kopie von {name}.py.txt": f"\ufeff{text}".replace("\n", "\r\n").encode() for name, text in texts.items()},
    ]
    return ways[how]


def _notebook(pieces: list[str]) -> bytes:
    cells = [
        {"cell_type": "code", "metadata": {}, "source": text, "outputs": [], "execution_count": None} for text in pieces
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": cells}).encode()


def _unfinished(writer: Writer, texts: Texts, how: int) -> Texts:
    """Leave all blank, or hand in half of it, or leave a colon out."""
    if how == 0:
        return {one.name: read_lesson(one.folder / "lesson.py").stub() for one in writer.lessons}
    if how == 1:
        return {name: texts[name] for name in ("windows", "cell")}
    return texts | {"cell": texts["cell"].replace("):\n", ")\n", 1)}


def _with_attack(writer: Writer, texts: Texts, attack: str) -> Texts:
    first = writer.lessons[0]
    return texts | {first.name: texts[first.name] + attack.format(task=first.tasks[0].name, root="/srv/course")}


def _alike(writer: Writer, who: int) -> Texts:
    """Give the first two the same text. The last has that of the third, under other names."""
    if who < 2:
        return writer.texts("group 7", 57, ("rollout:the_history_is_changed",), unusual=10)
    texts = writer.texts("my own work", 58, RARE, unusual=11)
    return {name: renamed(text) for name, text in texts.items()} if who == 3 else texts


def packed(files: Files) -> bytes:
    """Pack files into a zip; the same files give the same bytes."""
    with zipfile.ZipFile(buffer := io.BytesIO(), "w") as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 3, 1, 0, 0, 0)), data)
    return buffer.getvalue()


def moodle_download(students: list[Student]) -> bytes:
    """Pack hand-ins as Moodle's *Download all submissions* does."""
    return packed({f"{one.folder}/{name}": data for one in students for name, data in one.files.items()})


def grading_worksheet(students: list[Student]) -> str:
    """Write what Moodle's *Download grading worksheet* gives: who is enrolled, and when they handed in."""
    rows = [(one.name, one.number, "Submitted for grading", one.when) for one in students]
    rows += [(name, len(rows) + place, "No submission", "-") for place, name in enumerate(NOTHING)]
    lines = [
        f'Participant {FIRST_ID + number},"{name}",s{FIRST_NUMBER + number}@students.example,{status},,"{when}"'
        for name, number, status, when in sorted(rows)
    ]
    return "\n".join(["Identifier,Full name,Email address,Status,Grade,Last modified (submission)", *lines, ""])
