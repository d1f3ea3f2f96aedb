"""What a project knows about its data and how it asks: the one definition, kept as JSON in the project."""

from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final, Literal, TypeVar, get_args

from querist.audit.design import EXCHANGEABLE, Design
from querist.exceptions import InvalidParameterError, StoreError
from querist.labelling.log.keywords import KeywordList, keyword_lists
from querist.labelling.log.numbers import NumberAsked
from querist.labelling.log.typed import misfits
from querist.registry import spec_in_present_words
from querist.registry.goals import goal_of

T = TypeVar("T")

Kind = Literal["text", "table", "image"]
# What is not an annotator's unless an owner says so.
Power = Literal["classes", "bulk", "import", "export"]
# Which rows are copies of each other, asked once: those of the same content, also where they differ in blanks and case
# alone; or none.
CopyRule = Literal["alike", "exact", "off"]
COPY_RULES: Final[tuple[CopyRule, ...]] = get_args(CopyRule)
POWERS: Final[tuple[Power, ...]] = get_args(Power)

# What "auto" stands for. Margin is cheap, has no parameter, and is hard to beat with good models.
DEFAULT_STRATEGY = "margin"
# And where a number is asked for: far from what is known, in the rows and in what they are predicted to have.
DEFAULT_NUMBER_STRATEGY = "igs"
# Of many sparse words a sum, of a few columns and of vectors trees.
DEFAULT_REGRESSORS: Final[dict[Kind, str]] = {
    "text": "ridge",
    "table": "random_forest_regressor",
    "image": "random_forest_regressor",
}
# What the estimator "auto" stood for in projects of texts before it had a kernel machine for them.
_TEXT_ESTIMATOR = "auto:C=5,class_weight=None"
# What "auto" and the other names stand for in projects that are made today; 3: the others for scikit-learn's
# classifiers as they are; 2: "auto" for logistic regression on texts; 1, and nothing at all: trees alone on tables.
AUTO = 4
# How the setting `embeddings` begins where the vectors were brought.
ARRAYS = "arrays:"
# And where a model makes them of the texts.
MODEL = "model:"
# Share of the questions that follow the permanent random numbers, so that accuracy can be judged honestly.
AUDIT_SHARE = 0.2
# What a point of accuracy is worth decides when to stop. A hundred labels: an error on 10,000 rows to come costs as
# much as a label.
LABELS_PER_POINT = 100.0
MOST_LABELS_PER_POINT = 1_000_000
LONGEST_GUIDELINES = 100_000


@dataclass(frozen=True)
class SourceInfo:
    """A file or folder that rows came from.

    Attributes
    ----------
    path : str
        Relative to the project file where it lies in the same folder or below, else absolute.
    hash : str
        Of its content; of a folder: of the names and sizes of its images.
    size : int
        In bytes; of a folder: its number of images.
    n_rows, first_row : int
        Its rows in the project: `first_row` and the `n_rows` from there.
    folder : bool
        Whether it is a folder of images.
    images : str or None
        The folder that image paths start from, written like `path`; None where there are no images.
    """

    path: str
    hash: str
    size: int
    n_rows: int
    first_row: int
    folder: bool = False
    images: str | None = None


