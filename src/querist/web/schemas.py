"""The JSON of `/api/v1`; ``frontend/src/core/api.ts`` holds the same shapes."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from querist.labelling.log.settings import MOST_LABELS_PER_POINT

Row = Annotated[int, Field(ge=0, le=2**31 - 1, examples=[17])]
# No blanks and no control characters: PostgreSQL keeps no NUL in a text.
PLAIN = r"^[!-~]+$"
Uuid = Annotated[
    str, Field(min_length=8, max_length=64, pattern=PLAIN, examples=["0d5f7c52-6a4f-4d0c-9d9a-0c3a1f6f2b11"])
]
ClassId = Annotated[int, Field(ge=0, le=32_767, examples=[0])]
Rows = Annotated[list[Row], Field(max_length=100_000)]
Holding = Annotated[list[Row], Field(max_length=200, description="Rows that the tab has and keeps.")]
Want = Annotated[int, Field(ge=0, le=100, description="How many more rows it wants.", examples=[12])]


class Body(BaseModel):
    """A request body: what is not known is refused."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class QueueBody(Body):
    """Renew leases and ask for rows."""

    holding: Holding = []
    want: Want = 12


class ActionBody(Body):
    """One action of a person; a repeat of the same uuid changes nothing."""

    uuid: Uuid
    kind: Literal["answer", "skip", "flag", "unflag", "note", "undo"]
    row: Row
    class_id: ClassId | None = None
    note: Annotated[str, Field(max_length=100_000)] = ""
    target: Uuid | None = Field(None, description="For undo: what no longer counts.")
    shown_at: float | None = Field(None, description="Milliseconds since 1970, by the browser's clock.")
    answered_at: float | None = None
    duration_ms: Annotated[float, Field(ge=0, le=1e12)] | None = None
    guess_shown: bool = False
    class_version: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None


class AnswersBody(QueueBody):
    """Actions, and the next rows wanted."""

    actions: Annotated[list[ActionBody], Field(max_length=1000)]


class FilterBody(Body):
    """What rows must fulfil."""

    search: Annotated[str, Field(max_length=1000)] | None = None
    status: Literal["labelled", "skipped", "model", "unlabelled"] | None = None
    label: ClassId | None = None
    prediction: ClassId | None = None
    min_confidence: Annotated[float, Field(ge=0, le=1)] | None = None
    max_confidence: Annotated[float, Field(ge=0, le=1)] | None = None
    annotator: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None
    flagged: bool | None = None
    disagree: bool | None = None


class BulkBody(Body):
    """Label many rows at once: either rows, or a filter with the number of rows that it found."""

    uuid: Uuid
    class_id: ClassId | None = Field(None, description="Null skips.")
    rows: Rows | None = None
    filter: FilterBody | None = None
    expected: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None


class RowsBody(Body):
    """Rows."""

    rows: Rows


Name = Annotated[str, Field(min_length=1, max_length=200, examples=["spam"])]
Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$", examples=["#0072b2"])]
Description = Annotated[str, Field(max_length=10_000)]


class NewClassBody(Body):
    """A new class."""

    name: Name
    colour: Colour | None = None
    description: Description = ""


class ChangedClassBody(Body):
    """Changes of a class; what is left out stays."""

    name: Name | None = None
    colour: Colour | None = None
    key: Annotated[str, Field(max_length=1)] | None = Field(None, description="Null: by position.")
    description: Description | None = None
    examples: Annotated[list[Annotated[str, Field(max_length=10_000)]], Field(max_length=20)] | None = None


class OrderBody(Body):
    """Class ids in the order of the buttons."""

    ids: Annotated[list[ClassId], Field(max_length=10_000)]


class MergeBody(Body):
    """The class that the answers shall count for."""

    into: ClassId


class SettingsBody(Body):
    """Changes of the settings; what is left out stays."""

    opinions: Annotated[int, Field(ge=1, le=100)] | None = None
    audit_share: Annotated[float, Field(ge=0, le=1)] | None = None
    labels_per_point: Annotated[float, Field(gt=0, le=MOST_LABELS_PER_POINT)] | None = None
    strategy: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    estimator: Annotated[str, Field(min_length=1, max_length=500)] | None = None


