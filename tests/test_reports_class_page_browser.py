"""The class page in a browser: opened, sorted, searched, printed, without scripts, on narrow screens, and by axe."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from class_of import right, with_bias, with_curve, write
from playwright.sync_api import Browser, Page, sync_playwright

pytestmark = pytest.mark.browser

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
MODEST = ["--no-sandbox", "--disable-dev-shm-usage"]  # in a container /dev/shm may be small
SECONDS = 60_000
NASTY = '"><script>pwned = 1</script><img src=x onerror="pwned = 1"></textarea><svg onload="pwned = 1">{{ 7*7 }}'
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
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class with every kind of row, names of any length, and what would run if it became markup."""
    out = tmp_path_factory.mktemp("class")
    first = [right("bob"), with_bias(LONG), with_bias("Ada", 1.0)]
    write(out, first)
    hostile = replace(with_bias("eve", line=f"    x = '{NASTY}'", fact=NASTY), student=NASTY, unread=(NASTY,))
    curves = [with_curve("Cy 2", 0.001, [1.0, 0.3, 0.01, 0.003, 0.001]), with_curve("Cy 10", 0.4, [1.0] * 5)]
    write(out, [right("Ada"), *first[:2], hostile, *curves, replace(right("late"), late="It came late.", kept=0.5)])
    return out / "index.html"


def opened(browser: Browser, index: Path, **options: object) -> Page:
    page = browser.new_context(**options).new_page()  # type: ignore[arg-type]
    page.set_default_timeout(SECONDS)
    page.goto(index.as_uri())
    return page


def names(page: Page) -> list[str]:
    # A row outside the window is not laid out, so that its inner text is empty.
    rows = page.locator("#class tbody tr:not([hidden]) th").all_text_contents()
    return [name if len(name) < 20 else name[:5] for name in map(str.strip, rows)]


def head(page: Page, name: str) -> None:
    page.locator("#class thead").get_by_role("button", name=name, exact=True).click()


def test_a_click_on_a_heading_sorts_and_a_second_one_turns_it_round(browser: Browser, index: Path) -> None:
    page = opened(browser, index)
    before = names(page)

    head(page, "Student")
    by_name = names(page)
    head(page, "Student")
    turned = names(page)
    head(page, "Points")
    by_points = names(page)
    head(page, "Points")

    assert before == ["Ada", "bob", "Wolfe", '"><sc', "Cy 2", "Cy 10", "late"]
    assert [name for name in by_name if name != '"><sc'] == ["Ada", "bob", "Cy 2", "Cy 10", "late", "Wolfe"]
    assert turned == by_name[::-1]
    assert by_points[:4] == ["Ada", "bob", "Cy 2", "Cy 10"]
    assert names(page)[:3] == ["Wolfe", '"><sc', "late"]
    assert page.locator("#class [aria-sort]").get_attribute("aria-sort") == "ascending"


def test_a_search_hides_all_other_rows(browser: Browser, index: Path) -> None:
    page = opened(browser, index)

    page.get_by_label("Search names, mistakes, outcomes").fill("cy 1")
    found, said = names(page), page.locator("#shown").inner_text()
    page.get_by_label("Search names, mistakes, outcomes").fill("m23")

    assert (found, said) == (["Cy 10"], "1 of 7")
    assert names(page) == ["Wolfe", '"><sc']


def test_names_can_be_copied(browser: Browser, index: Path) -> None:
    page = opened(browser, index, permissions=["clipboard-read", "clipboard-write"])

    page.locator("#causes summary").first.click()
    page.locator("#causes .copy").first.click()

    assert page.locator("#causes .copy").first.inner_text() == "Copied"
    assert page.evaluate("navigator.clipboard.readText()").startswith(f"{LONG}\n")


def test_without_scripts_everything_is_there_but_sorting_and_search(browser: Browser, index: Path) -> None:
    page = opened(browser, index, java_script_enabled=False)

    assert len(names(page)) == 7
    assert page.locator("#class button").count() == 0
    assert page.get_by_label("Search names, mistakes, outcomes").is_hidden()
    assert page.locator("#curves svg").count() == 1
    page.locator("#causes summary").first.click()
    assert page.locator("#causes textarea").first.is_visible()


def test_nothing_of_a_hand_in_runs_and_nothing_is_fetched(browser: Browser, index: Path) -> None:
    page = browser.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))

    page.goto(index.as_uri())
    page.wait_for_timeout(200)

    assert page.evaluate("typeof pwned") == "undefined"
    assert (asked, said) == ([index.as_uri()], [])
    assert "{{ 7*7 }}" in str(page.locator("#causes").text_content())


@pytest.mark.parametrize("width", [360, 414, 768, 1024, 1440])
def test_the_page_is_never_wider_than_the_screen(browser: Browser, index: Path, width: int) -> None:
    page = opened(browser, index, viewport={"width": width, "height": 800})
    for box in page.locator("details").all():
        box.evaluate("box => box.open = true")

    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_page_can_be_printed(browser: Browser, index: Path) -> None:
    page = opened(browser, index)

    printed = page.pdf(format="A4")
    page.emulate_media(media="print")

    assert printed.startswith(b"%PDF-")
    assert page.locator("nav").is_hidden() and page.locator(".search").is_hidden()
    assert page.locator("#class tbody tr").first.is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, index: Path, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = opened(browser, index, color_scheme=scheme, bypass_csp=True)
    page.evaluate("document.querySelectorAll('details').forEach((box) => { box.open = true; })")

    found = Axe().run(page)

    assert found.violations_count == 0, found.generate_report()
