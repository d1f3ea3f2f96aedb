"""The classifiers behind the registered names, with settings that suit few labels."""

from typing import Any

from querist._typing import Model


def logistic_regression(**params: Any) -> Model:
    """Logistic regression, iterated until it converges."""
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(**{"max_iter": 2000} | params)


def random_forest(**params: Any) -> Model:
    """A random forest of 100 trees."""
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(**params)


def extra_trees(**params: Any) -> Model:
    """100 extremely randomised trees: on tables with few labels the strongest of these."""
    from sklearn.ensemble import ExtraTreesClassifier

    return ExtraTreesClassifier(**params)


def gradient_boosting(**params: Any) -> Model:
    """Gradient boosting on histograms; wants some hundreds of labels."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(**params)


def svc(**params: Any) -> Model:
    """A support vector machine with RBF kernel; it has decision values, no probabilities."""
    from sklearn.svm import SVC

    return SVC(**params)


def linear_svc(**params: Any) -> Model:
    """A linear support vector machine; it has decision values, no probabilities."""
    from sklearn.svm import LinearSVC

    return LinearSVC(**params)


def naive_bayes(**params: Any) -> Model:
    """Gaussian naive Bayes, for dense numeric features."""
    from sklearn.naive_bayes import GaussianNB

    return GaussianNB(**params)


def complement_naive_bayes(**params: Any) -> Model:
    """Complement naive Bayes, for counts and TF-IDF (no negative values)."""
    from sklearn.naive_bayes import ComplementNB

    return ComplementNB(**params)


def k_neighbors(**params: Any) -> Model:
    """The five nearest labelled rows."""
    from sklearn.neighbors import KNeighborsClassifier

    return KNeighborsClassifier(**params)


def auto(**params: Any) -> Model:
    """Extra trees with kernel machines for tables; for sparse rows (text) a linear kernel machine."""
    from querist.learners.auto import AutoClassifier

    ours: dict[str, Any] = {"kernels": True, "sparse": "kernel_machine"}
    return AutoClassifier(**ours | params)
