"""The built wheel works in an empty environment."""

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.installs
def test_the_wheel_installs_into_an_empty_environment_and_runs_the_demo(tmp_path):
    quiet = ["--quiet", "--disable-pip-version-check"]

    def run(*command, **kwargs):
        words = [str(part) for part in command]
        result = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path, check=False, **kwargs)
        assert result.returncode == 0, f"{command}\n{result.stdout}\n{result.stderr}"
        return result.stdout

    run(sys.executable, "-m", "pip", "wheel", *quiet, "--no-deps", "--wheel-dir", tmp_path / "wheels", ROOT)
    (wheel,) = (tmp_path / "wheels").glob("querist-*.whl")
    venv.create(tmp_path / "empty", with_pip=True)
    scripts = tmp_path / "empty" / ("Scripts" if os.name == "nt" else "bin")
    lock = ROOT / "constraints" / "lock.txt"
    run(scripts / "python", "-m", "pip", "install", *quiet, "--constraint", lock, wheel)
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL_ENV"))}
    # No terminal and no display: it must say where the pictures lie and end with status 0.
    printed = run(scripts / "querist", "demo", "--repeats", "2", "--out", "shown", env=environment)
    assert "Baseline 0.8800 with 90 labels, 0.9100 with 110" in printed
    for picture in ("tutorial.png", "tutorial_repeated.png", "digits.png", "digits.html"):
        assert (tmp_path / "shown" / picture).stat().st_size > 5_000
        assert picture in printed
