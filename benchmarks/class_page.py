"""Measure the class page of a large class, with made-up records, in a headless Chromium. See README.md.

python benchmarks/class_page.py                    2,000 and 4,000 students
python benchmarks/class_page.py 300 --pictures DIR    one class, with pictures of its page
"""

import argparse
import math
import random
import shutil
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import sync_playwright

from autograder.course.model import load_course
from autograder.exam.evidence import Curve, Excerpt, numbers
from autograder.exam.results import HandInResult, TaskResult, TestResult
from autograder.reports.class_page.write import show_run
from autograder.reports.record import PAGE, RESULTS, write_record

ROOT = Path(__file__).resolve().parents[1]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
NAMES = ("Ada", "Grace", "Linus", "Barbara", "Edsger", "김철수", "José", "Zoë", "Nguyễn", "Алиса", "محمد", "Søren")
CAUSES = [
    ("M23", "The bias is added after the activation; add it before.", "    h = torch.tanh(x_t @ w_ih.T) + b_ih"),
    ("M02", "The gradients of the last step are still there; call zero_grad before backward.", "    loss.backward()"),
    ("M11", "The state starts anew at each step; keep it from one step to the next.", "        h = torch.zeros(N, H)"),
    ("M34", "The batch is the first axis here; yours reads it as time.", "    for x_t in x:"),
    ("M40", "The window is one step too late.", "    y = series[length + 1 :]"),
]
FACTS = [
    ("failed", "h_t is wrong in {0} of 15 values, first at h_t[0, {1}], by 0.{0}."),
    ("failed", "{task} raised RuntimeError: mat1 and mat2 shapes cannot be multiplied ({0}x5 and {1}x5) (line 12: x)."),
    ("failed", "{task} raised TypeError: unsupported operand (line {0}: return h @ w)."),
    ("missing", "{task} is still the stub."),
    ("timeout", "It took longer than 10 s."),
    ("crashed", "The process ended by SIGSEGV. It was tried twice."),
    ("rejected", "{task} may not use RNNCell; write it by hand."),
]
CODE = "def {task}(x_t, h, w_ih, w_hh):\n    # mine\n{line}\n    return h"


def made_up_class(assignment, count, seed=0):
    """Make verdicts as a real class has them: most right, some with the same mistakes, a few odd ones."""
    chance = random.Random(seed)
    return [_hand_in(assignment, number, chance) for number in range(count)]


def _hand_in(assignment, number, chance):
    skill = min(1.0, max(0.1, chance.gauss(0.75, 0.2)))
    tasks = [_task(lesson, task, skill, chance) for lesson in assignment.lessons for task in lesson.tasks]
    tests = [TestResult(t.lesson, t.task, "values agree", t.outcome, t.score, t.max_score, t.fact) for t in tasks]
    name = f"{chance.choice(NAMES)} {number:04d}"
    result = HandInResult(name, f"student-{number:04d}", f"{chance.getrandbits(256):064x}", tuple(tasks), tuple(tests))
    if chance.random() < 0.1:
        late = "It was handed in 1 d 2 h after the deadline of 2025-03-01 23:59 UTC: 90% of the points are kept."
        result = replace(result, kept=0.9, late=late)
    if chance.random() < 0.02:
        said = "Look at this by hand: cell.py and cell (1).py differ, and nothing says which is the newer."
        result = replace(result, arrival=(said,))
    return replace(result, again=chance.random() < 0.01)


def _task(lesson, task, skill, chance):
    curves = _curves(skill, chance) if task.name == "fit" else ()
    right = TaskResult(lesson.key, task.name, task.points, task.points, "passed", curves=curves)
    if chance.random() < skill:
        return right
    score = chance.choice((0.0, 0.0, 0.5)) * task.points
    if chance.random() < 0.6:
        mistake, cause, line = chance.choice(CAUSES)
        code = CODE.format(task=task.name, line=line).split("\n")
        said = {"mistake": mistake, "cause": cause, "excerpts": (Excerpt(None, 8, tuple(code), 0, 10),)}
        return replace(right, score=score, outcome="failed", fact="h_t is wrong by 0.31.", **said)
    outcome, fact = chance.choice(FACTS)
    fact = fact.format(chance.randint(1, 9), chance.randint(0, 4), task=task.name)
    return replace(right, score=0.0, outcome=outcome, fact=fact)


