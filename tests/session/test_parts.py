"""Parts: described for files, known again, rebuilt."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

import querist
from querist.exceptions import ModelMismatchWarning, SessionFileError
from querist.registry import make_strategy
from querist.session.identity import describe
from session_lines import as_document, content_of

X = np.arange(6.0).reshape(-1, 1)
EARLIER = Path(__file__).with_name("saved") / "array_parameter.json"


def test_descriptions_are_json_and_tell_parameters_apart():
    parts = [
        LogisticRegression(),
        LogisticRegression(C=2.0),
        LogisticRegression(C=np.inf),
        LogisticRegression(class_weight={"a": 2}),
        make_strategy("margin"),
        make_strategy("margin", selection="power"),
        make_strategy("margin", selection="power", selection__beta=2.0),
        make_pipeline(StandardScaler(), LogisticRegression()),
        make_pipeline(StandardScaler(), LogisticRegression(C=3)),
        make_pipeline(FunctionTransformer(np.log1p), LogisticRegression()),
        make_pipeline(FunctionTransformer(np.abs), LogisticRegression()),
        FunctionTransformer(kw_args={"a": np.arange(3)}),
        FunctionTransformer(kw_args={"a": np.arange(4)}),
        FunctionTransformer(kw_args={"a": np.array(["x", None], dtype=object)}),
        FunctionTransformer(kw_args={"a": object()}),
    ]
    texts = [json.dumps(describe(part), allow_nan=False) for part in parts]
    assert len(set(texts)) == len(texts)
    assert not any("0x" in text for text in texts)


def test_a_description_is_the_same_in_another_process():
    code = (
        "import json, numpy as np; from sklearn.preprocessing import FunctionTransformer;"
        "from querist.session.identity import describe;"
        "print(json.dumps(describe(FunctionTransformer(np.log1p, kw_args={'a': object()}))))"
    )
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(other.stdout) == describe(FunctionTransformer(np.log1p, kw_args={"a": object()}))


def of(priors):
    return GaussianNB(priors=priors)


def test_a_classifier_that_is_no_estimator_of_scikit_learn_is_told_by_its_parameters():
    class Own:
        def __init__(self, depth):
            self.depth = depth

        def get_params(self, deep=True):
            return {"depth": self.depth}

    assert describe(Own(1)) == describe(Own(1)) != describe(Own(2))


@pytest.mark.parametrize("equal", [np.array([0.25, 0.75]), np.linspace(0.25, 0.75, 2)])
def test_a_file_with_an_array_is_told_by_its_numbers(tmp_path, equal):
    # Of a long array the repr shows only the ends.
    querist.Session(X, estimator=of(np.array([0.25, 0.75])), random_state=3).save(tmp_path / "s.json")
    assert querist.Session.load(tmp_path / "s.json", X, estimator=of(equal)).unanswered.size == 6
    for other in (np.array([0.75, 0.25]), np.array([0.25, 0.75], np.float32), None):
        with pytest.raises(SessionFileError, match="not the one saved"):
            querist.Session.load(tmp_path / "s.json", X, estimator=of(other))


def test_long_arrays_that_differ_in_the_middle_are_told_apart(tmp_path):
    long, other = np.full(3000, 1 / 3000), np.full(3000, 1 / 3000)
    other[1500] = 0.5
    assert repr(long) == repr(other)
    querist.Session(X, estimator=of(long), random_state=3).save(tmp_path / "s.json")
    with pytest.raises(SessionFileError, match="not the one saved"):
        querist.Session.load(tmp_path / "s.json", X, estimator=of(other))


def test_functions_and_parts_of_a_pipeline_are_known_again(tmp_path):
    def pipeline(function=np.log1p, C=1.0):
        return make_pipeline(StandardScaler(), FunctionTransformer(function), LogisticRegression(C=C))

    querist.Session(X, estimator=pipeline(), random_state=3).save(tmp_path / "s.json")
    querist.Session.load(tmp_path / "s.json", X, estimator=pipeline())
    for other in (pipeline(np.abs), pipeline(C=2.0)):
        with pytest.raises(SessionFileError, match="not the one saved"):
            querist.Session.load(tmp_path / "s.json", X, estimator=other)


def test_a_file_of_the_first_version_tells_an_array_by_its_repr():
    """Written by Querist 0.1.0: `Session(X, estimator=GaussianNB(priors=...), strategy="margin:selection=power")`."""
    session = querist.Session.load(EARLIER, X, estimator=of(np.array([0.25, 0.75])))
    assert session.labelled.tolist() == [0, 5]
    assert session.outstanding.tolist() == [2, 3]
    with pytest.raises(SessionFileError, match="not the one saved"):
        querist.Session.load(EARLIER, X, estimator=of(np.array([0.5, 0.5])))
    with pytest.raises(SessionFileError, match="Pass an equal object"):
        querist.Session.load(EARLIER, X)


def test_a_mismatch_is_told_of_what_stands_within_a_wrapper():
    xgboost = pytest.importorskip("xgboost")
    lightgbm = pytest.importorskip("lightgbm")
    with pytest.warns(ModelMismatchWarning, match="LGBMClassifier asks on behalf of XGBClassifier") as told:
        querist.Session(X, estimator=xgboost.XGBClassifier(), query_estimator=lightgbm.LGBMClassifier())
    assert told[0].filename == __file__


LINES = {
    "a tokenizer": "make_pipeline(TfidfVectorizer(tokenizer=cut, token_pattern=None), LogisticRegression())",
    "a selector": "make_pipeline(make_column_transformer((StandardScaler(), make_column_selector())), GaussianNB())",
    "a function": "make_pipeline(FunctionTransformer(lambda x: x + 1), GaussianNB())",
    "a generator": "LogisticRegression(random_state=np.random.RandomState(0))",
    "a partial": "make_pipeline(FunctionTransformer(functools.partial(np.clip, a_min=0, a_max=1)), GaussianNB())",
}
SCRIPT = """
import functools, sys
import numpy as np
import pandas as pd
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from querist import Session

