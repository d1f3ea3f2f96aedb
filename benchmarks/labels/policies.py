"""The policies that are compared: a model that asks and is trained, and a strategy."""

from sklearn.linear_model import LogisticRegression

from querist import make_estimator
from querist.learners import AutoClassifier


def _auto():
    return make_estimator("auto")


def _plain():
    return LogisticRegression(max_iter=2000)


# name: (estimator, strategy). The third is the best of the peers' combinations that were run; the fourth is what `auto`
# was; then what it is.
TABLES = {
    "random + random forest": (lambda: make_estimator("random_forest", plain=True), "random"),
    "random + auto": (_auto, "random"),
    "random forest + margin": (lambda: make_estimator("random_forest", plain=True), "margin"),
    "extra trees + margin": (lambda: AutoClassifier(kernels=False), "margin"),
    "auto + margin": (_auto, "margin"),
    "auto + weighted k-means": (_auto, "weighted_k_means"),
    "auto + power": (_auto, "power"),
    "auto + BADGE": (_auto, "badge"),
    "auto + TypiClust": (_auto, "typiclust"),
    "auto + k-center": (_auto, "k_center"),
    "auto + committee": (_auto, "query_by_committee"),
}
# On words alone, as peers' users have them and as `auto` had them; then on all that Querist makes of texts.
TEXTS = {
    "random + logistic regression": (AutoClassifier, "random"),
    "logistic regression, C=1, + margin": (_plain, "margin"),
    "random forest + margin": (lambda: make_estimator("random_forest", plain=True), "margin"),
    "logistic regression + margin": (AutoClassifier, "margin"),
    "random + auto": (_auto, "random"),
    "auto + margin": (_auto, "margin"),
}
# What is told nothing but words.
ON_WORDS = list(TEXTS)[:4]
POLICIES = {"tables": TABLES, "texts": TEXTS}
RIVALS = {"tables": "random forest + margin", "texts": "logistic regression, C=1, + margin"}
BASELINES = {"tables": "random + random forest", "texts": "random + logistic regression"}
EARLIER = {"tables": "extra trees + margin", "texts": "logistic regression + margin"}
# What the strategy `auto` is in batches, with the estimator `auto`.
OURS = {"tables": "auto + weighted k-means", "texts": "auto + margin"}
