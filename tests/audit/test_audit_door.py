"""The door of `querist.audit`: all its names, and nothing loaded that is not needed."""

import json
import pkgutil
import subprocess
import sys

import pytest

from querist import audit


def loaded_by(code):
    program = f"{code}\nimport sys, json; print(json.dumps(sorted(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(json.loads(result.stdout.splitlines()[-1]))


def test_the_order_and_the_state_of_promises_load_no_statistics():
    code = "import querist.audit, querist.audit.order, querist.audit.promise, querist.audit.outcomes"
    loaded = loaded_by(f"{code}\nfrom querist.audit import audit_numbers, standing, Estimate")
    assert "numpy" in loaded
    assert not {name for name in loaded if name.split(".")[0] in ("scipy", "sklearn", "pandas")}


def test_every_name_is_there_and_listed():
    for name in audit.__all__:
        assert callable(getattr(audit, name))
    assert list(audit.__all__) == sorted(audit.__all__)
    assert set(dir(audit)) == set(audit.__all__)
    with pytest.raises(AttributeError, match="no attribute 'modelaccuracy'"):
        _ = audit.modelaccuracy


def test_no_name_is_that_of_a_module():
    # A module that is imported would stand where the function was.
    assert not {module.name for module in pkgutil.iter_modules(audit.__path__)} & set(audit.__all__)
