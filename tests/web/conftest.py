"""The real application of a small project, and clients of it."""

import pytest
from example_project import cookie_for, make_project
from httpx import ASGITransport, AsyncClient

from querist.labelling.serving.project import Project
from querist.web.app import create_app
from querist.web.security import cookie_name


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def project(tmp_path):
    with Project.open(make_project(tmp_path / "p.querist"), train=False) as opened:
        yield opened


@pytest.fixture
def connect(project):
    """A function that gives a client, signed in as somebody or not."""
    app = create_app(project)

    def connect(name=None, role="owner", **headers):
        client = AsyncClient(transport=ASGITransport(app), base_url="http://127.0.0.1:8765", headers=headers)
        if name is not None:
            client.cookies.set(cookie_name(project), cookie_for(project, name, role))
        return client

    return connect
