"""The result files of a simulation: written from its tables, and read back."""

import io
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from querist.data.bounds import Bounds
from querist.data.parquet_bounds import opened_parquet
from querist.exceptions import InvalidParameterError, ResultsError
from querist.simulation import audit_table, baseline, stopping_table, waiting_table
from querist.simulation import figure as pictures
from querist.simulation.curves import Curves, columns_of, table_csv
from querist.simulation.experiment import FORMATS
from querist.simulation.record import checksum, damaged, experiment_id, read_json, told_as_damaged, write_result
from querist.simulation.report import report_html
from querist.simulation.tables import Tables

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


def result_files(experiment: Mapping[str, Any], tables: Tables) -> tuple[dict[str, bytes], bytes]:
    """Return the contents of the result files by name, and those of timings.csv."""
    figure = draw(experiment, tables)
    results = {
        "table.parquet": _table_parquet(tables.table),
        "table.csv": table_csv(tables.table),
        "summary.csv": table_csv(tables.summary),
        "learning_curve.png": pictures.render(figure, "png"),
        "learning_curve.svg": pictures.render(figure, "svg"),
        "report.html": _report(experiment, tables),
    }
    # Only where there is something to tell.
    for name in ("audit", "stopping", "waiting", "baseline"):
        table = getattr(tables, name)
        if table is not None:
            results[f"{name}.csv"] = table_csv(table)
    return results, table_csv(tables.timings)


def draw(experiment: Mapping[str, Any], tables: Tables) -> "Figure":
    """Return the learning curves in the main metric as a picture."""
    return pictures.draw(_panels(experiment, tables), name=experiment["protocol"]["name"])


def _panels(experiment: Mapping[str, Any], tables: Tables) -> list[Curves]:
    """Return the learning curves in the main metric, with the size of their test parts."""
    protocol, data = experiment["protocol"], experiment["data"]
    size = protocol["test_size"]
    n_test = data["n_test"] or (size * data["n_rows"] if size < 1 else size)
    return [replace(curves, n_test=n_test) for curves in tables.curves(protocol["metrics"][0])]


def _further(experiment: dict[str, Any], manifest: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Return which further tables a folder has, and the types of their columns."""
    types = {
        "audit": audit_table.TYPES, "stopping": stopping_table.TYPES, "waiting": waiting_table.TYPES,
        "baseline": baseline.TYPES,
    }  # fmt: skip
    present = {"audit": "audit" in experiment["protocol"], "stopping": "stopping" in experiment}
    # Not in every folder; earlier versions wrote neither.
    present |= {name: f"{name}.csv" in manifest["files"] for name in ("waiting", "baseline")}
    return {name: types[name] for name, there in present.items() if there}


def read_results(folder: Path) -> tuple[dict[str, Any], Tables]:
    """Return what a folder holds: the experiment and its tables.

    Raises
    ------
    ResultsError
        If it holds none, they are not finished, or a file is damaged.
    """
    import pandas as pd

    experiment = _read_object(folder / "experiment.json", "format", "protocol", "data")
    if experiment["format"] not in FORMATS:
        known = " and ".join(str(number) for number in FORMATS)
        raise ResultsError(
            f"{folder} was written in format {experiment['format']}; this version reads {known}. "
            "Read it with a later version of Querist."
        )
    if not (folder / "manifest.json").exists():
        raise ResultsError(
            f"{folder} holds a simulation that is not finished. Run the same command, or simulate(..., "
            f"out={str(folder)!r}), again; it resumes where it stopped."
        )
    manifest = _read_object(folder / "manifest.json", "experiment", "files")
    if manifest["experiment"] != experiment_id(experiment):
        raise ResultsError(
            f"{folder / 'experiment.json'} was changed since the results were written. Put it back, or simulate into "
            "another folder."
        )
    path = folder / "table.parquet"
    table = _read_table(path, _checked(path, manifest))
    path = folder / "timings.csv"
    try:
        timings = pd.read_csv(path, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise damaged(path, str(error)) from error
    if "fit_seconds" not in timings:
        raise damaged(path, "it has no column fit_seconds")
    tables = {
        name: _read_csv(folder / f"{name}.csv", manifest, types)
        for name, types in _further(experiment, manifest).items()
    }
    return experiment, Tables(table, timings, **tables)


def _read_object(path: Path, *fields: str) -> dict[str, Any]:
    """Return the object that a file of the record holds, which must have these fields."""
    found = read_json(path)
    for field in fields:
        if not isinstance(found, dict) or field not in found:
            raise damaged(path, f"it has no field {field!r}")
    return dict(found)


def write_picture(path: Path, figure: "Figure") -> None:
    """Write a figure to a .png, .svg or .pdf file.

    Raises
    ------
    InvalidParameterError
        If the ending is another one.
    ResultsError
        If it cannot be written.
    """
    kind = path.suffix.lower().removeprefix(".")
    if kind not in ("png", "svg", "pdf"):
        raise InvalidParameterError(f"A picture's path must end in .png, .svg or .pdf, got {str(path)!r}.")
    write_result(path, pictures.render(figure, kind))


def write_report(path: Path, experiment: Mapping[str, Any], tables: Tables) -> None:
    """Write the report as one HTML file.

    Raises
    ------
    ResultsError
        If it cannot be written.
    """
    write_result(path, _report(experiment, tables))


def _report(experiment: Mapping[str, Any], tables: Tables) -> bytes:
    panels = _panels(experiment, tables)
    told = {**experiment, "notes": [*experiment["notes"], *waiting_table.waiting_notes(tables.waiting)]}
    return report_html(told, tables.summary, panels, audit=tables.audit, stopping=tables.stopping).encode()


def _table_parquet(table: "pd.DataFrame") -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {"repeat": pa.int64(), "n_labels": pa.int64(), "value": pa.float64(), "rows": pa.list_(pa.int64())}
    kinds["cost"] = pa.float64()
    kept = columns_of(table)
    columns = [pa.array(table[name].tolist(), kinds.get(name, pa.string())) for name in kept]
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns, names=kept), buffer, compression="zstd")
    return buffer.getvalue()


def _read_table(path: Path, data: bytes) -> "pd.DataFrame":
    import pandas as pd

    with told_as_damaged(path):
        columns = opened_parquet(path, data, Bounds.of_size(len(data))).read(use_threads=False).to_pydict()
        frame = pd.DataFrame(columns)
        kinds = {"repeat": "int64", "n_labels": "int64", "value": "float64", "cost": "float64"}
        return frame[columns_of(frame)].astype({name: kind for name, kind in kinds.items() if name in frame})


def _read_csv(path: Path, manifest: dict[str, Any], types: dict[str, str]) -> "pd.DataFrame":
    import pandas as pd

    # As text first: a rule may be called "NA", and figures must come back to their last bit.
    data = _checked(path, manifest)
    with told_as_damaged(path):
        texts = pd.read_csv(io.BytesIO(data), dtype=str, keep_default_na=False)
        flags = {name: texts[name] == "True" for name, kind in types.items() if kind == "bool"}
        missing = {name: {"": "nan"} for name, kind in types.items() if kind == "float64"}
        return texts.assign(**flags).replace(missing).astype(types)


def _checked(path: Path, manifest: dict[str, Any]) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise damaged(path, str(error.strerror)) from error
    with told_as_damaged(path.with_name("manifest.json")):
        expected = manifest["files"][path.name]["sha256"]
    if checksum(data) != expected:
        raise ResultsError(
            f"{path} was changed since it was written: its checksum is not the manifest's. Run the same simulation "
            "again: that rewrites it."
        )
    return data
