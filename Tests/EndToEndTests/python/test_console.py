"""The console in a real browser: every page, two widths, light and dark."""

import json
import os
import pathlib
import re
import shutil
import tempfile
import urllib.error
import urllib.request

import pytest

from chromium import Browser

WIDTHS = (1280, 390)
SHOTS = os.environ.get("AKU_SCREENSHOTS")
LISTS = ("/", "/pipelines", "/runs", "/models", "/endpoints", "/data", "/journal", "/login")

pytestmark = pytest.mark.skipif(
    not any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), reason="chromium is not installed"
)


@pytest.fixture(scope="module")
def browser():
    folder = tempfile.mkdtemp(prefix="aku-chromium-")
    browser = Browser(folder)
    yield browser
    browser.close()
    shutil.rmtree(folder, ignore_errors=True)


def pages(url):
    """The lists, and the first few pages that they link to."""
    found = list(LISTS)
    for path in LISTS:
        with urllib.request.urlopen(url + path) as reply:
            text = reply.read().decode()
        links = re.findall(r'<a [^>]*href="(/(?:pipelines|pipeline-runs|runs|models|endpoints|data|journal)/[^"#?]+)', text)
        kinds = {}
        for link in dict.fromkeys(links):
            kind = link.split("/")[1]
            kinds[kind] = kinds.get(kind, 0) + 1
            if kinds[kind] <= 2 and link not in found:
                found.append(link)
    return found


def overflowing(browser):
    """Elements that reach beyond the window without a box of their own that scrolls."""
    return browser.value(
        "[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1"
        " && !e.closest('.scroll, pre, .rail nav, .skip')).slice(0, 5).map(e => e.outerHTML.slice(0, 120))"
    )


def test_every_page_reads_well_in_both_widths_and_schemes(url, browser):
    """No console message, no failed request, nothing from elsewhere, no sideways scrolling."""
    for path in pages(url):
        for width in WIDTHS:
            for dark in (False, True):
                browser.open(url + path, width=width, dark=dark)
                where = f"{path} at {width} px, {'dark' if dark else 'light'}"
                assert browser.problems() == [], where
                assert all(address.startswith(url) for address in browser.requests()), where
                assert browser.value("document.documentElement.scrollWidth <= innerWidth"), (where, overflowing(browser))
                assert overflowing(browser) == [], where
                assert browser.value("document.querySelectorAll('h1').length") == 1, where
                assert browser.value("document.title.endsWith(' · Aku')"), where
                ground = browser.value("getComputedStyle(document.body).backgroundColor")
                assert (sum(map(int, re.findall(r"\d+", ground)[:3])) < 380) == dark, (where, ground)
                if SHOTS:
                    name = path.strip("/").replace("/", "_") or "overview"
                    pathlib.Path(SHOTS).mkdir(parents=True, exist_ok=True)
                    browser.picture(f"{SHOTS}/{name}-{width}-{'dark' if dark else 'light'}.png")


def test_pages_say_the_same_without_javascript(url, browser):
    """The server makes the whole page: with scripts off, the text and the drawings are there."""
    for path in ("/", "/pipelines", "/journal"):
        browser.open(url + path, script=False)
        browser.open(url + path, script=True)
        with urllib.request.urlopen(url + path) as reply:
            plain = reply.read().decode()
        assert browser.value("document.querySelector('main h1').textContent") in plain
        assert "data-live" in plain


def test_a_live_page_renews_itself_in_place(url, browser):
    """What is changed in the page comes back from the server within two rounds, without a reload."""
    browser.open(url + "/journal")
    browser.value("window.kept = 1; document.querySelector('#journal-entries').innerHTML = 'stale'")
    browser.wait(6)
    assert browser.value("window.kept") == 1
    assert browser.value("document.querySelector('#journal-entries').textContent") != "stale"
    assert "Updated" in browser.value("document.querySelector('[data-fresh]').textContent")
    assert browser.problems() == []


def test_the_keyboard_reaches_the_content_first(url, browser):
    """The first stop of the Tab key is the link past the navigation, and it becomes visible."""
    browser.open(url + "/")
    for kind in ("keyDown", "keyUp"):
        browser.send("Input.dispatchKeyEvent", {"type": kind, "key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9})
    assert browser.value("document.activeElement.className") == "skip"
    assert browser.value("document.activeElement.getBoundingClientRect().left >= 0")


def test_an_unknown_page_is_a_page(url, browser):
    """People who mistype see the frame, what is wrong and a way on; programs see JSON."""
    for path in ("/endpoints/there-is-none", "/no/such/page"):
        browser.open(url + path)
        assert browser.value("document.querySelector('h1').textContent") == "Not found"
    request = urllib.request.Request(url + "/no/such/page", headers={"Accept": "application/json"})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)
    assert json.load(refused.value)["error"]["code"] == "route_not_found"