@dataclass(frozen=True)
class Settings:
    """Settings of a project.

    Attributes
    ----------
    kind : {"text", "table", "image"}
    columns : tuple of str
        Shown on the card, in this order.
    text_columns, feature_columns : tuple of str
        Read as prose; learned from.
    image_column, id_column, label_column : str or None
    sources : tuple of SourceInfo
    notes : tuple of str
        What was guessed when the project was made.
    opinions : int
        Answers by different people wanted per row of the overlap.
    overlap : float in (0, 1]
        Share of the answered rows that are to have so many, in the audit's order; 1: all.
    audit_share : float in [0, 1]
    audit_design : {"exchangeable", "measure"}
        Whether answers to check questions are unknown to the model that asks (`querist.audit.design`).
    labels_per_point : float
        How many labels one point of accuracy is worth; the advice to stop counts with it.
    strategy, estimator : str
        As ``NAME[:key=value,...]``, or ``auto``: what goes with the goal, without one the defaults.
    goal : str
        ``""``: to learn; ``screening:relevant=ID``: to find all rows of the class of this id.
    number : str
        What the number is called that is asked for; ``""``: classes are.
    unit : str
        Of the number, as people write it behind it; ``""``: none.
    lowest, highest : float or None
        What the number may be, both included; None: no bound.
    copies : {"alike", "exact", "off"}
        Which new rows become copies of others (`querist.labelling.intake.copies`).
    annotators_may : tuple of {"classes", "bulk", "import", "export"}
        What owners let annotators do beside labelling.
    auto : {1, 2, 3}
        What the estimator ``auto`` stands for; projects of earlier versions keep their model: 1 before it had kernel
        machines, 2 before it had one for texts.
    words_only : bool
        Whether texts are their words alone to the model (`querist.data.TableFeatures`), as in projects of earlier
        versions.
    embeddings : str
        ``""``: none; ``arrays:...``: vectors that were brought (`querist.labelling.log.locations.embeddings_home`), and
        what tells them from others; ``model:...``: the sentence model that makes them of the texts.
    like : tuple of str
        Texts whose like is asked about first, until there is a model.
    keywords : tuple of KeywordList
        What is highlighted in texts, by class.
    guidelines : str
        How to label, in Markdown; the page shows it beside the item.
    port : int or None
        Where the page was served last.
    unknown : dict
        What a newer version wrote; kept as it is.
    """

    kind: Kind
    columns: tuple[str, ...] = ()
    text_columns: tuple[str, ...] = ()
    image_column: str | None = None
    id_column: str | None = None
    label_column: str | None = None
    feature_columns: tuple[str, ...] = ()
    sources: tuple[SourceInfo, ...] = ()
    notes: tuple[str, ...] = ()
    opinions: int = 1
    overlap: float = 1.0
    audit_share: float = AUDIT_SHARE
    audit_design: Design = EXCHANGEABLE
    labels_per_point: float = LABELS_PER_POINT
    strategy: str = "auto"
    estimator: str = "auto"
    goal: str = ""
    number: str = ""
    unit: str = ""
    lowest: float | None = None
    highest: float | None = None
    # What projects mean that do not say it: earlier versions asked about each row.
    copies: CopyRule = "off"
    annotators_may: tuple[Power, ...] = ()
    auto: int = 1
    words_only: bool = True
    embeddings: str = ""
    like: tuple[str, ...] = ()
    keywords: tuple[KeywordList, ...] = ()
    guidelines: str = ""
    port: int | None = None
    unknown: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 0 <= self.audit_share <= 1:
            raise InvalidParameterError(f"The audit share must lie between 0 and 1, got {self.audit_share:g}.")
        if not 0 < self.labels_per_point <= MOST_LABELS_PER_POINT:
            raise InvalidParameterError(
                f"A point of accuracy must be worth more than 0 and at most {MOST_LABELS_PER_POINT:,} labels, "
                f"got {self.labels_per_point:g}."
            )
        _check_number(self)
        unknown = set(self.annotators_may) - set(POWERS)
        if unknown:
            raise InvalidParameterError(
                f"Annotators may be given {', '.join(POWERS)}, not {min(unknown)!r}. Leave that out."
            )
        if len(self.guidelines) > LONGEST_GUIDELINES:
            raise InvalidParameterError(
                f"Guidelines have at most {LONGEST_GUIDELINES:,} characters, got {len(self.guidelines):,}. "
                "Link to what is longer."
            )
        if self.opinions < 1:
            raise InvalidParameterError(f"Opinions per row must be at least 1, got {self.opinions}.")
        if not 0 < self.overlap <= 1:
            raise InvalidParameterError(
                f"The overlap, the share of rows that several people answer, must be above 0 and at most 1, "
                f"got {self.overlap:g}. For no overlap at all, set one opinion per row."
            )

    @property
    def number_asked(self) -> NumberAsked | None:
        """The number that is asked for; None: classes are."""
        return NumberAsked(self.number, self.unit, self.lowest, self.highest) if self.number else None

    @property
    def embedding_model(self) -> str:
        """The sentence model that makes embeddings of the texts; empty: none does."""
        return self.embeddings.removeprefix(MODEL) if self.embeddings.startswith(MODEL) else ""

    @property
    def relevant_class(self) -> int | None:
        """The id of the class that screening looks for; None: there is no goal."""
        return int(str(goal_of(self.goal).relevant)) if self.goal else None

    @property
    def strategy_in_use(self) -> str:
        """The strategy, with ``auto`` resolved."""
        if self.strategy == "auto" and self.number:
            return DEFAULT_NUMBER_STRATEGY
        if self.strategy == "auto" and self.goal:
            return f"{goal_of(self.goal).strategy}:target={self.relevant_class}"
        return DEFAULT_STRATEGY if self.strategy == "auto" else self.strategy

    @property
    def estimator_in_use(self) -> str:
        """The estimator, with ``auto`` resolved."""
        if self.number:
            return self.estimator if self.estimator != "auto" else DEFAULT_REGRESSORS[self.kind]
        if self.estimator == "auto" and self.goal:
            return f"{goal_of(self.goal).estimator}:relevant={self.relevant_class}"
        if self.auto == AUTO:
            return self.estimator
        named = (
            _TEXT_ESTIMATOR if self.estimator == "auto" and self.kind == "text" and self.auto < 3 else self.estimator
        )
        return spec_in_present_words(named, auto=self.auto)

    def to_dict(self) -> dict[str, Any]:
        """Return the settings as JSON takes them."""
        values: dict[str, Any] = asdict(self)
        unknown: dict[str, Any] = values.pop("unknown")
        known = {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
        return unknown | known

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Settings":
        """Return the settings that `to_dict` wrote; what this version does not know is kept.

        Raises
        ------
        StoreError
            If they hold something else than settings can be.
        """
        names = {each.name for each in fields(cls)} - {"unknown"}
        known: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in values.items() if name in names
        }
        known["sources"] = tuple(_source(each) for each in _checked(list, values.get("sources", []), "sources"))
        if "keywords" in known:
            # What is no lists of keywords stays as it is, and is refused below.
            known["keywords"] = keyword_lists(known["keywords"]) or known["keywords"]
        if wrong := misfits(cls, known) or [name for name in ("kind",) if name not in known]:
            raise _damaged(wrong[0])
        return cls(**known, unknown={name: value for name, value in values.items() if name not in names})


