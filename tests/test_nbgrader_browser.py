"""An assignment in JupyterLab, from fetching to a manual mark: a real server, nbgrader's extensions, a real browser."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hostile_pages import notebook as hostile
from nbgrader_course import BIN, CourseDirectory, cell, replaced
from playwright.sync_api import Page, expect, sync_playwright

pytestmark = pytest.mark.browser

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
MODEST = ["--no-sandbox", "--disable-dev-shm-usage"]  # in a container /dev/shm may be small
TOKEN = "a-token"
SECONDS = 60_000
WRONG = """\
def rnn_cell(x_t, h, w_ih, w_hh, b_ih, b_hh):
    return torch.sigmoid(x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh)"""
QUIET = Path("@jupyterlab", "apputils-extension", "notification.jupyterlab-settings")


class Lab:
    """JupyterLab for one person who is student and instructor."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.pictures = Path(os.environ.get("UNROLL_PICTURES", home))
        self.course = CourseDirectory(_made(home / "unroll"))
        (home / "exchange").mkdir(mode=0o777)
        (home / "exchange").chmod(0o777)
        (home / "config").mkdir()
        (home / "config" / "nbgrader_config.py").write_text(
            "c = get_config()\n"
            f"c.CourseDirectory.root = {str(self.course.root)!r}\n"
            'c.CourseDirectory.course_id = "unroll"\n'
            f"c.Exchange.root = {str(home / 'exchange')!r}\n"
            f"c.Exchange.assignment_dir = {str(home)!r}\n"
        )
        quiet = home / "config" / "lab" / QUIET
        quiet.parent.mkdir(parents=True)
        quiet.write_text(json.dumps({"fetchNews": "false", "checkForUpdates": False}))
        self.port = _free_port()

    @property
    def environment(self) -> dict[str, str]:
        config = self.home / "config"
        return {
            "JUPYTER_CONFIG_DIR": str(config),
            "JUPYTERLAB_SETTINGS_DIR": str(config / "lab"),
            "HOME": str(self.home),
            "USER": "kit",
            "PYTHONPATH": str(Path(__file__).parents[1]),
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
            "OMP_NUM_THREADS": "1",
        }

    def start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "jupyterlab", "--allow-root", "--no-browser", f"--port={self.port}"]
        command += [f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={self.home}"]
        environment = {**os.environ, **self.environment}
        with (self.home / "lab.log").open("wb") as log:
            process = subprocess.Popen(command, cwd=self.home, env=environment, stdout=log, stderr=log)
        for _ in range(120):
            if _answers(self.address("api/status")):
                return process
            time.sleep(0.5)
        raise AssertionError((self.home / "lab.log").read_text()[-3000:])

    def address(self, path: str) -> str:
        return f"http://localhost:{self.port}/{path}?token={TOKEN}"

    def nbgrader(self, *command: str) -> str:
        return self.course.must(*command, **self.environment)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("localhost", 0))
        return int(one.getsockname()[1])


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.fixture(scope="module")
def browser() -> str:
    """Find a browser; where there is none, nothing here is begun."""
    found = [path for path in map(shutil.which, BROWSERS) if path]
    if not found:
        pytest.skip("no browser is installed: apt-get install chromium")
    return found[0]


