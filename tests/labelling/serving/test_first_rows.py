"""The first questions, before the trainer has read the rows."""

import time
import uuid

import numpy as np
import pytest
from example_project import make_project, sign_in
from hypothesis import given
from hypothesis import strategies as st

from querist.labelling.log.ranking import INITIAL
from querist.labelling.log.settings import Settings
from querist.labelling.serving.first_rows import rough_ranking, spread
from querist.labelling.serving.project import Project
from querist.store.rows import EventRow, ItemRow, ProjectInfo
from querist.store.store import Store

KINDS = ["the cat sat on the mat {}", "stock prices fell by {} points today", "please send {} your bank details"]


def project_of(location, texts):
    settings = Settings("text", columns=("text",), text_columns=("text",))
    info = ProjectInfo(str(uuid.uuid4()), "kinds", "text", 0.0, 7, settings.to_dict())
    numbers = np.random.default_rng(0).random(len(texts)).tolist()
    with Store.create(location, info) as store, store.writing() as tx:
        tx.add_items(0, [ItemRow(k, str(k), {"text": text}, text, numbers[k], 0) for k, text in enumerate(texts)])
        tx.append([EventRow(None, "rows", "rows_added", 0.0, None, None, {"n_rows": len(texts), "source": 0})])
    return settings


@pytest.fixture
def texts():
    # Many of one kind, few of the others.
    return [KINDS[0].format(k) for k in range(80)] + [KINDS[1].format(k) for k in range(12)] + [
        KINDS[2].format(k) for k in range(8)
    ]  # fmt: skip


def test_they_are_of_every_kind(store_location, texts):
    location = store_location()
    settings = project_of(location, texts)
    with Store.open(location, read_only=True) as store:
        ranking = rough_ranking(store, settings, seed=7)
        again = rough_ranking(store, settings, seed=7)
    assert ranking.to_bytes() == again.to_bytes()
    assert sorted(ranking.order.tolist()) == list(range(len(texts)))
    kinds = [0 if row < 80 else 1 if row < 92 else 2 for row in ranking.order[:3].tolist()]
    assert sorted(kinds) == [0, 1, 2]
    assert kinds[0] == 0
    assert (ranking.prediction == -1).all()


def test_a_project_asks_by_them_until_the_trainer_speaks(store_location, texts, monkeypatch):
    location = store_location()
    project_of(location, texts)
    monkeypatch.setattr("querist.labelling.serving.trainer_news.Supervisor", Silent)
    with Project.open(location) as project:
        ada = sign_in(project)
        reply = project.submit(ada, "t", [], holding=(), want=10).result()
        hows = {ticket.row: ticket.how for ticket in project._place.queue.leases.of_tab(ada, "t")}
        expected = rough_ranking(project.store, project.settings, seed=7).order.tolist()
        asked = [item.row for item in reply.items if hows[item.row] == INITIAL]
        assert 6 <= len(asked) <= 9
        drawn = [row for row in expected if hows.get(row) != "audit"]
        assert asked == drawn[: len(asked)]
        assert (reply.progress.model.version, reply.progress.model.state) == (0, "starting")


class Silent:
    """A trainer that is still starting."""

    def __init__(self, location, **more):
        from querist.labelling.trainer.messages import TrainerStatus

        self.status = TrainerStatus("starting", "Reading the rows: 10 of 100.", 0.1, time.time())

    def train(self, seq):
        pass

    def close(self):
        pass


@given(st.lists(st.lists(st.integers(0, 3), min_size=4, max_size=4), min_size=1, max_size=12), st.integers(1, 12))
def test_no_row_comes_twice_nor_one_that_equals_an_earlier(rows, n):
    found = np.array(rows, float)
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    vectors = found / np.maximum(lengths, 1e-12)
    chosen = spread(vectors, n).tolist()
    assert len(chosen) == len(set(chosen)) <= n
    alike = vectors @ vectors.T
    assert all(alike[a, b] < 1 - 1e-7 for i, a in enumerate(chosen) for b in chosen[:i])


def test_images_and_empty_projects_come_in_random_order(store_location):
    location = make_project(store_location(), n_rows=1)
    with Store.open(location, read_only=True) as store:
        assert rough_ranking(store, Settings("image"), seed=7).order.tolist() == [0]
