"""What the tests of reading share."""

import pytest


@pytest.fixture
def put(tmp_path):
    """A function that writes a file, of bytes or of a text."""

    def write(name, content):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    """Features are kept in a folder of the test's own."""
    monkeypatch.setattr("querist.data.problem.default_cache_dir", lambda: tmp_path / "cache")
