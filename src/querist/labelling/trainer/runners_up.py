"""The class that a model finds second, of the rows that are asked next."""

import numpy as np

from querist._typing import IntArray, Model, Pool
from querist._validation import take_rows
from querist.labelling.trainer.messages import RunnerUp


def runners_up(X: Pool, model: Model, rows: IntArray) -> dict[int, RunnerUp]:
    """Return the second class of each row and its probability; nothing where the model has no probabilities.

    Parameters
    ----------
    X : ndarray or CSR matrix of shape (n_rows, n_features)
    model : classifier
        Fitted, of at least two classes that are ids.
    rows : ndarray of shape (n_wanted,)
    """
    if not rows.size or not hasattr(model, "predict_proba"):
        return {}
    probabilities = model.predict_proba(take_rows(X, rows))
    second = np.argsort(-probabilities, axis=1, kind="stable")[:, 1]
    return {
        row: RunnerUp(int(model.classes_[place]), round(float(probabilities[number, place]), 4))
        for number, (row, place) in enumerate(zip(rows.tolist(), second.tolist(), strict=True))
    }
