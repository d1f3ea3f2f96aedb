"""What a request may take at most. `docs/security.md` shows these figures; a test holds the page to them."""

from dataclasses import dataclass

KIB, MIB = 2**10, 2**20

# --- heads: the request line and the header lines
# As uvicorn allows with its other parser; browsers send 1 to 4 KiB, and the cookies of other programs on the same host.
MAX_HEAD = 64 * KIB
MAX_HEADER_LINES = 100
# Requests sent ahead on one connection before the first is answered; browsers and proxies send none.
MAX_PIPELINED = 8

# --- time, in seconds
HEAD_SECONDS = 15.0
# A body may take so long, and a second more for each so many bytes that came: slow lines are served, drips are not.
BODY_SECONDS = 30.0
BODY_BYTES_A_SECOND = 16 * KIB
# Nothing of an answer was taken for so long.
STALLED_SECONDS = 60.0
# A person may think for a while between two labels; a new connection for each would cost a round trip.
KEEP_ALIVE_SECONDS = 75
# What a refused client still sends is thrown away, so that it gets to read why it was refused.
LINGER_SECONDS = 5.0
LINGER_BYTES = 64 * MIB

# --- connections
CONNECTIONS = 1000
# Of them, so many for those who have shown no cookie yet: they drive out each other, never who is signed in.
STRANGERS = 250
# Handles that the process needs for other things.
SPARE_HANDLES = 100


@dataclass(frozen=True)
class BodyBound:
    """What the body of a request may hold.

    Parameters
    ----------
    n_bytes : int
    n_values : int or None
        Values in its JSON, keys and nested ones too; None: it is a file, and no JSON.
    """

    n_bytes: int
    n_values: int | None


UPLOAD = BodyBound(64 * MIB, None)
# 100,000 rows by number.
MANY_ROWS = BodyBound(MIB, 110_000)
# The only bodies that are read from somebody without a cookie: whoever may send one without, sends at most this.
JOINING = BodyBound(16 * KIB, 100)
ANY = BodyBound(MIB, 20_000)

#: By path below the base path; all others take `ANY`.
BODIES = {
    "/api/v1/labels": UPLOAD,
    "/api/v1/items/label": MANY_ROWS,
    "/api/v1/items/again": MANY_ROWS,
}


def body_bound(path: str) -> BodyBound:
    """Return what the body of a request to this path may hold."""
    return BODIES.get(path, ANY)
