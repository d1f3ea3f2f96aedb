"""A tab of a browser, without the browser: what it sends, what it believes, what was acknowledged."""

import http.client
import json
import time
import uuid
from contextlib import closing, contextmanager
from urllib.parse import urlsplit

_LOST = (ConnectionError, http.client.HTTPException, TimeoutError, OSError)
_AHEAD = 8


class Tab:
    """One tab of one person.

    Parameters
    ----------
    url : str
        Of the server.
    cookie : str
    name : str
        Of the tab.
    """

    def __init__(self, url, cookie, name):
        self.person = None
        # Actions in the order of pressing; the server has some of them.
        self.sent = []
        self.acknowledged = {}
        self.failures = []
        # Requests that were answered: when the last try was sent, and when its reply came.
        self.heard = []
        # Rows as they were given out: the row, which of `heard` brought it, when the press on it was made.
        self.given = []
        self._pending = []
        self._items = []
        self._address = urlsplit(url).netloc
        self._headers = {"Cookie": cookie, "X-Tab": name, "Content-Type": "application/json"}
        self._connection = None

    # ------------------------------------------------------------------ pressing

    def answer(self, row, class_id):
        self._press({"kind": "answer", "row": row, "class_id": class_id, "duration_ms": 250})

    def skip(self, row):
        self._press({"kind": "skip", "row": row})

    def undo(self, action):
        self._press({"kind": "undo", "row": action["row"], "target": action["uuid"]})

    def undoable(self):
        """Return what was pressed and still counts."""
        undone = {action.get("target") for action in self.sent}
        return [action for action in self.sent if action["kind"] != "undo" and action["uuid"] not in undone]

    def belief(self, row):
        """Return what this tab alone says of a row: a class id, or None."""
        standing = [action for action in self.undoable() if action["row"] == row]
        return standing[-1].get("class_id") if standing else None

    def touched(self):
        return {action["row"] for action in self.sent}

    def _press(self, action):
        action = {"uuid": str(uuid.uuid4())} | action
        for each in self.given:
            if each["row"] == action["row"] and each["pressed_at"] is None:
                each["pressed_at"] = time.time()
        self.sent.append(action)
        self._pending.append(action)

    # ------------------------------------------------------------------ the wire

    def next_row(self):
        """Return the next row to look at, or None where nothing is left."""
        if not self._items:
            # What is pressed and not sent yet is held, too, as the page does: its lease must not end.
            pressed = [each["row"] for each in self._pending if each["kind"] != "undo"]
            self._take(self._persist("/queue", lambda: {"holding": pressed, "want": _AHEAD}))
        return self._items.pop(0) if self._items else None

    def deliver(self):
        """Send what was pressed, as often as it takes; leases and the next rows come along."""

        def body():
            return self._queue_body() | {"actions": self._pending}

        reply = self._persist("/answers", body)
        assert [each["uuid"] for each in reply["results"]] == [each["uuid"] for each in self._pending]
        for result in reply["results"]:
            assert result["status"] in ("saved", "repeated"), result
            self.acknowledged[result["uuid"]] = result["status"]
        self._pending = []
        self._take(reply)

    def _queue_body(self):
        return {"holding": self._items, "want": _AHEAD - len(self._items)}

    def _take(self, reply):
        fresh = [item["row"] for item in reply["items"] if item["row"] not in self._items]
        self._items += fresh
        self.given += [{"row": row, "by": len(self.heard) - 1, "pressed_at": None} for row in fresh]

    def _persist(self, path, body, patience=120):
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            sent_at = time.time()
            try:
                status, reply = self.request("POST", path, body())
            except _LOST as error:
                self.failures.append(type(error).__name__)
                self.close()
            else:
                if status == 200:
                    self.heard.append((sent_at, time.time()))
                    return reply
                assert status >= 500, f"{path} was refused for good: {status} {reply}"
                self.failures.append(f"{status} {reply['error']['code']}")
            time.sleep(0.02)
        raise AssertionError(f"{path} was not answered within {patience} s: {self.failures[-3:]}")

    def request(self, method, path, body=None):
        """Send one request; return its status and JSON."""
        if self._connection is None:
            self._connection = http.client.HTTPConnection(self._address, timeout=30)
        content = None if body is None else json.dumps(body)
        self._connection.request(method, f"/api/v1{path}", content, self._headers)
        response = self._connection.getresponse()
        return response.status, json.loads(response.read())

    def close(self):
        """Let go of the connection; the next request makes a new one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def action(row, class_id=0, **more):
    """Return an answer as a tab sends it."""
    return {"uuid": str(uuid.uuid4()), "kind": "answer", "row": row, "class_id": class_id} | more


def sign_in(link):
    """Use the link that the command printed; return the cookie."""
    return use(link)


def use(link, name=None):
    """Use a link, as the page does; return the cookie."""
    body = {"token": link.rpartition("=")[2]} | ({} if name is None else {"name": name})
    return _cookie(urlsplit(link).netloc, "POST", "/api/v1/join", json.dumps(body))


def join(owner, url, name):
    """Let somebody join by an invitation of the owner; return their cookie."""
    _, invitation = owner.request("POST", "/invitations", {})
    return use(f"{url}/#/join?token={invitation['url'].rpartition('=')[2]}", name)


def _cookie(address, method, path, body=None):
    connection = http.client.HTTPConnection(address, timeout=30)
    with closing(connection):
        connection.request(method, path, body, {"Content-Type": "application/json"})
        return connection.getresponse().getheader("set-cookie").partition(";")[0]


@contextmanager
def open_tabs(link, url, people):
    """Give tabs, named by their people: the first is the owner; a name that comes twice has two tabs."""
    cookies = {people[0]: sign_in(link)}
    owner = Tab(url, cookies[people[0]], "first")
    tabs = []
    for number, name in enumerate(people):
        if name not in cookies:
            cookies[name] = join(owner, url, name)
        tab = Tab(url, cookies[name], f"tab-{number}")
        tab.person = tab.request("GET", "/project")[1]["me"]["id"]
        tabs.append(tab)
    owner.close()
    try:
        yield tabs
    finally:
        for tab in tabs:
            tab.close()