@pytest.fixture(scope="module")
def generated(browser: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course's folder with its assignment generated; to be copied."""
    made = Lab(tmp_path_factory.mktemp("generated"))
    made.nbgrader("generate_assignment", "sine")
    return made.course.root


@pytest.fixture
def lab(browser: str, generated: Path, tmp_path: Path) -> Iterator[Lab]:
    made = Lab(tmp_path)
    shutil.copytree(generated, made.course.root, dirs_exist_ok=True)
    made.nbgrader("release_assignment", "sine")
    process = made.start()
    yield made
    process.terminate()
    process.wait(30)


@pytest.fixture
def page(browser: str) -> Iterator[Page]:
    with sync_playwright() as driver, driver.chromium.launch(executable_path=browser, args=MODEST) as one:
        found = one.new_page(viewport={"width": 1280, "height": 860})
        found.set_default_timeout(SECONDS)
        yield found


def open_menu(page: Page, menu: str, entry: str) -> None:
    page.locator(".lm-MenuBar-item", has_text=menu).first.click()
    page.locator(".lm-Menu-item", has_text=entry).first.click()


def fetch(page: Page, lab: Lab) -> None:
    page.goto(lab.address("lab"))
    page.wait_for_selector(".jp-Launcher")
    open_menu(page, "Nbgrader", "Assignment List")
    page.locator("#released_assignments_list button", has_text="Fetch").click()
    page.wait_for_selector("#fetched_assignments_list .list_item button")
    page.screenshot(path=lab.pictures / "assignment-list.png")


def validate(page: Page, lab: Lab, lesson: str) -> str:
    """Open a notebook, press Validate, and return what the dialog says."""
    page.goto(lab.address(f"lab/tree/sine/{lesson}.ipynb"))
    page.wait_for_selector(".jp-Notebook .jp-Cell")
    page.locator(".jp-NotebookPanel-toolbar >> text=Validate").first.click()
    dialog = page.locator(".jp-Dialog")
    expect(dialog).to_contain_text("Validation", timeout=SECONDS)
    page.screenshot(path=lab.pictures / f"validate-{lesson}.png")
    said = dialog.inner_text()
    page.locator(".jp-Dialog button").last.click()
    return said


def run_checks(page: Page, lab: Lab, lesson: str) -> str:
    """Put a wrong answer into the first task, run all cells, and return what the checks say."""
    path = lab.home / "sine" / f"{lesson}.ipynb"
    released = path.read_text()
    wrong = replaced(lab.course.released(lesson), "rnn_cell", WRONG)
    path.write_text(nbformat.writes(wrong))
    page.goto(lab.address(f"lab/tree/sine/{lesson}.ipynb"))
    page.wait_for_selector(".jp-Notebook .jp-Cell")
    expect(page.locator("#jp-main-statusbar")).to_contain_text("Idle", timeout=SECONDS)
    open_menu(page, "Run", "Run All Cells")
    cause = page.get_by_text("h must be able to be negative").first
    expect(cause).to_be_visible(timeout=SECONDS)
    said = page.locator(".jp-OutputArea", has_text="Likely cause").first.text_content() or ""
    page.wait_for_timeout(1000)
    cause.scroll_into_view_if_needed()
    page.wait_for_timeout(1000)
    page.screenshot(path=lab.pictures / "check.png")
    path.write_text(released)
    return said


def width_of_drawing(page: Page, lab: Lab) -> int:
    """Scroll to the drawing of the open notebook; return how many pixels of it there are."""
    drawing = page.locator(".jp-MarkdownOutput img[alt]").first
    drawing.scroll_into_view_if_needed()
    expect(drawing).to_be_visible(timeout=SECONDS)
    page.wait_for_function("image => image.naturalWidth > 0", arg=drawing.element_handle())
    page.screenshot(path=lab.pictures / "drawing.png")
    return int(drawing.evaluate("image => image.naturalWidth"))


def save(page: Page, lab: Lab, path: Path) -> None:
    """Open a notebook in JupyterLab and save it as it is."""
    before = path.stat().st_mtime_ns
    page.goto(lab.address(f"lab/tree/{path.relative_to(lab.home)}"))
    page.wait_for_selector(".jp-Notebook .jp-Cell")
    expect(page.locator("#jp-main-statusbar")).to_contain_text("Idle", timeout=SECONDS)
    open_menu(page, "File", "Save Notebook")
    for _ in range(120):
        if path.stat().st_mtime_ns != before:
            return
        page.wait_for_timeout(500)
    raise AssertionError(f"{path} was not saved")


def what_matters(path: Path) -> tuple[list[tuple[str, str, str, object]], str, str]:
    """Return the cells, the kernel and the language of a notebook."""
    notebook = nbformat.read(path, 4)
    cells = [(one.id, one.cell_type, one.source, one.metadata.get("nbgrader")) for one in notebook.cells]
    return cells, notebook.metadata.kernelspec.name, notebook.metadata.language_info.name


def submit(page: Page, lab: Lab) -> None:
    page.goto(lab.address("lab"))
    page.wait_for_selector(".jp-Launcher, .jp-Notebook")
    open_menu(page, "Nbgrader", "Assignment List")
    page.locator("#fetched_assignments_list button", has_text="Submit").click()
    page.wait_for_selector("#submitted_assignments_list .list_item")


def press(page: Page, lab: Lab, selector: str, picture: str) -> str:
    """Press one of formgrader's buttons, and return what its dialog says in the end."""
    page.locator(selector).first.click()
    title = page.locator(".modal-title")
    expect(title).to_contain_text("Success", timeout=SECONDS)
    said = page.locator(".modal-content").inner_text()
    page.locator(".modal-footer button").first.click()
    page.wait_for_timeout(2500)
    page.screenshot(path=lab.pictures / f"{picture}.png")
    return said


def saved(page: Page, what: str) -> Any:
    """Wait until formgrader has sent a mark or a comment, and the server has answered."""
    return page.expect_response(lambda answer: f"/api/{what}/" in answer.url and answer.request.method == "PUT")


def give_manual_mark(page: Page, lab: Lab) -> None:
    """Open the submission of the lesson with a question, and give one point and a comment."""
    page.goto(lab.address("formgrader/gradebook/sine/training"))
    with page.expect_navigation(wait_until="networkidle"):  # before that formgrader does not listen to the boxes
        page.locator("td.name a").first.click()
    box = page.locator("input.score").last
    with saved(page, "grade"):
        box.fill("1.5")
        box.press("Tab")
    comment = page.locator("textarea.comment").last
    with saved(page, "comment"):
        comment.fill("Say why the turns are hard.")
        comment.press("Tab")
    page.screenshot(path=lab.pictures / "manual-mark.png", full_page=False)


def test_an_assignment_goes_from_release_to_a_returned_page(lab: Lab, page: Page) -> None:
    fetch(page, lab)
    assert "h_t[0, 0] should be 0.46" in run_checks(page, lab, "cell")
    assert "Success" not in validate(page, lab, "cell")
    for lesson in ("cell", "training"):
        shutil.copy(lab.course.root / "source" / "sine" / f"{lesson}.ipynb", lab.home / "sine" / f"{lesson}.ipynb")
    assert "Success" in validate(page, lab, "cell")
    answered = lab.home / "sine" / "training.ipynb"
    text = answered.read_text().replace("### BEGIN SOLUTION\\n", "").replace("\\n### END SOLUTION", "")
    answered.write_text(text)
    submit(page, lab)

    page.goto(lab.address("formgrader"))
    assert "Processing 1 submissions" in press(page, lab, "td.collect a", "collect")
    page.goto(lab.address("formgrader/manage_submissions/sine"))
    assert "Successfully autograded" in press(page, lab, "td.autograde a", "autograde")
    give_manual_mark(page, lab)
    lab.nbgrader("export")
    lab.nbgrader("generate_feedback", "sine")
    lab.nbgrader("release_feedback", "sine")

    grades = (lab.course.root / "grades.csv").read_text().splitlines()[1].split(",")
    assert "24.5" in grades
    pages = (lab.home / "exchange" / "unroll" / "feedback").rglob("*.html")
    shown = [text for text in (one.read_text() for one in pages) if 'alt="The five parts of a step' in text]
    assert ["data:image/png;base64," in text for text in shown] == [True]
    assert cell(lab.course.released("cell"), "rnn_cell").source.endswith("raise NotImplementedError")


def test_a_notebook_that_is_opened_and_saved_is_the_same_to_nbgrader(lab: Lab, page: Page) -> None:
    path = lab.course.root / "source" / "sine" / "training.ipynb"
    before, released = what_matters(path), what_matters(lab.course.root / "release" / "sine" / "training.ipynb")

    save(page, lab, path)

    assert width_of_drawing(page, lab) > 500
    assert what_matters(path) == before
    lab.nbgrader("generate_assignment", "sine", "--force")
    assert what_matters(lab.course.root / "release" / "sine" / "training.ipynb") == released


def test_nothing_of_a_hand_in_runs_in_the_browser_of_who_looks_at_it(lab: Lab, page: Page) -> None:
    made = lab.course.released("cell")
    made.cells += [one for one in hostile().cells if one.update(id=f"mine-{id(one)}") is None]
    made.metadata.update(hostile().metadata)
    lab.course.hand_in("eve", cell=made)
    lab.nbgrader("autograde", "sine")
    lab.nbgrader("generate_feedback", "sine")

    page.goto(lab.address("lab"))  # which lets the browser in
    page.goto(lab.address("formgrader/gradebook/sine/cell"))
    with page.expect_navigation(wait_until="networkidle"):
        page.locator("td.name a").first.click()
    expect(page.locator("body")).to_contain_text("click me")
    expect(page.locator("input.score").first).to_be_visible()
    found = [click_all(page)]
    page.screenshot(path=lab.pictures / "hostile-formgrader.png")
    page.goto((lab.course.root / "feedback" / "eve" / "sine" / "cell.html").as_uri())
    expect(page.locator("body")).to_contain_text("click me")
    found.append(click_all(page))
    page.screenshot(path=lab.pictures / "hostile-feedback.png")

    assert found == [0, 0]


def click_all(page: Page) -> int:
    """Click whatever asks for it, wait for what is late, and return how often something of the hand-in ran."""
    for link in page.get_by_text("click me").all():
        link.click(timeout=2000, no_wait_after=True, force=True)
    page.wait_for_timeout(2000)
    return int(page.evaluate("window.pwned || 0"))
