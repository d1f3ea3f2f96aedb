"""People who answer at given moments, in one thread and with little work: the cores are for the server."""

import asyncio
import contextlib
import http.client
import itertools
import re
import threading
import time
import uuid
from urllib.parse import urlsplit

import numpy as np

# As the page has it: rows in hand.
_AHEAD = 12
# Quotation marks within texts are escaped, so that this finds rows only.
_ROW = re.compile(rb'"row":(\d+),"id":')
_PATIENCE = 120
_SILENT = 45
_FORMATS = ("csv", "jsonl", "parquet", "label-studio", "xlsx")


class Room:
    """People in one room.

    Parameters
    ----------
    link : str
        Signs the owner in.
    people : int
    rate : float
        Answers a second, all together.
    seconds : float
        How long answers come in.
    truth : sequence of int
        The right class of each row.
    seed : int, default=0
        Of the moments, and of who answers.
    """

    def __init__(self, link, *, people, rate, seconds, truth, seed=0):
        draw = np.random.default_rng(seed)
        moments = np.cumsum(draw.exponential(1 / rate, int(rate * seconds)))
        self._moments = moments.tolist()
        self._who = draw.integers(people, size=moments.size).tolist()
        self._link = link
        self._runner = asyncio.Runner()
        self._people = [_Person(urlsplit(link).netloc, f"guest {number}", truth) for number in range(people)]
        self.waits = []
        self.sent = []
        self.failures = []
        self.began_at = self.elapsed = 0.0

    def __enter__(self):
        self._runner.run(self._sign_in())
        return self

    def __exit__(self, *error):
        self._runner.run(self._leave())
        self._runner.close()

    async def _sign_in(self):
        owner, *others = self._people
        await owner.join(self._link.rpartition("=")[2])
        for person in others:
            invitation = await owner.request("POST", "/invitations", b"{}")
            await person.join(re.search(rb"token=([\w-]+)", invitation)[1].decode())

    async def _leave(self):
        for person in self._people:
            await person.leave()

    def owner(self):
        """Return the server's address and the owner's cookie."""
        return self._people[0].signed_in()

    def wait_for_trainer(self):
        """Wait until a first training is done, so that all that follows meets trainings; then everybody sits down."""
        self._runner.run(self._wait_for_trainer())

    async def _wait_for_trainer(self):
        deadline = time.monotonic() + _PATIENCE
        while b'"state":"ready"' not in (await self._people[0].request("GET", "/project")):
            if time.monotonic() > deadline:
                raise TimeoutError(f"The trainer was not ready within {_PATIENCE} s.")
            await asyncio.sleep(0.2)
        for person in self._people:
            await person.settle()

    def label(self):
        """Give every answer at its moment; fills `waits`, `sent` and `failures`."""
        self._runner.run(self._label())

    async def _label(self):
        self.began_at = time.time()
        start = time.perf_counter()
        answers = []
        for moment, who in zip(self._moments, self._who, strict=True):
            await asyncio.sleep(max(0.0, start + moment - time.perf_counter()))
            answers.append(asyncio.create_task(self._answer(self._people[who], start + moment)))
        await asyncio.gather(*answers)
        self.elapsed = time.perf_counter() - start

    async def _answer(self, person, due):
        number = str(uuid.uuid4())
        try:
            await person.answer(number)
        except (OSError, ValueError, asyncio.IncompleteReadError) as error:
            self.failures.append(f"{type(error).__name__}: {error}")
        else:
            self.sent.append(number)
            self.waits.append(time.perf_counter() - due)


class Downloads:
    """Somebody who downloads the rows again and again, in one format after the other, and now and then the model."""

    def __init__(self, room):
        self.n_done = 0
        self.failures = []
        self._address, self._cookie = room.owner()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *error):
        self._ended.set()
        self._thread.join()

    def _run(self):
        for path in itertools.cycle([*(f"/export?format={each}" for each in _FORMATS), "/export/log", "/export/model"]):
            if self._ended.is_set():
                return
            connection = http.client.HTTPConnection(self._address)
            with contextlib.closing(connection):
                connection.request("GET", f"/api/v1{path}", headers={"Cookie": self._cookie})
                reply = connection.getresponse()
                while reply.read(2**16):
                    pass
                if reply.status != 200:
                    self.failures.append(f"{path}: {reply.status}")
                self.n_done += 1


class _Person:
    """One person with one tab: a connection for answers, a connection for news."""

    def __init__(self, address, name, truth):
        self._address = address
        self._name = name
        self._truth = truth
        self._rows = []
        # Answers of one tab go one after the other.
        self._turn = asyncio.Lock()
        self._cookie = ""
        self._news = None

    def signed_in(self):
        """Return the server's address and this person's cookie."""
        return self._address, self._cookie

    async def join(self, token):
        """Sign in by a link; a name is needed where it is no link of the command."""
        await self._connect()
        await self.request("POST", "/join", f'{{"token":"{token}","name":"{self._name}"}}'.encode())

    async def settle(self):
        """Open the stream of news, and read it; take the first rows."""
        reader, writer = await asyncio.open_connection(*self._address.split(":"))
        writer.write(self._head("GET", "/api/v1/stream", b""))
        self._news = (asyncio.create_task(_drain(reader)), writer)
        self._take(await self.request("POST", "/queue", self._wishes().encode() + b"}"))

    async def leave(self):
        """Close the connections."""
        if self._news is not None:
            task, writer = self._news
            writer.close()
            await task
        self._writer.close()

    async def answer(self, number):
        """Answer the next row; the reply brings another."""
        async with self._turn:
            if not self._rows:
                raise ValueError("no row is left")
            row = self._rows.pop(0)
            class_id = self._truth[int(row)]
            action = f'{{"uuid":"{number}","kind":"answer","row":{row},"class_id":{class_id},"duration_ms":900}}'
            reply = await self.request("POST", "/answers", f'{self._wishes()},"actions":[{action}]}}'.encode())
            if reply.count(b'"status":"saved"') != 1:
                raise ValueError(reply[:500].decode())
            self._take(reply)

    def _wishes(self):
        return f'{{"holding":[{",".join(self._rows)}],"want":{_AHEAD - len(self._rows)}'

    def _take(self, reply):
        self._rows += [row.decode() for row in _ROW.findall(reply)]

    async def _connect(self):
        self._reader, self._writer = await asyncio.open_connection(*self._address.split(":"))
        self._last = time.monotonic()

    async def request(self, method, path, body=b""):
        """Send a request to the API; return the body of the reply."""
        return await self._exchange(method, f"/api/v1{path}", body)

    async def _exchange(self, method, path, body=b""):
        if time.monotonic() - self._last > _SILENT:  # the server hangs up on those who were silent for long
            self._writer.close()
            await self._connect()
        self._last = time.monotonic()
        self._writer.write(self._head(method, path, body) + body)
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status, *lines = head.rstrip().split("\r\n")
        fields = dict(line.lower().split(": ", 1) for line in lines)
        reply = await self._reader.readexactly(int(fields.get("content-length", 0)))
        if " 200 " not in status and " 303 " not in status:
            raise ValueError(f"{method} {path}: {status}: {reply[:500].decode()}")
        if not self._cookie and "set-cookie" in fields:
            line = next(line for line in lines if line.lower().startswith("set-cookie: "))
            self._cookie = line.partition(": ")[2].partition(";")[0]
        return reply

    def _head(self, method, path, body):
        return (
            f"{method} {path} HTTP/1.1\r\nHost: {self._address}\r\nCookie: {self._cookie}\r\nX-Tab: tab\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode()


async def _drain(reader):
    while await reader.read(2**16):
        pass
