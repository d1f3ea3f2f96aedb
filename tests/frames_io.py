"""Frames as bytes."""

import io

from querist.labelling.trainer.frames import write_frame


def framed(header, blob=b""):
    """Return one message."""
    target = io.BytesIO()
    write_frame(target, header, blob)
    return target.getvalue()
