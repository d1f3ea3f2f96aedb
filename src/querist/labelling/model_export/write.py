"""The trained model as a zip: the pipeline, a script that uses it, and what it was trained on.

It loads scikit-learn, which the server does not: for it, a process of its own does it (`querist.labelling.errands`).
"""

import datetime
import os
import zipfile
from collections.abc import Mapping
from importlib.metadata import version
from typing import TYPE_CHECKING, BinaryIO

from querist.exceptions import InvalidParameterError
from querist.labelling.log.numbers import refuse_classes
from querist.labelling.model_export.files import OwnFigure, brings_vectors, readme, requirements, script
from querist.labelling.reading.project_view import ProjectView

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

# Types of these packages may be in the file; a model that holds others is not exported.
_KNOWN_PACKAGES = ("numpy", "scipy", "sklearn", "xgboost", "lightgbm", "querist")


def export_model(location: str | os.PathLike[str], target: BinaryIO) -> None:
    """Fit the model of a project on its current labels, as the page's trainer does, and write it.

    Parameters
    ----------
    location : path or URL
        The project; it is only read, and may be open for labelling meanwhile.
    target : binary file
        Receives a zip of the model, a script that uses it, and what it was trained on.

    Raises
    ------
    NotEnoughLabelsError
        If fewer than two classes have a label.
    DataError
        If there is nothing to learn from.
    """
    from querist.labelling.model_export.own_figures import own_figure
    from querist.labelling.model_export.pipeline import judged_model

    with ProjectView.read(os.fspath(location)) as project:
        refuse_classes(project.settings.number_asked, "Models as a file")
        model = judged_model(project)
        figure = own_figure(project, model)
        name = project.info.name
    write_model_zip(
        model.pipeline,
        model.settings.kind,
        model.counts,
        target,
        project_name=name,
        estimator=model.settings.estimator_in_use,
        image_column=model.settings.image_column,
        figure=figure,
    )


def write_model_zip(
    pipeline: "Pipeline",
    kind: str,
    counts: Mapping[str, int],
    target: BinaryIO,
    *,
    project_name: str,
    estimator: str,
    image_column: str | None = None,
    now: datetime.datetime | None = None,
    figure: OwnFigure | None = None,
) -> None:
    """Write a fitted pipeline, a script that loads and uses it, a README and requirements.

    Parameters
    ----------
    pipeline : Pipeline
        Of a `JudgedModel`.
    kind : {"text", "table", "image"}
    counts : mapping of str to int
        Labels it was trained on, by class.
    target : binary file
    project_name, estimator : str
        For the README.
    image_column : str, default=None
        Where a table names its images.
    now : datetime, default=the present
        When it was trained.
    figure : OwnFigure, default=None
        The accuracy of exactly this model (`querist.labelling.model_export.own_figures`).

    Raises
    ------
    InvalidParameterError
        If the model holds parts of a package that nobody was asked to trust.
    """
    import skops.io

    # Packed here, so that the file is small also outside the zip.
    data = skops.io.dumps(pipeline, compression=zipfile.ZIP_DEFLATED, compresslevel=9)
    trusted = skops.io.get_untrusted_types(data=data)
    foreign = [each for each in trusted if each.partition(".")[0] not in _KNOWN_PACKAGES]
    if foreign:
        raise InvalidParameterError(
            f"The estimator {estimator!r} holds {', '.join(foreign)}, which is not known to be safe to load. "
            "Choose an estimator of scikit-learn."
        )
    by_model = getattr(pipeline.named_steps["features"], "packages_", ())
    packages = {name: version(name) for name in requirements(kind, trusted, by_model)}
    told = readme(pipeline, kind, counts, packages, project_name, estimator, image_column, now, figure)
    files = {
        "use_model.py": script(kind, trusted, image_column, brought=brings_vectors(pipeline)),
        "README.md": told,
        "requirements.txt": "".join(f"{name}=={each}\n" for name, each in packages.items()),
    }
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
        archive.writestr("model.skops", data, compress_type=zipfile.ZIP_STORED)
