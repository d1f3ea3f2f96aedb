"""Open the page in a browser without its secret in the arguments of any process."""

import html
import os
import tempfile
import threading
import webbrowser
from pathlib import Path
from types import TracebackType

# A browser that starts cold, on a slow machine, has read the file by then.
_SECONDS = 60.0
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url={link}">
<title>Querist</title>
</head>
<body><p>The labelling page is opening. If it does not: <a href="{link}" rel="noreferrer">open it here</a>.</p></body>
</html>
"""


class Launch:
    """A file that leads to a link, for as long as a browser needs to read it.

    Every user of a machine can read the arguments of all processes, a browser's too. So the browser is given the path
    of a file that only its owner can read, as Jupyter does.

    Parameters
    ----------
    seconds : float, default=60
        How long the file stays.
    """

    def __init__(self, seconds: float = _SECONDS) -> None:
        self._seconds = seconds
        self._path: Path | None = None
        self._timer: threading.Timer | None = None

    def open(self, link: str) -> bool:
        """Open a link; return whether a browser was found."""
        # Readable by its owner alone from the beginning.
        number, name = tempfile.mkstemp(prefix="querist-", suffix=".html")
        with os.fdopen(number, "w", encoding="utf-8") as file:
            file.write(_PAGE.format(link=html.escape(link)))
        self._path = Path(name)
        self._timer = threading.Timer(self._seconds, self.close)
        self._timer.daemon = True
        self._timer.start()
        return webbrowser.open(self._path.as_uri())

    def close(self) -> None:
        """Remove the file."""
        if self._timer is not None:
            self._timer.cancel()
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    def __enter__(self) -> "Launch":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()
