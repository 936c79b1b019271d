"""`unroll plot`: pictures of what a student's own code computes, or words in their place."""

import types
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from classroom import REPOSITORY
from homework import answer, unroll, write

from autograder.authoring.inspect import check_folder
from autograder.course.calibration import thresholds
from autograder.course.model import Course, load_course
from autograder.errors import UsageError
from autograder.isolation.limits import Limits
from autograder.student.folder.init import bring
from autograder.student.folder.shipped import read_shipped
from autograder.student.notebook.kernel import Kernel
from autograder.student.plotting.draw import draw, figure_of
from autograder.student.plotting.panels import LIMITS, Panel, describe, drawable, panels
from autograder.student.where import find_typed

EXERCISES = REPOSITORY / "exercises"
HOSTILE = "def forecast(*_):\n    raise ValueError('\u4e2d $\\frac{ $ \x1b[31m <b>')\n"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A student's folder with the exercises of the course, with nothing written yet."""
    bring(read_shipped(EXERCISES), tmp_path / "own")
    return tmp_path / "own"


def panels_of(address: str, source: str, limits: Limits = LIMITS) -> list[Panel]:
    """Ask a module that is defined by some source for the panels of a lesson."""
    module = types.ModuleType("__main__")
    exec(compile(source, "cell", "exec"), module.__dict__)
    ((exercises, lesson),) = drawable(find_typed(EXERCISES, address)[1])
    return list(panels(exercises.pictures[lesson.name], Kernel(module, limits)))


def test_the_threshold_and_the_named_lines_are_drawn(own: Path, course: Course) -> None:
    write(own, "training", answer(course, "training"))

    done = unroll(own, "plot", "sine/training")

    drawn = "".join(ElementTree.parse(own / "plots" / "sine-training.svg").getroot().itertext())
    assert done.returncode == 0
    assert "The loss per epoch: on the training data from " in done.stdout
    assert (own / "plots" / "sine-training.png").read_bytes().startswith(b"\x89PNG")
    for words in ("to be reached: ", "True", "Predicted", "Forecast", "mean squared error"):
        assert words in drawn


def test_the_loss_is_drawn_on_a_log_scale_with_the_calibrated_threshold(course: Course) -> None:
    limit = thresholds(course.lesson("sine/training"))["fit on random phases"]

    axes, *_ = figure_of("Training", panels_of("sine/training", answer(course, "training"))).axes

    losses, across = (line.get_ydata() for line in axes.lines)
    assert axes.get_yscale() == "log"
    assert list(across) == [limit, limit]
    assert axes.get_legend().get_texts()[1].get_text() == f"to be reached: {limit:g}"
    assert losses[-1] < limit < losses[0]


def test_what_is_drawn_comes_from_the_students_own_code(course: Course) -> None:
    ((exact, *_),) = [panel.lines[1:] for panel in panels_of("sine/rollout", answer(course, "rollout"))]
    zeros = "import torch\ndef forecast(model, seed, steps):\n    return torch.zeros(steps)\n"
    ((wrong, *_),) = [panel.lines[1:] for panel in panels_of("sine/rollout", zeros)]

    assert len(exact) == len(wrong) and set(wrong[20:]) == {0.0}
    assert max(exact[20:]) > 0.99


def test_nothing_is_written_for_stubs(own: Path) -> None:
    done = unroll(own, "plot", "sine/rollout")

    assert done.returncode == 1
    assert "forecast is not written yet." in done.stdout
    assert not (own / "plots").exists()


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("", "forecast is not defined."),
        ("def forecast(*_):\n    raise NotImplementedError\n", "forecast is not written yet."),
        ("def forecast(*_):\n    return 1 / 0\n", "forecast raised ZeroDivisionError: division by zero"),
        ("def forecast(*_):\n    return 'a sine'\n", "AttributeError: 'str' object has no attribute"),
        (
            "import torch\ndef forecast(*_):\n    return torch.zeros(0)\n",
            "forecast returned nothing that can be drawn.",
        ),
        ("def forecast(*_):\n    while True:\n        pass\n", "no answer within 0.5 s"),
    ],
)
def test_words_stand_where_there_is_no_picture(source: str, said: str) -> None:
    (panel,) = panels_of("sine/rollout", source, Limits(call_seconds=0.5))

    assert said in panel.words
    assert panel.failed and not panel.lines


@pytest.mark.parametrize("form", ["png", "svg"])
def test_a_students_words_are_no_formula(form: str) -> None:
    found = panels_of("sine/rollout", HOSTILE)

    drawn = draw("Rollout", found, form)
    assert form == "png" or ElementTree.fromstring(drawn) is not None
    assert drawn and "\x1b" not in describe(found[0])


def test_a_lesson_without_pictures_says_which_have_some(own: Path) -> None:
    with pytest.raises(UsageError, match=r"sine/windows has nothing to draw. There are pictures of: sine/cell, "):
        drawable(find_typed(own, "sine/windows")[1])


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ('probe = "nowhere"\ntasks = ["double"]', "picture 'nowhere' is not defined in pictures.py."),
        ('probe = "shown"\ntasks = ["tripled"]', "should list the tasks that it uses, of: double, double_all."),
        ('probe = "shown"\ntasks = ["double"]\nthreshold = "fit"', "has the unknown threshold 'fit'."),
    ],
)
def test_an_author_is_told_what_is_misspelt(mini: Course, entry: str, said: str) -> None:
    folder = mini.root / "solutions" / "play" / "double"
    (folder / "pictures.py").write_text("def shown(lesson):\n    return [[1.0]]\n", encoding="utf-8")
    with (folder / "lesson.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[[picture]]\ntitle = "A"\nx = "B"\ny = "C"\n{entry}\n')

    (line,) = check_folder(load_course(mini.root).lesson("play/double"))

    assert said in line
