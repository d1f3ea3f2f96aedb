"""``querist label FILE``: a page on which a person labels."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from querist._words import command
from querist.audit.design import MEASURE, PRICE
from querist.cli.friendly import friendly
from querist.cli.page import (
    AllowHost,
    Annotator,
    BasePath,
    Browser,
    Host,
    Port,
    PublicUrl,
    TrustProxy,
    entrance_of,
    serve_page,
)
from querist.cli.reading import Decimal, Delimiter, HeaderLines, Missing, Names, NoHeader, Sheet, reading_of
from querist.cli.words import print_notes, split_at_commas
from querist.exceptions import DataError, FileFormatError

if TYPE_CHECKING:
    from querist._typing import Task
    from querist.labelling.intake.import_plan import ImportPlan
    from querist.labelling.log.numbers import NumberAsked

ENDING = ".querist"
# Where `--help` lists the options.
_DATA, _LEARNING = "What is shown and labelled", "How it asks and learns"

_Audit: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--audit",
        "--audit-share",
        help="Share of the questions drawn at random to measure the accuracy. Default: 0.2. 0 draws none. measure "
        "draws a fifth and lets the asking model learn from them too, which makes the figures approximate. "
        f"{PRICE}",
        rich_help_panel=_LEARNING,
    ),
]
_Labels: TypeAlias = Annotated[
    str | None, typer.Option(help="The classes, separated by commas. More can be added later.", rich_help_panel=_DATA)
]
_Number: TypeAlias = Annotated[
    str | None,
    typer.Option(
        help="Ask for a number instead of a class; its name. A column of this name holds the numbers already known.",
        rich_help_panel=_DATA,
    ),
]
_Unit: TypeAlias = Annotated[
    str | None, typer.Option(help="Of the number, such as kg; shown behind it.", rich_help_panel=_DATA)
]
_Lowest: TypeAlias = Annotated[
    float | None, typer.Option("--min", help="The lowest value that the number may have.", rich_help_panel=_DATA)
]
_Highest: TypeAlias = Annotated[
    float | None, typer.Option("--max", help="The highest value that the number may have.", rich_help_panel=_DATA)
]
_Copies: TypeAlias = Annotated[
    str | None,
    typer.Option(
        help="Which copies are asked once and labelled together: alike (the same except for spaces and capitals; the "
        "default), exact (the same to the letter), or none (off).",
        rich_help_panel=_DATA,
    ),
]
_LabelsPerPoint: TypeAlias = Annotated[
    float | None,
    typer.Option(
        help="How many labels one point of accuracy is worth to you; the advice to stop follows it. Default: 100.",
        rich_help_panel=_LEARNING,
    ),
]
_Keywords: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        help="Words to highlight in texts: a table with the columns class and keyword. `refund*` stands for all words "
        "that begin with it. Replaces the earlier list.",
        exists=True,
        dir_okay=False,
        rich_help_panel=_DATA,
    ),
]
_Guidelines: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        help="How to label: a Markdown file, shown beside the item. Replaces the earlier one.",
        exists=True,
        dir_okay=False,
        rich_help_panel=_DATA,
    ),
]
_Embeddings: TypeAlias = Annotated[
    str | None,
    typer.Option(
        help="A vector for each row, to learn from beside its columns: a file (.npy, .npz, .parquet ...), a column of "
        "lists, or a sentence model (its folder or name) that makes them of the texts. Of images, instead of pixels.",
        rich_help_panel=_DATA,
    ),
]
_Like: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        help="An example of a class that is hard to find, a text or a file of them; repeat for several. Texts like it "
        "are asked about first.",
        rich_help_panel=_LEARNING,
    ),
]
_Sources: TypeAlias = Annotated[
    list[str],
    typer.Argument(
        help="A table (CSV, Excel, JSONL ...), several files or a folder with parts of one table, a folder of images, "
        "or a project."
    ),
]
_Text: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(help="Column with the text. Can be repeated. Default: guessed.", rich_help_panel=_DATA),
]
_Image: TypeAlias = Annotated[
    str | None, typer.Option(help="Column with paths or addresses of images. Default: guessed.", rich_help_panel=_DATA)
]
_Columns: TypeAlias = Annotated[
    str | None, typer.Option(help="Columns to show, separated by commas.", rich_help_panel=_DATA)
]
_LabelColumn: TypeAlias = Annotated[
    str | None, typer.Option(help="Column with labels that were given before. Default: guessed.", rich_help_panel=_DATA)
]
_ExistingLabels: TypeAlias = Annotated[
    bool, typer.Option(help="Take labels that stand in the data as answers.", rich_help_panel=_DATA)
]
_Id: TypeAlias = Annotated[
    str | None, typer.Option("--id", help="Column with your own ids. Default: guessed.", rich_help_panel=_DATA)
]
_Images: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        help="Folder that the paths of images start from; name it again if it has moved.", rich_help_panel=_DATA
    ),
]
_Project: TypeAlias = Annotated[
    str | None,
    typer.Option(help="Where to keep the project: a file, or postgresql://... Default: FILE.querist beside the data."),
]
_Goal: TypeAlias = Annotated[
    str | None,
    typer.Option(
        help="screening: find all relevant rows, the likeliest first; two classes. screening:relevant=CLASS where "
        "their names do not say which is relevant.",
        rich_help_panel=_LEARNING,
    ),
]
_Strategy: TypeAlias = Annotated[
    str | None, typer.Option(help="Query strategy, as NAME[:key=value,...].", rich_help_panel=_LEARNING)
]
_Estimator: TypeAlias = Annotated[
    str | None, typer.Option(help="Model, as NAME[:key=value,...].", rich_help_panel=_LEARNING)
]


@friendly
def label(
    file: _Sources,
    text: _Text = None,
    image: _Image = None,
    columns: _Columns = None,
    labels: _Labels = None,
    number: _Number = None,
    unit: _Unit = None,
    lowest: _Lowest = None,
    highest: _Highest = None,
    label_column: _LabelColumn = None,
    copies: _Copies = None,
    existing_labels: _ExistingLabels = True,
    id_column: _Id = None,
    images: _Images = None,
    sheet: Sheet = None,
    no_header: NoHeader = False,
    header_lines: HeaderLines = None,
    names: Names = None,
    delimiter: Delimiter = None,
    decimal: Decimal = None,
    missing: Missing = None,
    project: _Project = None,
    goal: _Goal = None,
    strategy: _Strategy = None,
    estimator: _Estimator = None,
    audit: _Audit = None,
    labels_per_point: _LabelsPerPoint = None,
    keywords: _Keywords = None,
    guidelines: _Guidelines = None,
    embeddings: _Embeddings = None,
    like: _Like = None,
    host: Host = "127.0.0.1",
    port: Port = None,
    allow_host: AllowHost = None,
    trust_proxy: TrustProxy = None,
    base_path: BasePath = "",
    public_url: PublicUrl = "",
    browser: Browser = True,
    annotator: Annotator = None,
) -> None:
    """Label texts, rows or images on a page while a model learns along.

    Everything is kept in one project file beside the data. Run the same command again to go on.

    Example: querist label reviews.csv --labels good,bad
    """
    entrance = entrance_of(host, allow_host, trust_proxy, base_path, public_url)
    changes = _given(strategy=strategy, estimator=estimator, labels_per_point=labels_per_point) | _chosen(audit)
    reading = reading_of(sheet, no_header, names, delimiter, decimal, missing, header_lines)
    sources, location = _places(file, project)
    classes = split_at_commas(labels)
    changes |= _read(guidelines) | _examples(like) | _aims(goal, strategy, estimator)
    asked_number = _number(number, unit, lowest, highest, classes)
    _check_names(strategy, estimator, classes, copies, asks_number=asked_number is not None)
    from querist.labelling.intake.new_project import has_project

    is_new = not has_project(location)
    if not is_new:
        from querist.labelling.serving.resume import resume

        asked = {
            "text_columns": tuple(text or ()), "image_column": image, "columns": split_at_commas(columns),
            "labels": classes, "number": number, "unit": unit, "lowest": lowest, "highest": highest,
            "label_column": label_column, "id_column": id_column, "copies": copies, "existing_labels": existing_labels,
        }  # fmt: skip
        print_notes(
            resume(
                location, sources, asked=asked, changes=changes, images=images, keywords=keywords, embeddings=embeddings
            )
        )
    elif not sources:
        raise FileFormatError(
            f"There is no project {location}. Make one from your data: "
            f"{command('querist', 'label', 'FILE', '--project', location)}"
        )
    else:
        _make(
            sources, location, changes, text=text or (), image=image, columns=split_at_commas(columns), labels=classes,
            label_column=label_column, id_column=id_column, images=images, existing_labels=existing_labels,
            reading=reading, keywords=keywords, copies=copies or "alike", embeddings=embeddings, number=asked_number,
        )  # fmt: skip
    serve_page(location, entrance=entrance, port=port, browser=browser, annotator=annotator, is_new=is_new)


def _number(
    name: str | None, unit: str | None, lowest: float | None, highest: float | None, classes: tuple[str, ...]
) -> "NumberAsked | None":
    """Return the number that is to be asked for, checked before anything is made."""
    from querist.labelling.log.numbers import NumberAsked
    from querist.labelling.log.settings import Settings

    if name is None:
        if (unit, lowest, highest) != (None, None, None):
            raise DataError("--unit, --min and --max are those of a number: name it with --number.")
        return None
    if classes:
        raise DataError("--number asks for a number, --labels for classes. Leave one of them out.")
    if not name.strip():
        raise DataError("--number needs the name of the number, such as --number weight.")
    asked = NumberAsked(name.strip(), (unit or "").strip(), lowest, highest)
    Settings("table", number=asked.name, unit=asked.unit, lowest=lowest, highest=highest)
    return asked


def _aims(goal: str | None, strategy: str | None, estimator: str | None) -> dict[str, Any]:
    """Return the settings of a goal; strategy and estimator that were named win over its own."""
    if goal is None:
        return {}
    from querist.registry.goals import goal_of

    goal_of(goal)
    return {"goal": goal, "strategy": strategy or "auto", "estimator": estimator or "auto"}


def _chosen(audit: str | None) -> dict[str, Any]:
    if audit is None:
        return {}
    from querist.session.audit_choice import audit_choice

    choice = audit_choice(audit)
    return {"audit_share": choice.share, "audit_design": choice.design}


def _given(**options: Any) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _read(guidelines: Path | None) -> dict[str, Any]:
    if guidelines is None:
        return {}
    from querist.labelling.label_files.reading_aids import read_guidelines

    return {"guidelines": read_guidelines(guidelines)}


def _examples(like: list[str] | None) -> dict[str, Any]:
    if not like:
        return {}
    from querist.labelling.intake.examples import examples_of

    return {"like": examples_of(like)}


def _make(sources: list[Path], location: str, changes: dict[str, Any], *, keywords: Path | None, **given: Any) -> None:
    """Make a project of what is guessed about a file, and tell it."""
    from querist.cli.progress import progress_bar
    from querist.labelling.intake.create import import_rows
    from querist.labelling.intake.guess import guess_plan
    from querist.labelling.intake.screening import goal_setting
    from querist.labelling.log.classes import added

    plan = guess_plan(sources if len(sources) > 1 else sources[0], offers_goal="goal" not in changes, **given)
    if plan.number is not None and (keywords is not None or "goal" in changes):
        raise DataError("--keywords and --goal are for classes, and --number asks for a number. Leave them out.")
    print_notes(plan.notes)
    if keywords is not None:
        from querist.labelling.label_files.reading_aids import read_keywords

        changes = {**changes, "keywords": read_keywords(keywords, added(plan.classes))}
    if "goal" in changes:
        changes = {"audit_design": MEASURE} | changes
        changes["goal"] = goal_setting(changes["goal"], added(plan.classes))
    if "like" in changes and plan.kind != "text":
        raise DataError("--like names texts, and this data holds none. Leave it out, or name the texts with --text.")
    if plan.model:
        print_notes(_embedded(plan))
    with progress_bar("rows") as progress:
        import_rows(plan, location, settings=replace(plan.settings(), **changes), progress=progress)
    typer.echo(f"Project: {location}")


def _embedded(plan: "ImportPlan") -> list[str]:
    """Have a model make the vectors of the texts, with a bar of its progress, and return notes."""
    from querist.cli.progress import watched
    from querist.labelling.intake.vectors import embed

    with watched("embeddings") as watch:
        return embed(plan.source, plan.text_columns, plan.model, watch)


def _places(given: list[str], project: str | None) -> tuple[list[Path], str]:
    """Return where the data is, if any was named, and the project; it lies beside the first file."""
    from querist.data.packed import bare_name

    for data in given:
        if "://" in data:
            raise DataError("That is the address of a database. Open its project with: querist serve ADDRESS")
        path = Path(data)
        if path.suffix == ENDING and not path.is_dir():
            if project is not None or len(given) > 1:
                raise DataError(
                    f"{data} is a project itself. Name it alone, without --project, or name files with data only."
                )
            return [], data
    path = Path(given[0])
    whole = path.absolute() if path.name else path.resolve()
    name = whole.name if path.is_dir() else Path(bare_name(whole.name)).stem
    location = str(path.with_name(name + ENDING) if path.name else whole.with_name(name + ENDING))
    return [Path(data) for data in given], project or location


def _check_names(
    strategy: str | None, estimator: str | None, classes: tuple[str, ...], copies: str | None, *, asks_number: bool
) -> None:
    """Refuse names and parameters that do not exist, and classes that stand twice, before anything is made."""
    from querist._validation import check_choice
    from querist.base.contract import check_classifier, check_regressor
    from querist.base.strategy import check_task
    from querist.labelling.log.classes import added
    from querist.labelling.log.settings import COPY_RULES
    from querist.registry import make_estimator, make_strategy, parse_spec

    task: Task = "regression" if asks_number else "classification"
    if strategy is not None and strategy != "auto":
        name, params = parse_spec(strategy)
        check_task(make_strategy(name, **params), task, what="the model of the page")
    if estimator is not None and estimator != "auto":
        name, params = parse_spec(estimator)
        (check_regressor if asks_number else check_classifier)(make_estimator(name, **params), "--estimator")
    added(classes)
    if copies is not None:
        check_choice(copies, "--copies", COPY_RULES)
