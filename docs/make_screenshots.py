"""Take the pictures of the labelling page: ``python docs/make_screenshots.py``.

Real projects in a real browser: handwritten digits from scikit-learn as images, and text messages (the SMS spam
collection where it lies beside the checkout, else made ones). An oracle labels a little, so that every view has
something to show.
"""

import re
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
OUT = HERE / "images" / "page"
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

from chromium import MISSING, find  # noqa: E402
from labelling_page import chromium, person  # noqa: E402
from real_texts import messages, write_texts  # noqa: E402
from served import serving  # noqa: E402

_THEMES = ("light", "dark")
_DESKTOP = {"width": 1280, "height": 800}
_PHONE = {"width": 390, "height": 760}


def write_digits(folder: Path) -> dict[str, str]:
    """Write the digits as images; return what each shows."""
    import numpy as np
    from PIL import Image
    from sklearn.datasets import load_digits

    folder.mkdir()
    digits = load_digits()
    for number, image in enumerate((255 - 255 * digits.images / 16).round().astype(np.uint8)):
        Image.fromarray(image).save(folder / f"{number:04d}.png")
    return {f"{number:04d}.png": str(digit) for number, digit in enumerate(digits.target)}


def label(page, answers, n: int) -> None:
    """Label n items as the oracle says, with a flag, a note and a skip among them."""
    for step in range(n):
        if step == 7:
            page.press("f")
        if step == 9:
            page.press("n")
            page.tab.get_by_label("Comment on this item").fill("could be either")
            page.press("Enter")
        page.settle()
        page.advance(" " if step == n // 2 else answers[page.item])
    page.wait_until_saved()
    page.tab.get_by_text("Model up to date").first.wait_for(timeout=120_000)


def shoot(page, name: str) -> None:
    """Take one picture, without a focus ring where nobody pressed Tab."""
    page.tab.evaluate("document.activeElement?.blur()")
    page.tab.mouse.move(0, 0)
    page.tab.wait_for_timeout(600)
    page.tab.screenshot(path=OUT / f"{name}.png")


def shoot_views(page, theme: str) -> None:
    """Take each view."""
    shoot(page, f"label-{theme}")
    page.press("?")
    page.tab.get_by_role("dialog").wait_for()
    shoot(page, f"keys-{theme}")
    page.press("Escape")
    for view in ("Explore", "Accuracy", "Insights", "Data"):
        page.view(view)
        page.tab.wait_for_load_state("load")
        page.tab.wait_for_timeout(1500)
        shoot(page, f"{view.lower()}-{theme}")


def main() -> None:
    """Take all of them."""
    path = find()
    if path is None:
        sys.exit(MISSING)
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, chromium(path) as browser:
        folder = Path(name)
        texts, spam = messages(1500)
        keys = {str(number): "2" if bad else "1" for number, bad in enumerate(spam, 1)}
        with serving(
            write_texts(folder / "messages.csv", texts), "--labels", "ham,spam", "--annotator", "Ada"
        ) as served:
            with person(browser, served, viewport=_DESKTOP) as page:
                label(page, keys, 200)
                state = page.context.storage_state()
            for theme in _THEMES:
                options = {"storage_state": state, "color_scheme": theme}
                with person(browser, served, link=served.url, viewport=_DESKTOP, **options) as page:
                    shoot_views(page, theme)
                with person(browser, served, link=served.url, viewport=_PHONE, has_touch=True, **options) as page:
                    shoot(page, f"phone-{theme}")
                    page.view("Accuracy")
                    page.tab.wait_for_timeout(1000)
                    shoot(page, f"phone-accuracy-{theme}")
        keys = write_digits(folder / "digits")
        classes = ",".join("1234567890")
        with serving(folder / "digits", "--labels", classes, "--annotator", "Ada") as served:
            with person(browser, served, viewport=_DESKTOP) as page:
                label(page, keys, 60)
                state = page.context.storage_state()
            for theme in _THEMES:
                options = {"storage_state": state, "color_scheme": theme, "viewport": _DESKTOP}
                with person(browser, served, link=served.url, **options) as page:
                    page.tab.get_by_role("button", name=re.compile("Show guess")).click()
                    shoot(page, f"images-{theme}")
                    page.view("Explore")
                    page.tab.wait_for_timeout(1500)
                    shoot(page, f"images-explore-{theme}")
    for picture in sorted(OUT.glob("*.png")):
        print(f"{picture.relative_to(ROOT)}  {picture.stat().st_size // 1024} kB")


if __name__ == "__main__":
    main()
