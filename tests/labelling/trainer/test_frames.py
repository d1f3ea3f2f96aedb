"""Messages between processes."""

import io

import pytest

from querist.labelling.trainer.frames import FrameError, read_frame, write_frame


def test_messages_come_out_as_they_went_in():
    stream = io.BytesIO()
    blob = bytes(range(256)) * 100
    write_frame(stream, {"type": "ranking", "words": "ärger\n"}, blob)
    write_frame(stream, {"type": "ready"})
    stream.seek(0)
    assert read_frame(stream) == ({"type": "ranking", "words": "ärger\n"}, blob)
    assert read_frame(stream) == ({"type": "ready"}, b"")
    assert read_frame(stream) is None


def test_an_end_within_a_message_is_seen():
    stream = io.BytesIO()
    write_frame(stream, {"type": "ranking"}, b"12345")
    data = stream.getvalue()
    for length in range(1, len(data)):
        with pytest.raises(FrameError, match="ends within"):
            read_frame(io.BytesIO(data[:length]))


def test_what_is_no_message_is_refused():
    with pytest.raises(FrameError, match="expected"):
        read_frame(io.BytesIO(b"Warning: something was printed\n"))
