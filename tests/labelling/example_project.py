"""A small project of texts, and a ranking as the trainer would give it."""

import uuid

import numpy as np

from querist.labelling.log import classes as class_lists
from querist.labelling.log.ranking import Ranking
from querist.labelling.log.settings import Settings
from querist.store.rows import EventRow, ItemRow, ProjectInfo
from querist.store.store import Store

N_ROWS = 40


def make_project(location, n_rows=N_ROWS, **settings):
    values = Settings("text", columns=("text", "year"), text_columns=("text",), **settings)
    info = ProjectInfo(str(uuid.uuid4()), "reviews", "text", 0.0, 7, values.to_dict())
    audit = np.random.default_rng(0).random(n_rows)
    with Store.create(location, info) as store, store.writing() as tx:
        tx.add_items(
            0,
            [
                ItemRow(
                    row, f"id{row}", {"text": f"text number {row} <b>", "year": 2000 + row}, f"text number {row}", a, 0
                )
                for row, a in enumerate(audit.tolist())
            ],
        )
        classes = [each.to_dict() for each in class_lists.added(["good", "bad"])]
        tx.append(
            [
                EventRow(None, str(uuid.uuid4()), "rows_added", 0.0, None, None, {"n_rows": n_rows, "source": 0}),
                EventRow(None, str(uuid.uuid4()), "classes", 0.0, None, None, {"version": 1, "classes": classes}),
            ]
        )
    return location


def cookie_for(project, name="ada", role="owner"):
    """Sign somebody in, in a browser more; who is not there yet joins."""
    here = next((each for each in project.view.people.values() if each.name == name), None)
    made = project.people.invite(role=role) if here is None else project.people.link(here.annotator_id)
    return project.people.join(made.result()[0], name).result()


def sign_in(project, name="ada", role="owner"):
    return project.people.person(cookie_for(project, name, role)).annotator_id


def teach(project, prediction, confidence=0.8):
    """Give the project a ranking, as the trainer would."""
    n_rows = project.board.n_rows
    ranking = Ranking(
        np.arange(n_rows, dtype=np.int32),
        np.full(n_rows, prediction, np.int16),
        np.full(n_rows, confidence, np.float32),
        np.linspace(1, 0, n_rows, dtype=np.float32),
    )
    header = {"type": "ranking", "seq": project.board.seq, "n_labels": project.board.n_labelled, "strategy": "margin"}
    project.trainer.take(header, ranking.to_bytes())
