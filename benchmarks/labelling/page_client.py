"""A person who knows the truth, at the labelling page: the same requests as the page makes."""

import http.client
import json
import subprocess
import sys
import time
import uuid
from contextlib import contextmanager
from urllib.parse import urlsplit

# The page holds so many rows ahead; a ranking that comes in replaces them, except the one on screen.
AHEAD = 10
_PATIENCE = 600.0


class PageClient:
    """One browser tab, without the browser."""

    def __init__(self, link):
        parts = urlsplit(link)
        self._connection = http.client.HTTPConnection(parts.netloc, timeout=60)
        body = json.dumps({"token": link.rpartition("=")[2]})
        self._connection.request("POST", "/api/v1/join", body, {"content-type": "application/json"})
        reply = self._connection.getresponse()
        reply.read()
        self.cookie = reply.getheader("set-cookie").partition(";")[0]

    def ask(self, method, path, body=None):
        """Make a request and return its JSON."""
        headers = {"cookie": self.cookie, "content-type": "application/json", "x-tab": "oracle"}
        self._connection.request(method, f"/api/v1{path}", json.dumps(body) if body is not None else None, headers)
        reply = self._connection.getresponse()
        content = json.loads(reply.read())
        if reply.status >= 400:
            raise RuntimeError(f"{method} {path}: {content}")
        return content

    def label(self, truth, *, every):
        """Label the whole pool row after row; yield each row.

        A person is slower than the trainer: after each `every` answers its ranking is waited for,
        and the rows that were not seen yet are asked for again.
        """
        ids = {each["name"]: each["id"] for each in self.ask("GET", "/project")["classes"]}
        held = self._refill([])
        answered = 0
        while held:
            row = held.pop(0)
            action = {"uuid": str(uuid.uuid4()), "kind": "answer", "row": row, "class_id": ids[truth[row]]}
            body = {"actions": [action], "holding": held, "want": AHEAD - len(held)}
            reply = self.ask("POST", "/answers", body)
            assert reply["results"][0]["status"] == "saved", reply["results"]
            held += [item["row"] for item in reply["items"]]
            answered += 1
            yield row
            if answered % every == 0:
                self._wait_for_ranking(answered, held)
                held = self._refill(held[:1])

    def _refill(self, held):
        reply = self.ask("POST", "/queue", {"holding": held, "want": AHEAD - len(held)})
        return held + [item["row"] for item in reply["items"]]

    def _wait_for_ranking(self, n_labels, held):
        deadline = time.monotonic() + _PATIENCE
        while True:
            model = self.ask("POST", "/queue", {"holding": held, "want": 0})["progress"]["model"]
            if model["n_labels"] >= n_labels:
                return
            if model["state"] == "failed" or time.monotonic() > deadline:
                raise RuntimeError(f"The trainer does not keep up: {model}")
            time.sleep(0.02)


@contextmanager
def served(problem, project, options=()):
    """Run ``querist label`` on a problem; yield a client that is signed in."""
    names = ",".join(f'"{each}"' for each in problem.classes)
    command = [sys.executable, "-m", "querist", "label", str(problem.source), "--project", str(project)]
    command += ["--labels", names, "--no-browser", *problem.options, *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        told = []
        for line in process.stdout:
            told.append(line)
            link = next((word for word in line.split() if "/join?token=" in word), None)
            if link:
                break
        else:
            raise RuntimeError("".join(told))
        yield PageClient(link)
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()