def _check_number(settings: Settings) -> None:
    """Refuse bounds that no number can keep, and what stands beside no number."""
    low, high = settings.lowest, settings.highest
    if not settings.number:
        if settings.unit or low is not None or high is not None:
            raise InvalidParameterError("A unit, a lowest and a highest value are those of a number: name it too.")
        return
    if low is not None and high is not None and not low < high:
        raise InvalidParameterError(f"The lowest value must be below the highest, got {low:g} and {high:g}.")
    if settings.goal:
        raise InvalidParameterError("A project that asks for a number has no goal of screening. Leave one of them out.")


def wrong_settings(changes: dict[str, Any]) -> list[str]:
    """Return the names of changed settings that hold something else than they can, as the log has them."""
    plain = {name: value for name, value in changes.items() if name != "keywords"}
    no_lists = "keywords" in changes and keyword_lists(changes["keywords"]) is None
    return [*misfits(Settings, plain), *(["keywords"] if no_lists else [])]


def _source(values: Any) -> SourceInfo:
    names = {each.name for each in fields(SourceInfo)}
    known = {name: value for name, value in _checked(dict, values, "sources").items() if name in names}
    if misfits(SourceInfo, known) or not {"path", "hash", "size", "n_rows", "first_row"} <= known.keys():
        raise _damaged("sources")
    return SourceInfo(**known)


def _checked(kind: type[T], value: Any, name: str) -> T:
    if not isinstance(value, kind):
        raise _damaged(name)
    return value


def _damaged(name: str) -> StoreError:
    return StoreError(
        f"The settings of this project are damaged: {name} is something else than it can be. "
        "Go back to a copy of the project."
    )
