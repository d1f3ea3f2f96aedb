"""A folder that keeps an experiment: written whole or not at all, resumed where it stopped.

::

    experiment.json     what is run on what, with which versions; written first
    runs/*.json         one file per finished run
    table.parquet, ...  results; a pure function of the runs
    timings.csv         wall-clock figures; apart, since no two runs agree on them
    manifest.json       the results' checksums; written last
"""

import contextlib
import hashlib
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from querist._files import is_draft, write_whole
from querist.exceptions import DataError, ResultsError
from querist.registry import in_present_words
from querist.session.differences import differences
from querist.simulation.run import Run, RunKey, from_json, to_json

# What `trust_parts` takes on trust.
_PARTS = frozenset({"strategies", "estimators", "cold_start", "query_estimator", "stopping", "metrics"})


def canonical(content: Any) -> bytes:
    """Return JSON with one spelling for equal contents."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def readable(content: Any) -> bytes:
    """Return JSON for people; also one spelling for equal contents."""
    return (json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def checksum(data: bytes) -> str:
    """Return the SHA-256 of some bytes in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def experiment_id(experiment: Mapping[str, Any]) -> str:
    """Return what tells one experiment from another."""
    return checksum(canonical(experiment))


class Record:
    """The folder of one experiment. One process writes to it at a time (its workers included).

    Parameters
    ----------
    folder : path
    experiment : dict
        All that determines the results, as JSON takes it.
    earlier : callable, default=None
        Returns the experiment as versions described it that told parts by name; asked where such a folder is met.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        experiment: Mapping[str, Any],
        *,
        earlier: Callable[[], Mapping[str, Any]] | None = None,
    ) -> None:
        self.folder = Path(folder)
        self._earlier = earlier
        # As it will be read back; the order of the parts is kept.
        self.experiment = json.loads(readable(experiment))
        self._id = experiment_id(self.experiment)

    def start(self, *, trust_parts: bool = False) -> None:
        """Make the folder, or check that it holds this experiment.

        Parameters
        ----------
        trust_parts : bool, default=False
            Whether its parts may differ in what they are, as long as they have the same labels.

        Raises
        ------
        ResultsError
            If it holds another one (the message names what differs), something else, or cannot be written.
        """
        path = self.folder / "experiment.json"
        with _told(self.folder):
            (self.folder / "runs").mkdir(parents=True, exist_ok=True)
            known = path.exists()
            others = [item.name for item in self.folder.iterdir() if item.name != "runs" and not _unfinished(item)]
        if known:
            there = read_json(path)
            self._compare(there, trust_parts=trust_parts)
            # An earlier version may have written it in other words; its runs carry the mark of those.
            self.experiment, self._id = there, experiment_id(there)
        elif others or any((self.folder / "runs").glob("*.json")):
            raise ResultsError(
                f"{self.folder} holds {(others or ['runs'])[0]!r} and no experiment.json, so it is not the folder of "
                "a simulation. Use an empty or new folder."
            )
        else:
            write_result(path, readable(self.experiment))
        with _told(self.folder):
            for folder in (self.folder, self.folder / "runs"):
                for left in filter(_unfinished, folder.iterdir()):
                    left.unlink()

    def finished(self, keys: Iterable[RunKey]) -> dict[RunKey, Run]:
        """Return the runs that were written whole; a damaged file counts as none."""
        found = {}
        for key in keys:
            run = self._read(key)
            if run is not None:
                found[key] = run
        return found

    def write_run(self, run: Run) -> None:
        """Keep a finished run.

        Raises
        ------
        ResultsError
            If it cannot be written.
        """
        content = {"experiment": self._id, "run": to_json(run)}
        data = canonical(content | {"checksum": checksum(canonical(content))})
        write_result(self._path(run.key), data)

    def write_results(self, results: Mapping[str, bytes], timings: bytes) -> None:
        """Write the result files, the timings and, last, the manifest.

        Raises
        ------
        ResultsError
            If one cannot be written.
        """
        for name, data in results.items():
            write_result(self.folder / name, data)
        write_result(self.folder / "timings.csv", timings)
        files = {name: {"bytes": len(data), "sha256": checksum(data)} for name, data in sorted(results.items())}
        manifest = {"experiment": self._id, "data": self.experiment["data"]["hash"], "files": files}
        write_result(self.folder / "manifest.json", readable(manifest))

    def _path(self, key: RunKey) -> Path:
        return self.folder / "runs" / f"{slug(key.estimator)}.{slug(key.strategy)}.{key.repeat:04d}.json"

    def _read(self, key: RunKey) -> Run | None:
        path = self._path(key)
        try:
            content = json.loads(path.read_bytes())
            told = content.pop("checksum")
        except (OSError, ValueError, KeyError, AttributeError, TypeError):
            return None
        if content.get("experiment") != self._id or told != checksum(canonical(content)):
            return None
        run = from_json(content["run"])
        return run if run.key == key else None

    def _compare(self, there: Any, *, trust_parts: bool) -> None:
        here = self.experiment
        if self._earlier is not None and isinstance(there, dict) and "identity" not in there:
            here = json.loads(readable(self._earlier()))
        # Notes follow from the rest, and a version may word them anew.
        found = [
            difference
            for difference in differences(in_present_words(there), in_present_words(here))
            if difference.name.partition(".")[0].partition("[")[0] != "notes"
        ]
        parts = [difference for difference in found if difference.name.partition(".")[0] in _PARTS]
        if trust_parts:
            found = [difference for difference in found if difference not in parts]
        if not found:
            return
        # The format follows from what is asked for: it is told only where nothing else is.
        found.sort(key=lambda difference: difference.name == "format")
        first = found[0]._replace(name=found[0].name.removeprefix("protocol."))
        more = f" ({len(found) - 1} more differ.)" if len(found) > 1 else ""
        trust = (
            "if it is the same all the same, trust_parts=True resumes; " if all(each in parts for each in found) else ""
        )
        raise ResultsError(
            f"{self.folder} holds another experiment: {first.told('there', 'here')}.{more} Use another folder, or the "
            f"same parameters, data and versions; {trust}Simulation.load(folder) reads what is there."
        )


def described_in(folder: str | os.PathLike[str]) -> Any:
    """Return what experiment a folder says it holds; None where it says nothing that can be read."""
    try:
        return read_json(Path(folder) / "experiment.json")
    except ResultsError:
        return None


def read_json(path: Path) -> Any:
    """Return what a file of the record holds.

    Raises
    ------
    ResultsError
        If it is missing or damaged.
    """
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        raise ResultsError(
            f"{path} is missing, so {path.parent} is no folder of a simulation. Name one that querist simulate has "
            "written, or simulate(..., out=)."
        ) from None
    except NotADirectoryError:
        raise ResultsError(f"{path.parent} is a file. Name the folder that querist simulate has written.") from None
    except OSError as error:
        raise ResultsError(f"{path} cannot be read: {error.strerror}. Use another folder.") from error
    except ValueError as error:
        raise damaged(path, str(error)) from error


def damaged(path: Path, what: str) -> ResultsError:
    """Say that a file of a simulation cannot be read."""
    again = "Run the same simulation again: that rewrites it."
    remedy = "Simulate into another folder." if path.name == "experiment.json" else again
    return ResultsError(f"{path} is damaged: {what.rstrip('. ')}. {remedy}")


@contextlib.contextmanager
def told_as_damaged(path: Path) -> Iterator[None]:
    """Say of whatever a file's content raises that the file is damaged."""
    try:
        yield
    except (LookupError, TypeError, ValueError, OSError) as error:
        cause = error.__cause__ if isinstance(error, DataError) and error.__cause__ is not None else error
        raise damaged(path, f"{cause} is missing" if isinstance(cause, KeyError) else str(cause)) from error


def write_result(path: Path, data: bytes) -> None:
    """Write a file whole or not at all.

    Raises
    ------
    ResultsError
        If it cannot be written; an older file is left as it was.
    """
    with _told(path):
        write_whole(path, data)


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ResultsError(
            f"Cannot write {path}: {error.strerror or error}. Finished runs are kept; "
            "free space or choose a folder that can be written, and run the same call again."
        ) from error


def _unfinished(path: Path) -> bool:
    return is_draft(path) or path.name.endswith(".unfinished")  # as earlier versions called them


def slug(label: str) -> str:
    """Return a label as part of a file name, distinct for distinct labels on any file system."""
    plain = re.sub(r"[^a-z0-9_]+", "_", label.lower())[:60]
    return plain if plain == label else f"{plain}-{checksum(label.encode())[:8]}"
