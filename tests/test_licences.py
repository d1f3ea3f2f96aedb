"""Nothing that an installation of Querist brings along carries a licence that it would pass on to its users.

Read from the packages that are installed here, whatever their versions: `make test-oldest` runs it on the oldest ones.
"""

import re
import tomllib
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
COPYLEFT = re.compile(
    r"\b[AL]?GPL|\bGNU\b|Affero|\bMPL\b|Mozilla|\bEPL\b|Eclipse Public|\bCDDL\b|\bEUPL\b|\bSSPL\b|\bOSL\b|CC-BY-SA"
)
# Named, each with its reason. MPL-2.0 binds the files that carry it, and Querist neither changes nor contains them.
WEAK_BUT_APART = {
    "certifi": "MPL-2.0: a list of certificates",
    "tqdm": "MPL-2.0 and MIT: progress bars of skops and cleanlab",
}
# Only with querist[postgres]: LGPL-3.0 binds the library, which is imported as it is and can be replaced.
ONLY_AS_EXTRA = {"psycopg", "psycopg-binary"}


def needed(requirements, extras=("",)):
    """Return the distributions that requirements lead to, those of their requirements included."""
    found: dict[str, Distribution] = {}
    waiting = [(text, extras) for text in requirements]
    done = set()
    while waiting:
        text, wanted = waiting.pop()
        requirement = Requirement(text)
        if requirement.marker and not any(requirement.marker.evaluate({"extra": extra}) for extra in wanted):
            continue
        name, inner = canonicalize_name(requirement.name), ("", *sorted(requirement.extras))
        if (name, inner) in done:
            continue
        done.add((name, inner))
        found[name] = distribution(name)
        waiting += [(further, inner) for further in found[name].requires or []]
    return found


def stated(package):
    """Return what a package says of its licence; the head of its licence file where its fields say nothing."""
    fields = [package.metadata.get("License-Expression"), (package.metadata.get("License") or "")[:200]]
    classifiers = (package.metadata.get_all("Classifier") or []) if not fields[0] else []
    fields += [line.rpartition("::")[2] for line in classifiers if line.startswith("License ::")]
    words = " | ".join(text.strip() for text in fields if text and text.strip() not in ("OSI Approved", "UNKNOWN"))
    if words:
        return words
    files = [path for path in package.files or [] if re.match(r"licen[cs]e|copying", path.name, re.IGNORECASE)]
    return " | ".join(path.read_text(encoding="utf-8")[:200] for path in files)


def binding(expression):
    """Whether there is no alternative without copyleft."""
    return all(COPYLEFT.search(choice) for choice in re.split(r"\bOR\b", expression))


def test_no_runtime_dependency_carries_a_copyleft_licence():
    packages = needed(PROJECT["dependencies"])
    assert {"numpy", "cleanlab", "starlette"} <= set(packages)
    silent = [name for name, package in packages.items() if not stated(package)]
    assert not silent, f"look up the licence of {silent}"
    bound = {name: stated(package) for name, package in packages.items() if binding(stated(package))}
    assert set(bound) - set(WEAK_BUT_APART) == set(), bound


def test_the_only_other_one_comes_with_the_extra_that_asks_for_it():
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    packages = needed(PROJECT["optional-dependencies"]["postgres"])
    bound = {name for name, package in packages.items() if binding(stated(package))}
    assert bound == ONLY_AS_EXTRA & set(packages)
    assert not ONLY_AS_EXTRA & set(needed(PROJECT["dependencies"]))


def test_what_runs_sentence_models_binds_nobody_either():
    pytest.importorskip("model2vec", reason="model2vec is not installed")
    packages = needed(PROJECT["optional-dependencies"]["embeddings"])
    assert {"model2vec", "onnxruntime", "tokenizers", "safetensors"} <= set(packages)
    bound = {name for name, package in packages.items() if binding(stated(package))}
    assert bound <= set(WEAK_BUT_APART)


def test_what_runs_on_a_cluster_binds_nobody_either():
    packages = needed(PROJECT["optional-dependencies"]["dask"])
    assert {"dask", "distributed"} <= set(packages)
    assert {name for name, package in packages.items() if binding(stated(package))} <= set(WEAK_BUT_APART)


def test_what_compiles_loops_binds_nobody_either():
    pytest.importorskip("numba", reason="numba is not installed")
    packages = needed(PROJECT["optional-dependencies"]["fast"])
    assert {"numba", "llvmlite"} <= set(packages)
    assert not [name for name, package in packages.items() if binding(stated(package))]


@pytest.mark.parametrize(
    ("expression", "bound"),
    [
        ("GPL-2.0-or-later", True),
        ("AGPL-3.0 | GNU Affero General Public License v3", True),
        ("LGPL-3.0-only", True),
        ("MPL-2.0 AND MIT", True),
        ("GNU General Public License v2 (GPLv2)", True),
        ("MIT OR GPL-3.0-only", False),
        ("Apache-2.0 | Apache Software License", False),
        ("BSD-3-Clause AND 0BSD AND MIT AND Zlib AND CC0-1.0", False),
    ],
)
def test_licences_are_told_apart(expression, bound):
    assert binding(expression) is bound
