"""A student's page with a public case and its difference in a browser: read, printed, on a phone, and by axe."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from class_of import with_bias
from playwright.sync_api import Browser, Page, sync_playwright

from autograder.course.model import WITH_CASE
from autograder.exam.compare import Compared
from autograder.exam.public_case import Difference, PublicCase
from autograder.exam.public_checks import difference_of
from autograder.reports.files import write_student

pytestmark = pytest.mark.browser

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
MODEST = ["--no-sandbox", "--disable-dev-shm-usage"]  # in a container /dev/shm may be small
SECONDS = 60_000
NASTY = '"></pre></svg><script>pwned = 1</script><img src=x onerror="pwned = 1"><svg onload="pwned = 1">'
CASE = PublicCase("two steps", NASTY, f"f(x='{NASTY}')", "h_t", ("1",), (f"raised ValueError: {NASTY}",))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start a browser; where there is none, nothing here is begun."""
    found = [path for path in map(shutil.which, BROWSERS) if path]
    if not found:
        pytest.skip("no browser is installed: apt-get install chromium")
    with sync_playwright() as driver, driver.chromium.launch(executable_path=found[0], args=MODEST) as one:
        yield one


def difference(shape: tuple[int, ...], axes: str, what: str) -> Difference:
    own = torch.rand(*shape, generator=torch.Generator().manual_seed(1)) - 0.5
    own.view(-1)[1] = torch.nan
    found = difference_of("it agrees with torch", Compared(what, own, torch.zeros(*shape), axes))
    assert found is not None
    return found


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with a strip, a wide table and three tables, named so that it would run if it became markup."""
    out = tmp_path_factory.mktemp("student")
    drawn = (
        difference((7,), "T", "losses"),
        difference((20, 40), "", NASTY),
        difference((3, 12, 5), "N T H", "output"),
    )
    found = with_bias("ada")
    task = replace(found.tasks[-1], cases=(CASE,), differences=drawn)
    write_student(out, replace(found, tasks=(found.tasks[0], task)), hidden_checks=WITH_CASE)
    return out / "ada" / "report.html"


def opened(browser: Browser, report: Path, **options: object) -> Page:
    page = browser.new_context(**options).new_page()  # type: ignore[arg-type]
    page.set_default_timeout(SECONDS)
    page.goto(report.as_uri())
    return page


def test_what_the_code_returned_is_text_and_nothing_is_fetched(browser: Browser, report: Path) -> None:
    page = browser.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))

    page.goto(report.as_uri())
    page.wait_for_timeout(200)

    assert page.evaluate("typeof pwned") == "undefined"
    assert (asked, said) == ([report.as_uri()], [])
    assert page.locator("script, img").count() == 0
    assert f"raised ValueError: {NASTY}" in str(page.locator(".case").text_content())


def test_pictures_are_named_for_those_who_do_not_see_them(browser: Browser, report: Path) -> None:
    page = opened(browser, report)

    pictures = page.get_by_role("img")
    assert [str(one.get_attribute("aria-label"))[:33] for one in pictures.all()] == [
        "Own minus expected of losses, sha",
        f"Own minus expected of {NASTY}"[:33],
        "Own minus expected of output, sha",
    ]
    assert page.get_by_text("The largest difference is").count() == 3


def colours(page: Page) -> set[str]:
    """List the colours of all fields, as they are drawn."""
    fields = page.locator("figure rect")
    return set(fields.evaluate_all("all => all.map(one => getComputedStyle(one).fill)"))


def test_fields_have_colours_of_their_own_in_light_in_dark_and_in_print(browser: Browser, report: Path) -> None:
    light = opened(browser, report, color_scheme="light")
    dark = opened(browser, report, color_scheme="dark")
    on_screen = colours(light)

    printed = light.pdf(format="A4")
    light.emulate_media(media="print")

    assert printed.startswith(b"%PDF-")
    assert len(on_screen) == len(colours(dark)) == 11
    assert not on_screen & colours(dark)
    assert colours(light) == on_screen
    assert light.locator("figure svg").last.is_visible()


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_the_page_is_never_wider_than_the_screen(browser: Browser, report: Path, width: int) -> None:
    page = opened(browser, report, viewport={"width": width, "height": 800})

    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, report: Path, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(opened(browser, report, color_scheme=scheme, bypass_csp=True))

    assert found.violations_count == 0, found.generate_report()
