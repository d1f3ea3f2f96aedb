"""What speaks for a guess."""

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import ExtraTreesClassifier

from querist import make_estimator
from querist.data import build_features
from querist.labelling.log.settings import Settings
from querist.labelling.trainer.explanations import explain
from querist.labelling.trainer.pool_features import PoolFeatures, pool_features
from querist.learners import AutoClassifier
from querist.store.rows import ItemRow


def never():
    return False


def features_of(columns, kind="table", text_columns=()):
    n_rows = len(next(iter(columns.values())))
    items = [
        ItemRow(row, str(row), {name: cells[row] for name, cells in columns.items()}, "", 0.5, 0)
        for row in range(n_rows)
    ]
    settings = Settings(kind, feature_columns=tuple(columns), text_columns=text_columns, words_only=False)
    return pool_features(items, n_rows, settings, "p.querist", lambda done, total: None)


@pytest.fixture(scope="module")
def reviews():
    good = [f"a lovely film with {word} in it" for word in ("joy", "hope", "wit", "charm") * 10]
    bad = [f"a dreadful film with {word} in it" for word in ("noise", "haste", "dust", "gloom") * 10]
    return features_of({"review": good + bad}, "text", ("review",)), np.array([7] * 40 + [3] * 40)


@pytest.mark.parametrize("row", [0, 41])
def test_words_speak_for_their_class(reviews, row):
    features, labels = reviews
    assert not features.legible.all()
    model = make_estimator("auto").fit(features.X, labels)
    because = explain(features, model, np.array([row]), never)[row]
    words = [each.word for each in because]
    assert not any("letters" in word or "semantics" in word for word in words)
    assert words[0].split()[-1] in ("lovely", "dreadful", "film") or words[0] in ("lovely", "dreadful")
    telling = {0: "lovely", 41: "dreadful"}
    other = {0: "dreadful", 41: "lovely"}
    assert any(telling[row] in word for word in words[:2])
    assert not any(other[row] in word for word in words)
    weights = [each.weight for each in because]
    assert weights == sorted(weights, reverse=True)
    assert min(weights) > 0
    assert len(because) <= 6


def test_what_stands_in_all_texts_speaks_for_nothing():
    # "for" stands in most texts of both classes, a little more often in those of spam, as in real messages.
    rng = np.random.default_rng(0)
    telling = {1: ["free", "prize", "claim"], 0: ["lunch", "later", "home"]}
    labels = (rng.random(600) < 0.3).astype(int)
    texts = []
    for label in labels.tolist():
        common = ["the", "for"] if rng.random() < 0.5 + 0.25 * label else ["the"]
        others = rng.choice([f"word{number}" for number in range(40)], 4).tolist()
        texts.append(" ".join(rng.permutation([*common, rng.choice(telling[label]), *others])))
    features = features_of({"text": texts}, "text", ("text",))
    model = AutoClassifier(random_state=0).fit(features.X, labels)
    rows = np.arange(60)
    because = explain(features, model, rows, never)
    words = [each.word for row in rows.tolist() for each in because[row]]
    assert not {"for", "the"} & set(words)
    # What tells stands first, also where it is common: each of the six stands in a text of ten or more.
    right = [because[row][0].word.split() for row in rows.tolist()]
    assert np.mean([bool(set(first) & set(telling[labels[row]])) for row, first in enumerate(right)]) > 0.9


def test_with_more_classes_the_coefficients_of_the_predicted_one_count(reviews):
    texts = [f"{topic} news of {number}" for number in range(20) for topic in ("sport", "money", "garden")]
    features = features_of({"text": texts}, "text", ("text",))
    model = AutoClassifier(random_state=0).fit(features.X, np.array(["s", "m", "g"] * 20))
    because = explain(features, model, np.array([2, 0]), never)
    assert because[2][0].word in ("garden", "garden news")
    assert because[0][0].word in ("sport", "sport news")


@pytest.fixture(scope="module")
def people():
    rng = np.random.default_rng(0)
    n = 300
    columns = {
        "age": rng.integers(20, 70, n).tolist(),
        "city": rng.choice(["Rome", "Oslo", "Lima"], n).tolist(),
        "city size": rng.normal(size=n).tolist(),
    }
    labels = np.where(np.array(columns["city"]) == "Oslo", 1, 0)
    return columns, features_of(columns), labels


def test_the_column_that_decides_speaks_for_the_guess(people):
    _, features, labels = people
    model = ExtraTreesClassifier(50, random_state=0).fit(features.X, labels)
    # Oslo is not the commonest city, so taking it away matters.
    rows = np.flatnonzero(labels == 1)[:5]
    because = explain(features, model, rows, never)
    assert sorted(because) == rows.tolist()
    for row in rows.tolist():
        assert because[row][0].word == "city"
        assert because[row][0].weight > 0.5


def test_features_know_their_columns(people):
    columns, features, _ = people
    assert set(features.columns) == set(columns)
    for name, column in zip(features.names, features.columns, strict=True):
        assert name.startswith(column)
    assert [c for n, c in zip(features.names, features.columns, strict=True) if n.startswith("city_")] == ["city"] * 3
    assert features.names.index("city size") == features.columns.index("city size")


def test_mixed_columns_words_and_whole_columns():
    columns = {
        "remark": [f"{word} service number {i}" for i in range(40) for word in ("kind", "rude")],
        "stars": [5 - i % 2 * 4 + i % 3 * 0.1 for i in range(80)],
    }
    features = features_of(columns, text_columns=("remark",))
    model = AutoClassifier(random_state=0).fit(features.X, np.arange(80) % 2)
    words = {each.word for each in explain(features, model, np.array([0]), never)[0]}
    assert "stars" in words
    assert words & {"kind", "kind service"}


def test_images_and_models_without_probabilities_have_none(people):
    _, features, labels = people
    from sklearn.svm import SVC

    assert explain(features, SVC().fit(features.X, labels), np.array([0]), never) == {}
    images = PoolFeatures(features.X, (), (), {}, (), features.recipe, features.legible)
    model = ExtraTreesClassifier(5, random_state=0).fit(features.X, labels)
    assert explain(images, model, np.array([0]), never) == {}


def test_it_gives_up_when_there_is_something_better_to_do(people, reviews):
    _, features, labels = people
    model = ExtraTreesClassifier(5, random_state=0).fit(features.X, labels)
    assert explain(features, model, np.array([0]), lambda: True) is None
    features, labels = reviews
    model = AutoClassifier(random_state=0).fit(features.X, labels)
    assert explain(features, model, np.array([0]), lambda: True) is None


def test_names_are_those_of_build_features():
    # explain strips what build_features puts before a word; a change there must be seen here.
    frame = pd.DataFrame({"t": ["one fine day", "two fine days", "three fine days"] * 5})
    assert "t: fine" in build_features(frame, text_columns=["t"]).names
