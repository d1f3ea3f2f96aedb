"""The environments of the comparison: every library in one of its own, on the scikit-learn that it runs on."""

import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FOLDER = HERE / ".envs"
# The same arithmetic below all of them.
_BASE = ("numpy==2.4.6", "scipy==1.17.1", "joblib", "threadpoolctl")
_NEW, _OLD = "scikit-learn==1.9.1", "scikit-learn==1.7.2"
_QUERIST = ("typer", "rich", "platformdirs")

# What pip installs with its dependencies, and then without: small-text and modAL name
# dependencies for neural networks that nothing here uses.
ENVIRONMENTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "querist-1.9": ((*_BASE, _NEW, *_QUERIST), ("--editable", str(ROOT))),
    "querist-1.7": ((*_BASE, _OLD, *_QUERIST), ("--editable", str(ROOT))),
    "scikit-activeml": ((*_BASE, _NEW, "scikit-activeml==1.0.1"), ()),
    "small-text": ((*_BASE, _NEW, "dill", "tqdm", "packaging"), ("small-text==1.4.1",)),
    # The last scikit-learn that modAL works with.
    "modal": ((*_BASE, _OLD, "pandas"), ("modAL-python==0.4.2.1",)),
}


def python_of(name: str) -> Path:
    """Return the interpreter of an environment.

    Raises
    ------
    FileNotFoundError
        If it has not been set up.
    """
    path = FOLDER / name / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not path.exists():
        raise FileNotFoundError(f"{path} does not exist; run `python benchmarks/speed/run.py setup` first.")
    return path


def set_up() -> None:
    """Create the environments that are missing."""
    for name, (packages, bare) in ENVIRONMENTS.items():
        done = FOLDER / name / ".installed"
        if done.exists():
            continue
        print(f"Setting up {name} ...", flush=True)
        venv.create(FOLDER / name, with_pip=True, clear=True)
        _pip(name, *packages)
        if bare:
            _pip(name, "--no-deps", *bare)
        done.touch()


def _pip(name: str, *arguments: str) -> None:
    command = [str(python_of(name)), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", *arguments]
    subprocess.run(command, check=True)
