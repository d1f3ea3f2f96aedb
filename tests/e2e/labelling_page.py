"""What a person does on the page and sees there, in a real browser."""

import re
import time
from collections import defaultdict
from contextlib import contextmanager
from urllib.parse import urlsplit

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip

# Notes what the page shows at each press, and all that its policy refuses; set before any script of the page runs.
WITNESS = """
window.presses = []; window.violations = []; window.ran = [];
addEventListener("securitypolicyviolation", (e) => violations.push(`${e.violatedDirective}: ${e.blockedURI}`));
addEventListener("keydown", (e) => {
  const card = document.querySelector('[role="region"][aria-label^="Item "]');
  const item = card && card.getAttribute("aria-label").slice(5);
  presses.push({ key: e.key, repeat: e.repeat, at: e.timeStamp, item });
}, true);
"""
_PAINTED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
# What moves for ever, as a sign that something is loading, is not waited for.
_STILL = """
() => Promise.all(
  document.getAnimations()
    .filter((each) => Number.isFinite(each.effect.getComputedTiming().endTime))
    .map((each) => each.finished.catch(() => {})),
)
"""
# The words linger behind the outbox by 0.4 s, so that they do not flicker: the outbox's store is asked too.
_SAVED = """
async () => {
  if (document.querySelector('[data-testid="save-state"]')?.innerText.trim() !== "All saved") return false;
  const wish = (request) => new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
  for (const { name } of await indexedDB.databases()) {
    const database = await wish(indexedDB.open(name));
    const left = await wish(database.transaction("actions").objectStore("actions").count());
    database.close();
    if (left) return false;
  }
  return true;
}
"""


class LabellingPage:
    """One tab of one person."""

    def __init__(self, context, url):
        self.context = context
        self.origin = url
        self.requests = []
        self.complaints = []
        self._awaited = set()
        self.tab = self._open()

    def _open(self):
        tab = self.context.new_page()
        tab.on("request", self._asked)
        tab.on("requestfinished", self._answered)
        tab.on("requestfailed", self._answered)
        tab.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))
        tab.on("console", self._heard)
        tab.set_default_timeout(60_000)
        return tab

    def _asked(self, request):
        self.requests.append(request.url)
        if not request.url.endswith("/stream"):  # which ends with the page
            self._awaited.add(request)

    def _answered(self, request):
        self._awaited.discard(request)

    def _heard(self, message):
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text} ({message.location.get('url')})")

    def open(self, address):
        self.tab.goto(address)
        self.wait_for_item()
        return self

    def second_tab(self):
        other = LabellingPage(self.context, self.origin)
        return other.open(f"{self.origin}/")

    # --- what is seen

    @property
    def card(self):
        return self.tab.locator('[role="region"][aria-label^="Item "]')

    @property
    def item(self):
        """The id of the item on screen."""
        return self.card.get_attribute("aria-label").removeprefix("Item ")

    @property
    def row(self):
        """The row of the item on screen, where ids are counted from 1."""
        return int(self.item) - 1

    @property
    def text(self):
        return self.tab.locator(".prose").first.text_content()

    @property
    def save_state(self):
        return self.tab.get_by_test_id("save-state").inner_text().strip()

    def class_button(self, name):
        return self.tab.get_by_role("button", name=re.compile(f"^{re.escape(name)}\\s*, given so far"))

    def wait_for_item(self):
        self.card.wait_for()
        self.settle()

    def settle(self):
        """Wait until what is on screen is painted."""
        self.tab.evaluate(_PAINTED)

    def wait_until_still(self):
        """Wait until all that the page asked for has come and is painted, and nothing moves or fades any more."""
        until = time.monotonic() + 15
        while True:
            self.settle()
            self.tab.evaluate(_STILL)
            self.settle()
            if not self._awaited:
                return
            assert time.monotonic() < until, f"no answer to {[request.url for request in self._awaited]}"

    def wait_until_saved(self, timeout=30_000):
        until = time.monotonic() + timeout / 1000
        while not self.tab.evaluate(_SAVED):
            assert time.monotonic() < until, f"not saved: {self.save_state}"
            self.tab.wait_for_timeout(20)

    # --- what is done

    def press(self, key):
        self.tab.keyboard.press(key)

    def give(self, key):
        """Press a key that answers or skips; return the row that it was for once the next item is painted."""
        return int(self.advance(key)) - 1

    def advance(self, key):
        """Press a key that answers or skips; return the id of the item once the next one, or none, is painted."""
        before = self.item
        self.press(key)
        self.tab.wait_for_function(
            """(before) => {
                const card = document.querySelector('[role="region"][aria-label^="Item "]');
                return !card || card.getAttribute("aria-label").slice(5) !== before;
            }""",
            arg=before,
        )
        self.settle()
        return before

    def undo(self, row):
        """Press Backspace; wait until the row is back on screen."""
        self.press("Backspace")
        self.tab.locator(f'[role="region"][aria-label="Item {row + 1}"]').wait_for()
        self.settle()

    def view(self, name):
        self.tab.get_by_role("navigation", name="Views").get_by_role("link", name=name).click()
        if name == "Label":
            self.wait_for_item()
        else:
            self.tab.get_by_role("heading", level=1, name=name).wait_for()

    def presses(self):
        """Every press so far: key, repeat, and the item that the page showed."""
        return self.tab.evaluate("presses")

    def check(self):
        """No script failed, nothing was refused by the policy, no request left the server."""
        assert self.tab.evaluate("window.violations") == []
        assert self.tab.evaluate("window.ran") == []
        assert self.complaints == []
        foreign = {url for url in self.requests if urlsplit(url).scheme in ("http", "https", "ws", "wss")
                   and not url.startswith(self.origin + "/")}  # fmt: skip
        assert not foreign


@contextmanager
def person(browser, served, link=None, **options):
    """A person with a browser of their own, signed in by the link that the command printed."""
    context = browser.new_context(accept_downloads=True, **options)
    context.add_init_script(WITNESS)
    try:
        yield LabellingPage(context, served.url).open(link or served.link)
    finally:
        context.close()


@contextmanager
def chromium(path):
    """A Chromium without a window."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def times_asked(events):
    """Return {row: [annotators that it was asked]}."""
    asked = defaultdict(list)
    for event in events:
        if event.kind == "asked":
            asked[event.row].append(event.annotator)
    return asked
