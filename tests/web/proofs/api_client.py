"""A small client of the API that keeps its promises over outages, as the page does; fast enough to press the server."""

import http.client
import json
import time
import uuid
from urllib.parse import urlsplit


class AwayError(Exception):
    """The server cannot be reached, or went away before it answered."""


class ApiClient:
    """One person with one tab and one connection."""

    def __init__(self, url, tab="tab"):
        parts = urlsplit(url)
        self._address = (parts.hostname, parts.port)
        self._connection = None
        self._headers = {"content-type": "application/json", "x-tab": tab}

    def sign_in(self, link):
        """Sign in by the link that the command printed."""
        parts = urlsplit(link)
        _, headers, _ = self._send("GET", f"{parts.path}?{parts.query}")
        self._keep(headers)
        return self

    def join(self, link, name):
        """Join by an invitation."""
        token = link.rpartition("token=")[2]
        status, headers, _ = self._send("POST", "/api/v1/join", {"token": token, "name": name})
        assert status == 200
        self._keep(headers)
        return self

    @property
    def cookie(self):
        return self._headers["cookie"]

    def _keep(self, headers):
        self._headers["cookie"] = headers["set-cookie"].partition(";")[0]

    def call(self, method, path, body=None):
        """Return the JSON of the reply; `AwayError` where there is none."""
        status, _, content = self._send(method, f"/api/v1{path}", body)
        assert status == 200, f"{method} {path}: {status} {content[:500]}"
        return json.loads(content)

    def _send(self, method, path, body=None):
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection(*self._address, timeout=30)
            content = None if body is None else json.dumps(body)
            self._connection.request(method, path, content, self._headers)
            reply = self._connection.getresponse()
            return reply.status, reply.headers, reply.read()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise AwayError from error

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def invite(owner, people):
    """Return a link for some people."""
    return owner.call("POST", "/invitations", {"uses": people})["url"]


def answer(row, class_id):
    return {"uuid": str(uuid.uuid4()), "kind": "answer", "row": row, "class_id": class_id, "duration_ms": 800}


def label(client, want_total, choose, on_reply, batch=1, ahead=12):
    """Label until so many answers are settled; what gets no reply is sent again under the same uuid.

    `on_reply(action, result)` is called for each acknowledged action.
    """
    held, waiting, settled = [], [], 0
    while settled < want_total:
        while held and len(waiting) < min(batch, want_total - settled):
            row = held.pop(0)
            waiting.append(answer(row, choose(row)))
        body = {"actions": waiting, "holding": held, "want": max(0, ahead - len(held))}
        try:
            reply = client.call("POST", "/answers", body)
        except AwayError:
            time.sleep(0.02)
            continue
        by_uuid = {result["uuid"]: result for result in reply["results"]}
        assert set(by_uuid) == {action["uuid"] for action in waiting}
        for action in waiting:
            on_reply(action, by_uuid[action["uuid"]])
        settled += len(waiting)
        waiting = []
        known = set(held)
        held += [item["row"] for item in reply["items"] if item["row"] not in known]
        if not held:
            time.sleep(0.02)
