"""The page of similar hand-ins in a browser: without scripts, printed, on narrow screens, and looked at by axe."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from similar_class import LOOP, RENAMED

from autograder.grading.similar_code import compare
from autograder.reports.similar import SharedMistake, Side, SimilarPage, SimilarPair, similar_page

pytestmark = pytest.mark.browser

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
MODEST = ["--no-sandbox", "--disable-dev-shm-usage"]  # in a container /dev/shm may be small
NASTY = '</pre><script>pwned = 1</script><img src=x onerror="pwned = 1">{{ 7*7 }}'
LONG = "Wolfeschlegelsteinhausenbergerdorff" * 4


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start a browser; where there is none, nothing here is begun."""
    found = [path for path in map(shutil.which, BROWSERS) if path]
    if not found:
        pytest.skip("no browser is installed: apt-get install chromium")
    with sync_playwright() as driver, driver.chromium.launch(executable_path=found[0], args=MODEST) as one:
        yield one


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    texts = compare([f"{LOOP}\nx = '{NASTY}'\n# {LONG}\n", RENAMED]).common(0, 1)
    one, other = (Side(name, "folder", text) for name, text in zip((LONG, NASTY), texts, strict=True))
    mistake = SharedMistake("double", "M23", f"{NASTY} is wrong by 0.3.", 2)
    pairs = [SimilarPair("play/double", one, other, 0.97, [mistake], 1.5)] * 3
    path = tmp_path_factory.mktemp("out") / "similar.html"
    path.write_text("".join(similar_page(SimilarPage("Play", "2025-03-01", 60, pairs, 5, [NASTY]))), encoding="utf-8")
    return path.as_uri()


def opened(browser: Browser, address: str, **options: object) -> Page:
    page = browser.new_context(**options).new_page()  # type: ignore[arg-type]
    page.goto(address)
    return page


def test_nothing_of_a_hand_in_runs_and_nothing_is_fetched(browser: Browser, address: str) -> None:
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.goto(address)

    assert page.evaluate("typeof pwned") == "undefined"
    assert asked == [address]
    assert "{{ 7*7 }}" in page.locator("pre").first.inner_text()


def test_both_texts_stand_side_by_side_with_what_is_common_marked(browser: Browser, address: str) -> None:
    page = opened(browser, address, java_script_enabled=False, viewport={"width": 1200, "height": 800})
    one, other = (page.locator("article").first.locator(".side").nth(n).bounding_box() for n in (0, 1))

    assert one and other and one["y"] == other["y"] and one["x"] + one["width"] <= other["x"]
    assert "results.append(value.clone()" in page.locator("article").first.locator("mark").all_inner_texts()[0]


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_the_page_is_never_wider_than_the_screen(browser: Browser, address: str, width: int) -> None:
    page = opened(browser, address, viewport={"width": width, "height": 800})

    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_page_can_be_printed(browser: Browser, address: str) -> None:
    page = opened(browser, address)

    assert page.pdf(format="A4").startswith(b"%PDF-")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, address: str, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(opened(browser, address, color_scheme=scheme, bypass_csp=True))

    assert found.violations_count == 0, found.generate_report()
