"""Finds a Chromium for the browser tests; run as a script, it also installs one where that is possible.

Only the standard library: `make` runs it before anything else is known to work.
"""

import os
import shutil

import debian

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
)
MISSING = "no Chromium was found: install one, or name it in QUERIST_CHROMIUM"


def find():
    """Return the path of a Chromium, None where there is none."""
    named = os.environ.get("QUERIST_CHROMIUM")
    if named:
        return shutil.which(named)
    return next(filter(None, map(shutil.which, (*NAMES, *PLACES))), None)


if __name__ == "__main__" and find() is None and not (debian.install("chromium") and find()):
    # Not an error here: the browser tests say that they are skipped, and fail where no skips are allowed.
    print(f"Browser tests will be skipped: {MISSING}.")
