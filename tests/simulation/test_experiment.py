"""What identifies an experiment."""

import subprocess
import sys


def test_versions_do_not_depend_on_what_else_the_process_has_loaded():
    code = """
from querist.simulation.experiment import _versions
before = _versions({"estimators": {"e": {"class": "sklearn.svm:SVC"}}})
import hypothesis
assert before == _versions({"estimators": {"e": {"class": "sklearn.svm:SVC"}}})
assert "hypothesis" not in before
assert "hypothesis" in _versions({"estimators": {"e": {"class": "hypothesis.core:Thing"}}})
"""
    subprocess.run([sys.executable, "-c", code], check=True)
