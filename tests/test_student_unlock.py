"""Another way of writing a task opens with what a right program returns, and with nothing else."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from classroom import REPOSITORY
from secret_lines import LESSONS

from autograder.authoring.locks import (
    lock_data,
    opening,
    question_of,
    record_right,
    right_programs,
    unlocked,
    wrong_programs,
)
from autograder.course.model import Course, Lesson, Task, load_course
from autograder.errors import UsageError
from autograder.exam.clock import Clock
from autograder.exam.keys import Choice, Seen, choose, merged, read_choices, secret, still_fit
from autograder.exam.question import put
from autograder.exam.remote import Remote
from autograder.isolation.forked import Zygote
from autograder.isolation.limits import Limits
from autograder.student.explain import explain, show_explanation
from autograder.student.unlock import CLOSED, NONE_SHIPPED, OLD_KIT
from autograder.text.locked import Locked, lock, unlock
from autograder.text.sealed import Explanation, seal, unseal

DOUBLE = "play/double:double"
ANOTHER = "def double(x):\n    return torch.stack([x, x]).sum(dim=0)"
RIGHT = "import torch\n\n\ndef double(x):\n    return {}\n\n\ndef double_all(xs):\n    return [x + x for x in xs]\n"


def write(home: Path, body: str) -> None:
    (home / "play" / "double.py").write_text(RIGHT.format(body), encoding="utf-8")


def change_lock(home: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change what `known.json` says of the lesson."""
    path = home / "play" / "known.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    change(data["lessons"]["double"])
    path.write_text(json.dumps(data), encoding="utf-8")


@pytest.mark.parametrize(
    "body", ["2 * x", "x + x", "torch.einsum('...,k->...', x, torch.full((2,), 1.0, dtype=x.dtype))"]
)
def test_any_right_program_opens_it(home: Path, zygote: Zygote, body: str) -> None:
    write(home, body)

    explained = explain(home, DOUBLE, zygote)

    assert explained.explanation is not None
    assert (explained.explanation.another, explained.said) == (ANOTHER, "")


@pytest.mark.parametrize(
    "body",
    [
        "torch.tensor([4.0, 6.0])",
        "2 * x if x.ndim < 2 else x",
        "2.00001 * x",
        "{}[0] if x.ndim > 1 else 2 * x",
    ],
    ids=["the public numbers", "one axis only", "not accurate", "one that raises"],
)
def test_a_wrong_program_that_passes_reads_only_why(home: Path, zygote: Zygote, body: str) -> None:
    write(home, body)

    explained = explain(home, DOUBLE, zygote)

    assert explained.explanation is not None and explained.explanation.why
    assert (explained.explanation.another, explained.said) == ("", CLOSED)


