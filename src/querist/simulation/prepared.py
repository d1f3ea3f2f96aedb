"""A simulation that is ready to run: everything that can be wrong with it has been looked at."""

import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from querist._alike import alike, warning_of
from querist.exceptions import AlikeLabelsWarning
from querist.session.trained import warn_of_mismatch
from querist.simulation.execute import execute
from querist.simulation.experiment import Experiment
from querist.simulation.files import result_files
from querist.simulation.options import Options
from querist.simulation.problem import Data
from querist.simulation.record import Record, described_in
from querist.simulation.results import Simulation
from querist.simulation.run import Run, RunKey
from querist.simulation.tables import Tables

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Prepared:
    """An experiment, and the folder that keeps it, if one does."""

    experiment: Experiment
    record: Record | None
    n_workers: int

    @classmethod
    def of(
        cls,
        options: Options,
        data: Data,
        *,
        most: int | None,
        out: str | os.PathLike[str] | None,
        stacklevel: int,
    ) -> Self:
        """Return an experiment that can be run to its end.

        Parameters
        ----------
        options : Options
        data : Data
        most : int or None
            The budget, or as much of it as the smallest pool allows. None: that of the options.
        out : path or None
            The folder; it is neither made nor looked into.
        stacklevel : int
            Of warnings: 2 is the caller of this.

        Raises
        ------
        InvalidParameterError, TargetError
            See `simulate`.
        """
        parts = options.parts if out is None else options.parts.as_told(described_in(out))
        experiment = Experiment.checked(options.protocol, parts, data, most=most)
        for words in alike(data.problem.classes.tolist()):
            warnings.warn(warning_of(words), AlikeLabelsWarning, stacklevel=stacklevel)
        if parts.query_estimator is not None:
            warn_of_mismatch(parts.query_estimator, parts.estimators, stacklevel=stacklevel)
        record = None if out is None else Record(out, experiment.describe(), earlier=experiment.describe_as_before)
        return cls(experiment, record, options.n_workers)

    def run(self, progress: Progress | None = None, *, trust_parts: bool = False) -> Simulation:
        """Carry out what is not in the folder yet, and return and write the results; see `simulate`."""
        experiment, record = self.experiment, self.record
        if record is not None:
            record.start(trust_parts=trust_parts)
        # What the folder of an earlier version says of itself stays.
        description = experiment.describe() if record is None else record.experiment
        keys = experiment.keys
        runs = {} if record is None else record.finished(keys)
        missing = [key for key in keys if key not in runs]
        done = _collector(runs, len(keys), progress)
        execute(experiment, missing, n_workers=self.n_workers, record=record, done=done)
        tables = Tables.of([runs[key] for key in keys], experiment.protocol, experiment.data.problem)
        if record is not None:
            record.write_results(*result_files(description, tables))
        return Simulation.of(description, tables)


def _collector(runs: dict[RunKey, Run], total: int, progress: Progress | None) -> Callable[[Run], None]:
    def done(run: Run) -> None:
        runs[run.key] = run
        if progress is not None:
            progress(len(runs), total, f"{run.key.estimator}, {run.key.strategy}, repeat {run.key.repeat}")

    return done
