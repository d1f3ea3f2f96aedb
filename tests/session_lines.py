"""What the file of a session says, and such files of earlier formats."""

import json


def content_of(path):
    """Return the first line of a session's file, with its events under ``events``."""
    header, *events = map(json.loads, path.read_bytes().splitlines())
    return header | {"events": events}


def as_document(content, version=6):
    """Return one JSON document, as formats up to 6 were."""
    return json.dumps(content | {"version": version})
