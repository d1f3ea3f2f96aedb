"""Parts are known by what they do: the same line in another process is the same part, an edited function another."""

import copy
import functools
import json
import re
import subprocess
import sys
import textwrap
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import loguniform
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import StackingClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC

from querist.registry import make_strategy
from querist.session.differences import differences
from querist.session.identity import describe

# What a module of the user's own may say; `describe(part())` is asked for in other processes.
BODIES = {
    "lambda": "part = lambda: FunctionTransformer(lambda x: x + 1)",
    "closure": "def f(k):\n    def g(x): return x * k\n    return g\npart = lambda: FunctionTransformer(f(2))",
    "default": "def f(x, k=3): return x * k\npart = lambda: FunctionTransformer(f)",
    "global": "K = {'a': [1, 2]}\ndef f(x): return x * K['a'][0]\npart = lambda: FunctionTransformer(f)",
    "called": "def h(x): return x - 1\ndef f(x): return h(x)\npart = lambda: FunctionTransformer(f)",
    "partial": "def f(x, k): return x * k\npart = lambda: FunctionTransformer(functools.partial(f, k=5))",
    "method": "class C:\n    def __init__(self): self.k = 7\n    def m(self, x): return x * self.k\n"
    "part = lambda: FunctionTransformer(C().m)",
    "strategy": "class S(MarginSampling):\n    sign = 9\n    def utilities(self, context):\n"
    "        return self.sign * super().utilities(context)\npart = S",
    "estimator": "class E(LogisticRegression):\n    def fit(self, X, y): return super().fit(X * 11, y)\n"
    "part = lambda: make_pipeline(StandardScaler(), E(C=2.0))",
    "tokenizer": "def cut(text):\n    '''Cut.'''\n    return [piece for piece in text.split('13') if piece]\n"
    "part = lambda: make_pipeline(TfidfVectorizer(tokenizer=cut, token_pattern=None), LogisticRegression())",
    "cached": "@functools.lru_cache\ndef f(x): return x * 17\npart = lambda: FunctionTransformer(f)",
    "mutual": "def even(n): return n == 0 or odd(n - 1)\ndef odd(n): return n != 19 and even(n - 1)\n"
    "part = lambda: FunctionTransformer(even)",
    "enum": "class C(enum.Enum):\n    A = 23\npart = lambda: FunctionTransformer(kw_args={'a': C.A})",
    "selector": "part = lambda: make_column_selector(pattern='a29', dtype_include=['number'])",
    "random_state": "part = lambda: LogisticRegression(random_state=np.random.RandomState(31))",
    "generator": "part = lambda: LogisticRegression(random_state=np.random.default_rng(37))",
    "array": "part = lambda: FunctionTransformer(kw_args={'a': np.array([1, 41]), 'b': {3: 'x'}, 'c': {'u', 'v'}})",
    "distribution": "part = lambda: FunctionTransformer(kw_args={'a': loguniform(1, 43)})",
    "nested": "part = lambda: StackingClassifier([('a', make_pipeline(FunctionTransformer(lambda x: x * 47), SVC()))])",
    "property": "class E(LogisticRegression):\n    @property\n    def k(self): return 53\n    @staticmethod\n"
    "    def s(): return 1\npart = E",
    "object": "class C:\n    def __init__(self): self.words = {'b', 'a'}; self.k = 59\n    "
    "def __call__(self, x): return x\npart = lambda: FunctionTransformer(C())",
}  # fmt: skip
IMPORTS = """
import enum, functools, re
import numpy as np
from scipy.stats import loguniform
from sklearn.compose import make_column_selector
from sklearn.ensemble import StackingClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC
from querist.strategies import MarginSampling
"""


def module(body, name="mine"):
    names = {"__name__": name}
    exec(compile(IMPORTS + body, f"<{name}>", "exec"), names)
    return names


def told(body, name="mine"):
    return describe(module(body, name)["part"]())