def _curves(skill, chance):
    """Make losses that fall to a floor; who is not good enough stays above the threshold."""
    found = []
    for name, limit in (("fit on windows", 0.003), ("fit on random phases", 0.005)):
        floor = 10 ** chance.uniform(-4, -2.7) if chance.random() < skill + 0.2 else 10 ** chance.uniform(-1.5, 0)
        speed = chance.uniform(5, 30)
        losses = [floor + 0.5 * math.exp(-epoch / speed) * chance.uniform(0.8, 1.2) for epoch in range(100)]
        found.append(Curve(name, limit, float(f"{floor:.4g}"), 100, numbers(losses)))
    return tuple(found)


def write_class(out, assignment, results):
    """Write the records that the page is made from; return the seconds that the page itself took, and where it is."""
    for result in results:
        folder = out / result.folder
        folder.mkdir(parents=True, exist_ok=True)
        write_record(folder, result)
        (folder / RESULTS).touch()
        (folder / PAGE).touch()
    started = time.time()
    marks = [result.without_details() for result in results]
    return show_run(out, assignment, "f" * 64, marks, len(marks)), time.time() - started


SORTED = """async ([column]) => {
  const button = document.querySelectorAll("#class thead button")[column];
  const started = performance.now();
  button.click();
  document.body.getBoundingClientRect();
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
  return performance.now() - started;
}"""
FOUND = """async ([text]) => {
  const box = document.getElementById("search");
  const started = performance.now();
  box.value = text;
  box.dispatchEvent(new Event("input"));
  document.body.getBoundingClientRect();
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
  return performance.now() - started;
}"""


def browser_path():
    found = [path for name in BROWSERS if (path := shutil.which(name))]
    if not found:
        raise SystemExit("No browser is installed: apt-get install chromium")
    return found[0]


def measure(page, index):
    """Return the seconds until the page is open and drawn, and those of the slowest of some sorts and searches."""
    page.set_default_timeout(120_000)
    started = time.time()
    page.goto(index.as_uri(), wait_until="load")
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)))")
    opened = time.time() - started
    columns = page.locator("#class thead button").count()
    sorts = [page.evaluate(SORTED, [column]) for column in [*range(columns), 0, 1]]
    searches = [page.evaluate(FOUND, [text]) for text in ("M23", "ada 1", "")]
    return opened, max(sorts) / 1000, max(searches) / 1000


def take_pictures(page, index, folder):
    """Take pictures of the page in light and dark, at several widths, and print it."""
    folder.mkdir(parents=True, exist_ok=True)
    page.goto(index.as_uri())
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width in (360, 768, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=folder / f"class-{scheme}-{width}.png", full_page=True)
    page.emulate_media(color_scheme="light")
    page.pdf(path=folder / "class.pdf", format="A4")


def main():
    """Make each class, and print what its page weighs and takes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("counts", nargs="*", type=int, default=[2000, 4000])
    parser.add_argument("--pictures", type=Path)
    options = parser.parse_args()
    assignment = load_course(ROOT).assignment("sine")
    with (
        sync_playwright() as driver,
        driver.chromium.launch(executable_path=browser_path(), args=["--no-sandbox"]) as one,
    ):
        for count in options.counts:
            with tempfile.TemporaryDirectory() as scratch:
                out = Path(scratch)
                write_class(out, assignment, made_up_class(assignment, count))
                index, seconds = write_class(
                    out, assignment, made_up_class(assignment, count, seed=1)[: count // 20 * 19]
                )
                opened, sort, search = measure(one.new_page(), index)
                size = index.stat().st_size / 1e6
                print(
                    f"{count} students: {size:.1f} MB, written in {seconds:.1f} s, opened in {opened:.2f} s, ", end=""
                )
                print(f"sorted in {sort:.2f} s, searched in {search:.2f} s")
                if options.pictures:
                    take_pictures(one.new_page(), index, options.pictures)


if __name__ == "__main__":
    main()
