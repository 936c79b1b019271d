"""The pictures of `week.py`: parts of the pages that a run has written, in a headless Chromium."""

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

PICTURES = Path(__file__).resolve().parent / "pictures"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WIDTH, COLOURS, SECONDS = 1100, 64, 120
SHOTS = {  # the page, where on it the picture begins, and how many pixels it is high
    "class": ("index.html", "body", 760),
    "causes": ("index.html", "#causes", 640),
    "look": ("index.html", "#by-hand", 640),
    "student": ("*Chlo*/report.html", "#lesson-2", 860),
    "similar": ("similar.html", "body", 760),
}


@contextmanager
def camera(graded: Path) -> Iterator[Callable[[str], None]]:
    """Start a browser, for pictures of the pages in a folder."""
    found = [path for path in map(shutil.which, BROWSERS) if path]
    if not found:
        sys.exit("No browser is installed: apt-get install chromium. Without pictures: --check.")
    with sync_playwright() as driver, driver.chromium.launch(executable_path=found[0], args=["--no-sandbox"]) as one:
        yield lambda name: take(one, graded, name)


def take(browser: Browser, graded: Path, name: str) -> None:
    """Take one picture, light, and with few colours so that it stays small."""
    pattern, begin, height = SHOTS[name]
    page = browser.new_page(viewport={"width": WIDTH, "height": height}, color_scheme="light")
    page.set_default_timeout(SECONDS * 1000)
    page.goto(next(graded.glob(pattern)).as_uri())
    page.locator(begin).first.evaluate("place => place.scrollIntoView()")
    png = page.screenshot()
    Image.open(BytesIO(png)).convert("RGB").quantize(COLOURS).save(picture(name), optimize=True)
    page.close()


def picture(name: str) -> Path:
    """Name the file of a picture."""
    return PICTURES / f"week-{name}.png"
