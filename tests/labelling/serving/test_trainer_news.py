"""Rankings that come in: used at once, and kept in the store without holding up answers."""

import time

import numpy as np
import pytest
from example_project import make_project

from querist.labelling.log.ranking import Ranking
from querist.labelling.serving import trainer_news
from querist.labelling.serving.project import Project


@pytest.fixture
def location(tmp_path):
    return make_project(tmp_path / "p.querist")


def tell(project, confidence):
    n_rows = project.board.n_rows
    order, nothing = np.arange(n_rows, dtype=np.int32)[::-1], np.full(n_rows, np.nan, np.float32)
    sure = np.full(n_rows, confidence, np.float32)
    blob = Ranking(order, np.zeros(n_rows, np.int16), sure, nothing).to_bytes()
    project.trainer.take({"type": "ranking", "strategy": "margin", "n_labels": 3, "seq": project.board.seq}, blob)


def kept(project):
    """Return the versions that the store has, and the newest of which it has the bytes."""
    store = project.view.store
    found = store.latest_ranking()
    return [each.version for each in store.rankings()], found and found.version


def test_small_rankings_are_kept_at_once(location):
    with Project.open(location, train=False) as project:
        tell(project, 0.5)
        tell(project, 0.6)
        assert kept(project) == ([1, 2], 2)


def test_large_ones_are_used_at_once_and_kept_now_and_then(location, monkeypatch):
    monkeypatch.setattr(trainer_news, "_LARGE", 10)
    with Project.open(location, train=False) as project:
        for confidence in (0.5, 0.6, 0.7):
            tell(project, confidence)
            assert project.view.current.ranking.confidence[0] == np.float32(confidence)
        assert kept(project) == ([1, 2, 3], 1)
        # Whoever reads the project beside is given the one in use.
        project.trainer.save_ranking().result()
        assert kept(project) == ([1, 2, 3], 3)
        project.trainer.save_ranking().result()
        tell(project, 0.8)
        assert kept(project) == ([1, 2, 3, 4], 3)
    with Project.open(location, train=False) as project:
        assert project.view.current.ranking.confidence[0] == np.float32(0.8)


def test_after_a_kill_versions_go_on_behind_those_without_bytes(location, monkeypatch):
    monkeypatch.setattr(trainer_news, "_LARGE", 10)
    with Project.open(location, train=False) as project:
        tell(project, 0.5)
        tell(project, 0.6)
        project.trainer._unsaved = None  # what a kill leaves
    with Project.open(location, train=False) as project:
        assert project.view.current.version == 1
        tell(project, 0.7)
        assert kept(project) == ([1, 2, 3], 3)


def test_they_are_kept_again_after_a_while(location, monkeypatch):
    monkeypatch.setattr(trainer_news, "_LARGE", 10)
    monkeypatch.setattr(trainer_news, "_BLOB_SECONDS", 0.0)
    with Project.open(location, train=False) as project:
        for confidence in (0.5, 0.6):
            tell(project, confidence)
            time.sleep(0.002)
        assert kept(project) == ([1, 2], 2)
