"""The page is opened in a browser, and no process has the secret in its arguments."""

import html
import os
import pty
import re
import stat
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

import pytest
from example_project import make_project

from querist.cli.browser import Launch

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="browsers are found otherwise there")
LINK = "http://127.0.0.1:8765/#/join?token=se<cr>et&\"'"
# Notes its arguments and what it was shown, as soon as it is started.
_BROWSER = """#!{python}
import os, sys, urllib.parse
path = urllib.parse.unquote(sys.argv[-1].removeprefix("file://"))
with open({noted!r} + ".part", "w") as file:
    print(*sys.argv, file=file)
    print(oct(os.stat(path).st_mode), path, file=file)
    print(open(path).read(), file=file)
os.replace({noted!r} + ".part", {noted!r})
"""


@pytest.fixture
def browser(tmp_path, monkeypatch):
    """The file in which a browser that is no browser notes what it was told."""
    program, noted = tmp_path / "browser", tmp_path / "noted.txt"
    program.write_text(_BROWSER.format(python=sys.executable, noted=str(noted)))
    program.chmod(0o700)
    monkeypatch.setenv("BROWSER", str(program))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    return noted


def linked(page):
    """Return the address that a page leads to."""
    return html.unescape(re.search(r'url=([^"]+)"', page)[1])


def test_the_secret_is_in_a_file_of_its_owner(browser, monkeypatch):
    # It finds its browsers once; this one came later.
    monkeypatch.setattr("webbrowser._tryorder", None)
    with Launch() as launch:
        assert launch.open(LINK)
        arguments, file, *page = browser.read_text().splitlines()
        mode, path = file.split()
        assert "se<cr>et" not in arguments
        assert "token" not in arguments
        assert stat.S_IMODE(int(mode, 8)) == 0o600
        assert linked("\n".join(page)) == LINK
        assert Path(path).exists()
    assert not Path(path).exists()


def test_the_file_goes_by_itself(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("webbrowser.open", lambda address: True)
    launch = Launch(seconds=0.01)
    launch.open(LINK)
    launch._timer.join()
    assert not list(tmp_path.iterdir())


def test_the_command_opens_the_page_without_telling_everybody_the_secret(browser, tmp_path):
    """On a terminal with a display, as a person starts it."""
    location = make_project(tmp_path / "p.querist")
    mine, theirs = pty.openpty()
    environment = {**os.environ, "DISPLAY": ":0"}
    environment = {name: value for name, value in environment.items() if name not in ("CI", "SSH_CONNECTION")}
    process = subprocess.Popen(
        [sys.executable, "-m", "querist", "serve", str(location), "--annotator", "ada"],
        stdin=theirs, stdout=theirs, stderr=theirs, env=environment,
    )  # fmt: skip
    os.close(theirs)
    said = []
    reader = threading.Thread(target=_read, args=(mine, said))
    reader.start()
    try:
        deadline = threading.Event()
        for _ in range(600):
            if browser.exists() or process.poll() is not None:
                break
            deadline.wait(0.1)
        arguments, _, *page = browser.read_text().splitlines()
        link = linked("\n".join(page))
        token = link.rpartition("token=")[2]
        assert token not in arguments
        # It is the link that was printed, and leads to a page.
        assert urllib.request.urlopen(link, timeout=20).status == 200
    finally:
        process.terminate()
        process.wait(30)
        reader.join()
        os.close(mine)
    assert link in b"".join(said).decode()
    assert not list(tmp_path.glob("querist-*.html"))


def _read(terminal, said):
    try:
        while part := os.read(terminal, 4096):
            said.append(part)
    except OSError:  # the other side is closed
        return