class InvitationBody(Body):
    """A link for other people."""

    role: Literal["owner", "annotator"] = "annotator"
    uses: Annotated[int, Field(ge=1, le=1000)] = 1


class JoinBody(Body):
    """An invitation and a name."""

    token: Annotated[str, Field(min_length=1, max_length=200)]
    name: Name


class ModelStatus(BaseModel):
    """What the model does."""

    state: str
    version: int
    n_labels: int
    message: str


class ShownAccuracy(BaseModel):
    """The model's accuracy in short; no value while there are fewer than `n_needed` audit answers."""

    n_labels: int
    value: float | None
    low: float | None
    high: float | None
    n: int
    n_needed: int
    confidence: float


class PendingPromise(BaseModel):
    """The promise whose draws are being asked about."""

    kind: Literal["certificate", "auto_label"]
    n_closed: int
    n_drawn: int


class Progress(BaseModel):
    """Where the project stands."""

    n_rows: int
    n_labelled: int
    n_skipped: int
    n_flagged: int
    mine: int
    by_class: dict[str, int]
    class_version: int
    model: ModelStatus
    accuracy: ShownAccuracy | None
    promise: PendingPromise | None
    n_model: int = Field(description="Rows that the model has labelled under a promise.")


class ClassOut(BaseModel):
    """A class."""

    id: int
    name: str
    colour: str
    key: str | None
    description: str
    examples: list[str]
    state: Literal["active", "removed", "merged"]
    merged_into: int | None


class Classes(BaseModel):
    """Every class, gone ones included."""

    classes: list[ClassOut]
    class_version: int


class Person(BaseModel):
    """A person."""

    id: int
    name: str
    role: Literal["owner", "annotator"]
    active: bool
    n_answers: int


class People(BaseModel):
    """Everybody."""

    people: list[Person]


class SettingsOut(BaseModel):
    """Settings, and what may be chosen."""

    opinions: int
    audit_share: float
    labels_per_point: float
    strategy: str
    estimator: str
    strategies: list[str]
    estimators: list[str]


class ProjectOut(BaseModel):
    """The project."""

    id: str
    name: str
    kind: Literal["text", "table", "image"]
    columns: list[str]
    classes: list[ClassOut]
    me: Person
    people: list[Person]
    settings: SettingsOut
    progress: Progress
    warnings: list[str]
    notes: list[str]
    version: str


class FieldOut(BaseModel):
    """A field of a card."""

    name: str
    value: str
    role: Literal["text", "field"]


class Item(BaseModel):
    """A row as a card."""

    row: int
    id: str
    kind: Literal["text", "table", "image"]
    fields: list[FieldOut]
    image: str | None
    truncated: bool
    flagged: bool
    note: str
    guess: dict[str, Any] | None


class QueueOut(BaseModel):
    """The next rows."""

    items: list[Item]
    progress: Progress


class ResultOut(BaseModel):
    """What became of an action."""

    uuid: str
    status: Literal["saved", "repeated", "refused"]
    code: str | None = None
    message: str | None = None


class AnswersOut(QueueOut):
    """What became of the actions, and the next rows."""

    results: list[ResultOut]


class HistoryEntry(BaseModel):
    """One of a person's actions."""

    uuid: str
    kind: str
    row: int
    id: str
    snippet: str
    class_id: int | None
    at: float
    why: str
    undone: bool


class HistoryOut(BaseModel):
    """A person's last actions, newest first."""

    entries: list[HistoryEntry]


class AnswerOut(BaseModel):
    """A person's current answer."""

    person: str
    class_id: int | None
    at: float
    seconds: float | None


class Summary(BaseModel):
    """A row in a list."""

    row: int
    id: str
    snippet: str
    image: str | None
    status: Literal["labelled", "skipped", "model", "unlabelled"]
    class_id: int | None
    answers: list[AnswerOut]
    prediction: int | None
    confidence: float | None
    flagged: bool
    note: str
    why: str


class ExploreOut(BaseModel):
    """One page of rows."""

    total: int
    items: list[Summary]


class LogLine(BaseModel):
    """What was done to a row."""

    at: float
    person: str
    what: str


class Detail(Item, Summary):
    """All that is known of a row."""

    log: list[LogLine]


