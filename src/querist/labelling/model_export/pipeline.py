"""The model of a project as it is judged on the page, from the cells of a row to the name of a class."""

import itertools
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from querist._typing import Classifier
from querist.exceptions import NotEnoughLabelsError
from querist.labelling.log.settings import Settings
from querist.labelling.model_export.named_classes import NamedClasses
from querist.labelling.trainer.learner import Learner, Lesson, lesson_of
from querist.labelling.trainer.pool_features import PoolFeatures, pool_features

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

    from querist.labelling.reading.project_view import ProjectView


@dataclass(frozen=True, eq=False)
class JudgedModel:
    """The model of a project at this moment, and what it was made of.

    Attributes
    ----------
    pipeline : Pipeline
        ``features`` (`TableFeatures`, or `ImageFeatures` of paths) and ``classifier`` (`NamedClasses`). What the page's
        trainer says of a row of the project, it says too.
    features : PoolFeatures
    learner : Learner
    lesson : Lesson
    settings : Settings
    counts : mapping of str to int
        Labels it was trained on, by class.
    """

    pipeline: "Pipeline"
    features: PoolFeatures
    learner: Learner
    lesson: Lesson
    settings: Settings
    counts: Mapping[str, int]


def judged_model(project: "ProjectView") -> JudgedModel:
    """Fit what the trainer fits: the same features, from all rows, the same labels in the same order, the same seed.

    Raises
    ------
    NotEnoughLabelsError
        If fewer than two classes have a label, or the classifier takes more labels of each.
    DataError
        If there is nothing to learn from.
    """
    from sklearn.pipeline import Pipeline

    board, store = project.board, project.store
    settings = Settings.from_dict(project.info.settings | board.settings)
    lesson = lesson_of(board, settings)
    if not lesson.can_train:
        raise NotEnoughLabelsError("A model needs labels of two classes or more. Label some more rows.")
    items = itertools.islice(store.all_items(), board.n_rows)
    features = pool_features(items, board.n_rows, settings, store.location, _silent)
    learner = Learner(features.X, seed=project.info.seed)
    names = {each.id: each.name for each in board.classes}
    counts = Counter(names[label] for label in lesson.labels.tolist())
    classifier = NamedClasses.of(_fitted(learner, lesson, counts), numbers=list(names), names=list(names.values()))
    pipeline = Pipeline([("features", features.recipe), ("classifier", classifier)])
    return JudgedModel(pipeline, features, learner, lesson, settings, counts)


def _fitted(learner: Learner, lesson: Lesson, counts: Counter[str]) -> Classifier:
    try:
        return learner.told(lesson).fit()
    except NotEnoughLabelsError as error:
        fewest = ", ".join(f"{name!r} has {count}" for name, count in counts.most_common()[:-4:-1])
        raise NotEnoughLabelsError(
            f"The classifier {lesson.estimator} needs more labels of each class before it can be trained: {fewest}. "
            "Label some more rows of these."
        ) from error


def _silent(done: int, total: int) -> None:
    """Nobody is waiting to hear how far it is."""