def test_the_command_says_so(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(home, "torch.tensor([4.0, 6.0])")

    assert show_explanation(home, DOUBLE)

    shown = " ".join(capsys.readouterr().out.split())
    assert shown.endswith(CLOSED) and "Twice a number" in shown and "stack" not in shown


def test_a_task_whose_values_are_few_ships_no_other_way(home: Path, zygote: Zygote) -> None:
    write(home, "x + x")

    explained = explain(home, f"{DOUBLE}_all", zygote)

    assert explained.explanation == Explanation("What works for one works for each of them.", "")
    assert explained.said == NONE_SHIPPED


def changed_text(lesson: dict[str, Any]) -> None:
    text = lesson["locks"]["double"]["text"]
    lesson["locks"]["double"]["text"] = ("B" if text[0] == "A" else "A") + text[1:]


DAMAGE: dict[str, Callable[[dict[str, Any]], object]] = {
    "a byte of the text": changed_text,
    "another question": lambda lesson: lesson["locks"]["double"].update(asks="def ask(): pass"),
    "other digits": lambda lesson: lesson["locks"]["double"]["choices"].pop(),
    "no digest": lambda lesson: lesson["locks"]["double"].pop("digest"),
    "no lock but a word": lambda lesson: lesson["locks"].update(double="open"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_what_was_changed_is_refused_with_one_line(home: Path, zygote: Zygote, name: str) -> None:
    write(home, "x + x")
    change_lock(home, DAMAGE[name])

    with pytest.raises(UsageError) as raised:
        explain(home, DOUBLE, zygote)

    assert str(raised.value) == f"{home / 'play'}: the other way of {DOUBLE} is damaged. `unroll init` puts it back."


def test_a_folder_of_an_earlier_kit_is_said_and_opens_nothing(home: Path, zygote: Zygote) -> None:
    write(home, "x + x")

    def as_before(lesson: dict[str, Any]) -> None:
        del lesson["locks"]
        lesson["tasks"][0]["sealed"] = seal(DOUBLE, Explanation("Because.", ANOTHER))

    change_lock(home, as_before)
    explained = explain(home, DOUBLE, zygote)

    assert (explained.explanation, explained.said) == (Explanation("Because.", ""), OLD_KIT)


def with_question(mini: Course, text: str) -> str:
    """Lock with another `lock.py`; return what is said of `double`."""
    (mini.root / "solutions/play/double/lock.py").write_text(text, encoding="utf-8")
    (line,) = unlocked(mini.lesson("play/double"), {"double": locked_anew(mini)})
    return line.removeprefix(f"{DOUBLE} ships no other way: ")


def locked_anew(course: Course, before: Any = None) -> dict[str, Any]:
    lesson = course.lesson("play/double")
    return lock_data(lesson, lesson.task("double"), record_right(lesson)["double"], before)


LITTLE = "too little of what a right program returns is hard to guess."
QUESTIONS = {
    "nothing": ("", "lock.py asks nothing about it."),
    "one number": ("def double(lesson, take):\n    return lesson.double(take(3))\n", LITTLE),
    "a copy": ("def double(lesson, take):\n    return lesson.double(take(50)) / 2\n", LITTLE),
    "counts": ("def double(lesson, take):\n    return (lesson.double(take(200)) > 0.5).double() + 0.25\n", LITTLE),
    "labels": ("def double(lesson, take):\n    return (lesson.double(take(200)) * 9999).long()\n", LITTLE),
    "what is never answered": (
        "def double(lesson, take):\n    return lesson.dbl(take(9))\n",
        "a right program does not answer.",
    ),
    "what a mistake answers too": (
        "def double(lesson, take):\n    return lesson.double(take(40))\n",
        "a wrong program returns the same: D02 (in_place).",
    ),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_build_says_where_it_locks_nothing_and_why(mini: Course, name: str) -> None:
    text, said = QUESTIONS[name]

    assert with_question(mini, text) == said


def test_a_lock_stays_as_it_was_built_and_a_new_text_has_a_new_salt(mini: Course) -> None:
    first = locked_anew(mini)
    toml = mini.root / "solutions/play/double/lesson.toml"

    again = locked_anew(mini, first)
    toml.write_text(toml.read_text().replace("dim=0)", "0)"))
    other = locked_anew(load_course(mini.root), first)

    assert again == first
    assert other["choices"] == first["choices"] and other["salt"] != first["salt"]


def test_choices_of_more_kernels_stay_and_a_boundary_that_is_near_does_not() -> None:
    found = [Seen("[]", (0.25, 0.1234565), (0.25, 0.1234565))]

    choices = choose(found)

    assert choices == [Choice(6, (1,))]
    assert still_fit([Choice(2, ())], found) and not still_fit([Choice(6, ())], found)
    assert choose(merged([found, [Seen("[]", (0.25, 0.1), (0.26, 0.1))]])) == [Choice(None)]
    assert choose(merged([found, [Seen("[1]", (0.25, 0.1), (0.25, 0.1))]])) == [Choice(None)]


def shipped(lesson: Lesson) -> dict[str, Any]:
    path = REPOSITORY / "exercises" / lesson.assignment / "known.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))["lessons"][lesson.name])


TASKS = [(lesson, task) for lesson in LESSONS for task in lesson.tasks]
LOCKED = [(lesson, task) for lesson, task in TASKS if "text" in shipped(lesson)["locks"][task.name]]
IDS = [lesson.address(task) for lesson, task in LOCKED]


def test_most_points_are_locked_and_the_rest_ships_nothing() -> None:
    assert sum(task.points for _, task in LOCKED) >= 80
    for lesson, task in TASKS:
        assert unseal(lesson.address(task), _entry(lesson, task)["sealed"]) == Explanation(task.why.strip(), "")


def _entry(lesson: Lesson, task: Task) -> dict[str, Any]:
    return next(entry for entry in shipped(lesson)["tasks"] if entry["name"] == task.name)


def test_without_a_right_program_no_line_of_another_way_can_be_read() -> None:
    stubs = "\n".join(path.read_text() for path in REPOSITORY.glob("exercises/*/*.py"))
    for lesson, task in TASKS:
        text = json.dumps(shipped(lesson)) + unseal(lesson.address(task), _entry(lesson, task)["sealed"]).why
        lines = {line.strip() for line in task.another.split("\n") if len(line.strip()) > 12}

        assert not [line for line in lines if json.dumps(line)[1:-1] in text and line not in stubs], task.name


@pytest.mark.proofs
@pytest.mark.parametrize(("lesson", "task"), LOCKED, ids=IDS)
def test_all_right_programs_open_a_lock_and_no_known_mistake_does(lesson: Lesson, task: Task) -> None:
    data, question = shipped(lesson)["locks"][task.name], question_of(lesson, task)
    assert question is not None
    choices = read_choices(data["choices"])

    right = [question.put_to(variant) for variant in right_programs(lesson, task)]
    keys = {secret(choices, answer) for answer in right}

    assert len(right) > 2 and len(keys) == 1 and wrong_programs(lesson, task)
    assert unlock(keys.pop(), question.address, Locked(data["salt"], data["text"])) == task.another.strip()
    assert not list(opening(question, choices, right[0] or ()))


@pytest.mark.proofs
@pytest.mark.parametrize(("lesson", "task"), LOCKED, ids=IDS)
def test_a_right_program_opens_a_lock_from_a_worker(lesson: Lesson, task: Task, zygote: Zygote) -> None:
    data = shipped(lesson)["locks"][task.name]
    for variant in right_programs(lesson, task)[-1:]:
        remote = Remote(zygote, Limits(), Clock(Limits()), lesson.name, {lesson.name: [variant.source]})
        answer = put(remote.ask, data["asks"], lesson.address(task))
        remote.end()
        key = secret(read_choices(data["choices"]), answer)

        assert unlock(key, lesson.address(task), Locked(data["salt"], data["text"])) == task.another.strip()


def test_a_lock_opens_with_its_own_secret_and_address_alone() -> None:
    text = "def f(x):\n    return x\n"
    locked = lock(b"secret", "a/b:f", text)

    assert unlock(b"secret", "a/b:f", locked) == text
    assert unlock(b"other", "a/b:f", locked) is unlock(b"secret", "a/b:g", locked) is None
    assert lock(b"secret", "a/b:f", text) == locked != lock(b"secret", "a/b:f", text + "\n")
    assert not re.search("return|def", locked.text)