class BulkOut(BaseModel):
    """How many rows were labelled; `uuid` undoes it."""

    n: int
    uuid: str


class Count(BaseModel):
    """How many."""

    n: int


class InsightsOut(BaseModel):
    """How the labelling goes."""

    progress: Progress
    curve: list[dict[str, Any]]
    confusion: dict[str, Any]
    speed: list[dict[str, Any]]
    slow: list[dict[str, Any]]
    mistakes: list[dict[str, Any]]
    people: list[Person]


class EstimateOut(BaseModel):
    """A figure with its interval; no value where there are too few answers."""

    quantity: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    method: str
    confidence: float
    note: str
    text: str


class ClassFiguresOut(BaseModel):
    """The figures of a class."""

    class_id: int
    recall: EstimateOut
    precision: EstimateOut
    prevalence: EstimateOut


class BinOut(BaseModel):
    """Accuracy of the rows of about one confidence."""

    confidence: float
    accuracy: EstimateOut


class PlanOut(BaseModel):
    """Labels until the accuracy is known to plus or minus `half_width`."""

    half_width: float
    audit: int
    total: int


class OutlookOut(BaseModel):
    """What more labels are expected to bring."""

    labels: int
    gain: float
    low: float
    high: float
    confidence: float


class AdviceOut(BaseModel):
    """A proposal, not a promise."""

    stop: bool
    reason: str
    outlook: OutlookOut | None
    labels_per_point: float
    text: str


class Figures(BaseModel):
    """What the audit sample says of the model that was trained on `n_labels` labels."""

    seq: int
    at: float | None
    n_labels: int
    n_audited: int
    n_skipped: int
    accuracy: EstimateOut
    running: EstimateOut
    others: list[EstimateOut]
    classes: list[ClassFiguresOut]
    calibration: list[BinOut] | None
    plan: PlanOut | None
    advice: AdviceOut


class CurvePoint(BaseModel):
    """Model accuracy at one moment."""

    n_labels: int
    at: float
    value: float | None
    low: float | None
    high: float | None
    n: int


class PromiseBody(Body):
    """What is to be promised."""

    kind: Literal["certificate", "auto_label"]
    target: Annotated[float, Field(ge=0.5, lt=1, examples=[0.95])]
    most_labels: Annotated[int, Field(ge=10, le=5000, description="Of an auto-labelling.")] = 500


class PromisePlan(BaseModel):
    """What an attempt would take."""

    possible: bool
    why: str
    attempt: int
    n_remaining: int | None
    n_labels: int | None
    n_needed: int | None
    power: float | None
    level: float | None
    released_at_most: int | None


class Stage(BaseModel):
    """Which region is being asked about."""

    number: int
    of: int


class PromiseOut(BaseModel):
    """An attempt, and where it stands."""

    id: str
    kind: Literal["certificate", "auto_label"]
    target: float
    confidence: float
    state: Literal["asking", "passed", "failed", "cancelled", "applied"]
    attempt: int
    created_at: float
    seq: int
    n_labels_at: int
    n_remaining: int
    n_drawn: int
    n_answered: int
    n_correct: int
    n_closed: int
    n_needed: int
    stage: Stage
    bound: float | None = Field(description="Certain accuracy on all rows without a label when the model was frozen.")
    rest: float | None = Field(description="Certain accuracy on those of them that are left.")
    n_rest: int | None
    n_released: int | None
    sentence: str


class PromisesOut(BaseModel):
    """All attempts, the newest first."""

    attempts: int
    promises: list[PromiseOut]


class FiguresOut(BaseModel):
    """The newest figures, and those of earlier moments."""

    figures: Figures | None
    curve: list[CurvePoint]


class InvitationOut(BaseModel):
    """A link; whoever opens it first may label."""

    url: str
    expires_at: float


class RefusedLine(BaseModel):
    """A line of an imported file that was not taken."""

    where: str
    message: str


class ImportOut(BaseModel):
    """What became of an imported file."""

    imported: int
    unchanged: int
    refused: list[RefusedLine]


class ErrorBody(BaseModel):
    """What was wrong, where, and what to do."""

    code: str
    message: str
    where: str | None = None
    hint: str | None = None


class ErrorOut(BaseModel):
    """The one shape of errors."""

    error: ErrorBody
