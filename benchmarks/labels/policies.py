"""The policies that are compared: a model that asks and is trained, and a strategy."""

from querist import make_estimator
from querist.learners import AutoClassifier


def _auto():
    return make_estimator("auto")


# name: (estimator, strategy). The third is the best of the peers' combinations that were run; the fourth is what `auto`
# was; then what it is.
TABLES = {
    "random + random forest": (lambda: make_estimator("random_forest"), "random"),
    "random + auto": (_auto, "random"),
    "random forest + margin": (lambda: make_estimator("random_forest"), "margin"),
    "extra trees + margin": (lambda: AutoClassifier(kernels=False), "margin"),
    "auto + margin": (_auto, "margin"),
    "auto + weighted k-means": (_auto, "weighted_k_means"),
    "auto + power": (_auto, "power"),
}
TEXTS = {
    "random + logistic regression": (lambda: AutoClassifier(kernels=False), "random"),
    "logistic regression + margin": (lambda: AutoClassifier(kernels=False), "margin"),
    "kernel machine + margin": (lambda: make_estimator("kernel_machine"), "margin"),
}
POLICIES = {"tables": TABLES, "texts": TEXTS}
RIVALS = {"tables": "random forest + margin", "texts": "logistic regression + margin"}
BASELINES = {"tables": "random + random forest", "texts": "random + logistic regression"}
EARLIER = {"tables": "extra trees + margin", "texts": "logistic regression + margin"}
