"""How good the exported model is: figures of exactly this model, or none."""

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from querist.labelling.log.audit_answers import audit_moment
from querist.labelling.log.board import Board
from querist.labelling.log.settings import Settings
from querist.labelling.model_export.files import OwnFigure
from querist.labelling.trainer.figures import figuring
from querist.labelling.trainer.pool_features import recipe

if TYPE_CHECKING:
    from querist.labelling.model_export.pipeline import JudgedModel
    from querist.labelling.reading.project_view import ProjectView
    from querist.labelling.trainer.messages import Figures

_PATIENCE = 120.0


def own_figure(project: "ProjectView", model: "JudgedModel") -> OwnFigure:
    """Return the accuracy of the exported model.

    It is the figure that the page shows, where that is about the same features, labels and estimator. Otherwise it is
    computed here, as the trainer does it, which takes some trainings, and is given up after two minutes. The running
    accuracy, which is about earlier models too, and promises, whose models are frozen before the answers that decide on
    them, are no figures of this model.
    """
    n_labels, board = int(model.lesson.rows.size), project.board
    if board.measured and _same_model(project, model, board.measured[-1].seq):
        last = board.measured[-1]
        figure, first, at = last.accuracy, last.headline or [], last.at
        texts = [each["text"] for each in (*first, figure)]
        return OwnFigure(figure["value"] is not None, _listed(texts), figure["note"], n_labels, _date(at))
    figures = _computed(project, model)
    if figures is None:
        told = (
            "This model is slow to train, and judging it takes many trainings: let the page do that before the export."
        )
        return OwnFigure(False, "", told, n_labels, _date(time.time()))
    found = figures.accuracy
    texts = [each.text for each in (*figures.headline, found)]
    return OwnFigure(found.value is not None, _listed(texts), found.note, n_labels, _date(time.time()))


def _listed(texts: list[str]) -> str:
    """Return figures a line each, those to look at before the accuracy first."""
    return "\n- ".join(texts)


def _date(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _same_model(project: "ProjectView", model: "JudgedModel", seq: int) -> bool:
    """Whether the log up to a position gives the same model as all of it."""
    then = Board()
    then.replay(event for event in project.store.events() if event.seq is not None and event.seq <= seq)
    if then.n_rows != project.board.n_rows:
        return False
    rows, labels = then.labelled_rows()
    # What was changed since may have been kept with the project's first settings.
    settings = Settings.from_dict(project.info.settings | then.settings)
    unchanged = all(
        then.settings.get(name) == project.board.settings.get(name)
        for name in ("estimator", "text_columns", "feature_columns", "image_column", "embeddings")
    )
    return (
        unchanged
        and settings.estimator_in_use == model.lesson.estimator
        and recipe(settings) == recipe(model.settings)
        and np.array_equal(rows, model.lesson.rows)
        and np.array_equal(labels, model.lesson.labels)
    )


def _computed(project: "ProjectView", model: "JudgedModel") -> "Figures | None":
    order = project.audit_order[project.audit_order < project.board.n_rows]
    learned = model.learner.learn(model.lesson)
    taken = audit_moment(project.board, order)
    steps = figuring(taken, model.features.X, model.lesson, learned, model.learner, model.settings)
    given_up = time.monotonic() + _PATIENCE
    while time.monotonic() < given_up:
        try:
            next(steps)
        except StopIteration as end:
            figures: Figures = end.value
            return figures
    return None
