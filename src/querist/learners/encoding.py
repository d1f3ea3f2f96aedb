"""Where in an estimator labels must be encoded, and the same estimator with that done."""

from typing import Any

from sklearn.base import clone, is_classifier

from querist._typing import Model
from querist.base.contract import estimators_in, parts_of
from querist.learners.label_encoded import LabelEncoded, label_encoded

# Libraries whose classifiers want the labels 0 to n_classes - 1, and say 0 to n_classes - 1.
_TAKE_CODES = ("xgboost", "skorch")


def takes_codes(estimator: Model) -> bool:
    """Return whether a classifier, or what its class was made from, takes only the labels 0 to n_classes - 1."""
    homes = {base.__module__.partition(".")[0] for base in type(estimator).__mro__}
    return not homes.isdisjoint(_TAKE_CODES) and is_classifier(estimator)


def encoded(estimator: Model) -> Model:
    """Return an estimator in which each classifier that takes only codes is wrapped, wherever it stands.

    They are wrapped one by one, and not the whole: the parts around them (scorers, class weights, folds in which
    a class is missing) go on with the caller's labels.

    Parameters
    ----------
    estimator : classifier
        With or without others in it: pipelines, searches, ensembles.

    Returns
    -------
    classifier
        The very same where there is nothing to wrap, else a wrapped or changed copy.
    """
    if isinstance(estimator, LabelEncoded):
        return estimator
    if takes_codes(estimator):
        return label_encoded(estimator)
    if not any(takes_codes(part) for part in parts_of(estimator).values()):
        return estimator
    copy = clone(estimator)
    for name in sorted(copy.get_params(deep=True), key=lambda name: (name.count("__"), name)):
        # Read anew: what stands below a wrapped one is the wrapped one's.
        part = copy.get_params(deep=True).get(name)
        if part is not None and takes_codes(part):
            copy.set_params(**{name: label_encoded(part)})
    # What a search tries in turn has no name of its own.
    for name, value in copy.get_params(deep=True).items():
        if isinstance(value, dict | list) and any(takes_codes(part) for part in estimators_in(value)):
            copy.set_params(**{name: _encoded_inside(value)})
    return copy


def _encoded_inside(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _encoded_inside(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_encoded_inside(item) for item in value]
    return encoded(value) if hasattr(value, "fit") and hasattr(value, "get_params") else value