def cut(text):
    return text.split()

numbers = np.arange(6.0).reshape(-1, 1)
for place, line in enumerate(sys.argv[3:]):
    path = f"{sys.argv[2]}/{place}.json"
    X = ["a b", "b c", "c d", "d e", "e f", "f g"] if "Tfidf" in line else numbers
    X = pd.DataFrame(numbers, columns=["x"]) if "selector" in line else X
    if sys.argv[1] == "save":
        session = Session(X, estimator=eval(line), random_state=0)
        session.tell([0, 5], ["a", "b"])
        session.save(path)
    else:
        assert Session.load(path, X, estimator=eval(line)).labelled.tolist() == [0, 5], line
"""


def test_the_same_line_in_a_new_process_loads(tmp_path):
    for what in ("save", "load"):
        subprocess.run([sys.executable, "-c", SCRIPT, what, str(tmp_path), *LINES.values()], check=True)
    texts = [path.read_text() for path in tmp_path.iterdir()]
    assert len(texts) == len(LINES)
    assert not any("0x" in text for text in texts)


def test_what_was_edited_is_told_and_answers_are_never_locked_away(tmp_path):
    def pipeline(function):
        return make_pipeline(FunctionTransformer(function), LogisticRegression())

    session = querist.Session(X, estimator=pipeline(lambda x: x), random_state=3)
    session.tell([0, 5], ["a", "b"])
    session.save(tmp_path / "s.json")
    with pytest.raises(SessionFileError, match=r"the code of .*<lambda>.* has changed\. .*trust_parts=True"):
        querist.Session.load(tmp_path / "s.json", X, estimator=pipeline(lambda x: x * 0))
    other = querist.Session.load(tmp_path / "s.json", X, estimator=GaussianNB(), trust_parts=True)
    assert other.labels.tolist() == ["a", "b"]
    assert isinstance(other.fit(), GaussianNB)


def test_a_file_that_tells_a_function_by_its_address_opens_in_another_process(tmp_path):
    """So wrote Querist 0.1.0 at commit 40ecff0: ``{"repr": "<function cut at 0x7f...>"}``."""

    class Own(LogisticRegression):
        def __init__(self, func=None, *, validate=False):
            super().__init__()
            self.func, self.validate = func, validate

    querist.Session(X, estimator=Own(of), random_state=3).save(tmp_path / "s.json")
    content = content_of(tmp_path / "s.json")
    params = {"func": {"repr": "<function of at 0x7f0123456789>"}, "validate": False, "gone_since": 3}
    content["parts"]["estimator"] = {"class": describe(Own())["class"], "params": params}
    (tmp_path / "s.json").write_text(as_document(content, version=1))
    querist.Session.load(tmp_path / "s.json", X, estimator=Own(of))
    for other in (Own(describe), Own(of, validate=True), Own()):
        with pytest.raises(SessionFileError, match="not the one saved"):
            querist.Session.load(tmp_path / "s.json", X, estimator=other)


def test_an_object_is_the_name_that_it_is_built_from(tmp_path):
    querist.Session(X, strategy="margin:ties=first", estimator="naive_bayes:plain=True").save(tmp_path / "s.json")
    querist.Session.load(tmp_path / "s.json", X, strategy=make_strategy("margin", ties="first"), estimator=GaussianNB())
    with pytest.raises(SessionFileError, match=r'strategy given is not the one saved: params\.ties is "first" in'):
        querist.Session.load(tmp_path / "s.json", X, strategy="margin")