def changed(body):
    """The same code with another constant: its largest whole number."""
    largest = max(map(int, re.findall(r"\d+", body)))
    return re.sub(rf"\b([a-z']*){largest}\b", lambda found: found[1] + str(largest + 1), body)


@pytest.mark.parametrize("name", BODIES)
def test_the_same_code_is_the_same_part_and_edited_code_another(name):
    body = BODIES[name]
    one = told(body)
    assert not differences(one, told(body))
    assert changed(body) != body
    found = differences(one, told(changed(body)))
    assert found, json.dumps(one)
    assert "0x" not in json.dumps(one)
    assert "unknown" not in json.dumps(one)


def test_other_processes_with_other_hashes_find_the_same(tmp_path):
    script = tmp_path / "elsewhere.py"
    script.write_text(
        "import json, sys\nsys.path.insert(0, sys.argv[1])\nfrom test_identity import BODIES, told\n"
        "print(json.dumps({name: told(body, 'another_module') for name, body in BODIES.items()}))"
    )
    command = [sys.executable, "-X", "utf8", str(script), str(Path(__file__).parent)]
    other = subprocess.run(command, capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "5"})
    found = json.loads(other.stdout)
    assert {name: differences(found[name], told(body)) for name, body in BODIES.items()} == {
        name: [] for name in BODIES
    }


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("def f(x): return x + 1", "# why\ndef f(x):\n    '''What.'''\n\n    return x + 1  # so", True),
        ("def f(x):\n    y = x\n    return y", "def f(x):\n    z = x\n    return z", True),
        ("def f(x): return x", "def f(x: int) -> int: return x", True),
        ("def f(x): return x.upper()", "def f(x): return x.lower()", False),
        ("def f(x): return ['a' for _ in x]", "def f(x): return ['b' for _ in x]", False),
        ("def f(x): return 1", "def f(x): return 1.0", False),
        ("def f(x, *, a=1): return a", "def f(x, *, a=2): return a", False),
        ("def f(x): return x if x > 0 else -x", "def f(x): return x if x < 0 else -x", False),
        ("def f(x):\n    try: return x()\n    except ValueError: return 0",
         "def f(x):\n    try: return x()\n    except KeyError: return 0", False),
        ("K = 1\ndef f(x): return x", "K = 2\ndef f(x): return x", True),
        ("K = 1\ndef f(x): return K", "K = 2\ndef f(x): return K", False),
        ("f = np.log1p", "f = np.expm1", False),
        ("from random import choice as f", "import random\nf = random.choice", True),
        ("f = str.lower", "f = str.upper", False),
        ("f = 'abc'.join", "f = 'abd'.join", False),
        ("f = re.compile('a' * 300 + 'b').search", "f = re.compile('a' * 300 + 'c').search", False),
        ("from numpy.random import rand as f", "f = np.random.rand", True),
        ("class A:\n    k = 1\nclass B(A): pass\nf = B", "class A:\n    k = 2\nclass B(A): pass\nf = B", False),
    ],
)  # fmt: skip
def test_what_counts_as_an_edit(one, other, same):
    assert (not differences(*(told(f"{body}\npart = lambda: FunctionTransformer(f)") for body in (one, other)))) == same


def test_a_name_of_ones_own_does_not_count_and_a_helper_in_a_module_does(tmp_path, monkeypatch):
    (tmp_path / "querist_test_tools.py").write_text("def helper(x): return x\n")
    monkeypatch.syspath_prepend(tmp_path)
    body = "import querist_test_tools as tools\ndef f(x): return tools.helper(x)\npart = lambda: FunctionTransformer(f)"
    try:
        one = told(body)
        assert not differences(one, told(body.replace("def f", "def g").replace("(f)", "(g)")))
        monkeypatch.setattr(sys.modules["querist_test_tools"], "helper", lambda x: -x)
        assert differences(one, told(body))
    finally:
        sys.modules.pop("querist_test_tools", None)


@pytest.mark.parametrize(
    "part",
    [
        GridSearchCV(LogisticRegression(), {"C": [1, 2]}, cv=StratifiedKFold(3, shuffle=True, random_state=1)),
        make_column_transformer((StandardScaler(), make_column_selector(dtype_include=np.number))),
        StackingClassifier([("svc", SVC()), ("text", make_pipeline(TfidfVectorizer(), LogisticRegression()))]),
        make_strategy("margin", selection="power"),
        FunctionTransformer(kw_args={"a": [Fraction(1, 3), 1j, b"x", re.compile("x"), slice(2), range(3)]}),
        FunctionTransformer(functools.partial(np.clip, a_min=0)),
        FunctionTransformer(kw_args={"a": loguniform(1, 10), "b": np.dtype("f4"), "c": np.float32, "d": {1, "a"}}),
    ],
)  # fmt: skip
def test_parts_of_packages_are_told_by_value(part):
    text = json.dumps(describe(part), allow_nan=False)
    assert json.loads(text) == describe(copy.deepcopy(part))
    assert "0x" not in text
    assert "unknown" not in text
    assert '"code"' not in text


def test_what_a_later_version_adds_at_its_default_is_no_difference():
    class Earlier(LogisticRegression):
        def __init__(self, C=1.0):
            super().__init__(C=C)

    class Later(LogisticRegression):
        def __init__(self, C=1.0, novelty=None):
            super().__init__(C=C)
            self.novelty = novelty

    for cls in (Earlier, Later):
        cls.__module__, cls.__qualname__ = "sklearn.linear_model._logistic", "LogisticRegression"
    assert describe(Earlier(2.0)) == describe(Later(2.0)) != describe(Later(2.0, novelty=1))


def test_what_shows_nothing_is_equal_to_nothing():
    part = FunctionTransformer(kw_args={"a": (number for number in range(3))})
    one = describe(part)
    (found,) = differences(one, one)
    assert "cannot be told: builtins:generator shows nothing" in found.told("there", "here")
    made = describe(FunctionTransformer(np.frompyfunc(lambda x: x, 1, 1)))
    assert differences(made, made)


def test_code_that_another_python_noted_cannot_be_compared():
    one = told(BODIES["default"])
    text = json.dumps(one).replace(sys.implementation.cache_tag, "cpython-27")
    (found,) = differences(json.loads(text), one)
    assert "noted by cpython-27" in found.words


def test_what_refers_to_itself_ends():
    ring = [1]
    ring.append({"ring": ring})
    assert json.dumps(describe(FunctionTransformer(kw_args={"a": ring})))
    deep = []
    for _ in range(5000):
        deep = [deep]
    assert "unknown" in json.dumps(describe(deep))
    assert "unknown" in json.dumps(describe(list(range(10)) + [[number] for number in range(200_000)]))


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=5)
    | st.binary(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3) | st.integers(), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES, VALUES)
def test_values_are_the_same_if_and_only_if_they_are_spelled_alike(one, other):
    def spelling(value):
        if isinstance(value, dict):
            return {(type(key).__name__, key): spelling(item) for key, item in value.items()}
        return [spelling(item) for item in value] if isinstance(value, list) else (type(value).__name__, repr(value))

    assert not differences(describe(one), describe(one))
    assert bool(differences(describe(one), describe(other))) == (spelling(one) != spelling(other))


def test_a_function_of_a_script_is_the_one_that_is_imported_later():
    code = textwrap.dedent("""
        import json
        from querist.session.identity import describe
        def cut(text):
            return text.split("13")
        print(json.dumps(describe(cut)))
    """)
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    here = describe(module('def cut(text):\n    return text.split("13")')["cut"])
    assert not differences(json.loads(other.stdout), here)
    assert json.loads(other.stdout)["function"] == "__main__:cut"
