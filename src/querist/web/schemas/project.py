"""The project: where it stands, and its settings."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from querist.audit.design import Design
from querist.labelling.log.classes import ClassInfo
from querist.labelling.log.keywords import LONGEST_KEYWORD, MOST_KEYWORDS, KeywordList
from querist.labelling.log.numbers import NumberAsked
from querist.labelling.log.settings import LONGEST_GUIDELINES, MOST_LABELS_PER_POINT, POWERS, Kind, Power
from querist.labelling.reading.insights import Insights
from querist.labelling.reading.people import PersonInfo
from querist.labelling.serving.replies import Progress
from querist.web.schemas.common import Body, ClassId


class KeywordsBody(Body):
    """The keywords of a class: words and phrases; `word*` stands for all words that begin so."""

    class_id: ClassId
    words: Annotated[list[Annotated[str, Field(max_length=LONGEST_KEYWORD)]], Field(max_length=MOST_KEYWORDS)]


class SettingsBody(Body):
    """Changes of the settings; what is left out stays."""

    opinions: Annotated[int, Field(ge=1, le=100)] | None = None
    overlap: Annotated[float, Field(gt=0, le=1)] | None = None
    audit_share: Annotated[float, Field(ge=0, le=1)] | None = None
    audit_design: Design | None = Field(
        None,
        description="measure: answers to check questions decide what is asked next, too; before rows are set aside.",
    )
    labels_per_point: Annotated[float, Field(gt=0, le=MOST_LABELS_PER_POINT)] | None = None
    strategy: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    estimator: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    annotators_may: Annotated[tuple[Power, ...], Field(max_length=len(POWERS))] | None = Field(
        None, description="What annotators may beside labelling."
    )
    keywords: Annotated[list[KeywordsBody], Field(max_length=MOST_KEYWORDS)] | None = Field(
        None, description="All lists of keywords; classes without one have none from then on."
    )
    guidelines: Annotated[str, Field(max_length=LONGEST_GUIDELINES)] | None = Field(
        None, description="How to label, in Markdown; empty: none."
    )


class SettingsInfo(BaseModel):
    """Settings, and what may be chosen."""

    opinions: int = Field(description="Answers by different people wanted per row of the overlap.")
    overlap: float = Field(description="Share of the answered rows that are to have so many, drawn at random; 1: all.")
    audit_share: float = Field(description="Share of the questions that follow the random order.")
    audit_design: Design = Field(description="Whether the model that asks knows none of their answers, or all.")
    audit_is_set: bool = Field(description="Rows were set aside for them: measure cannot be chosen any more.")
    audit_price: str = Field(description="What check questions cost.")
    audit_teaching: str = Field(description="What it brings, and costs, if their answers decide what is asked next.")
    labels_per_point: float = Field(
        description="How many labels one point of accuracy is worth: advice to stop counts with it."
    )
    strategy: str
    estimator: str
    looks_for: int | None = Field(
        description="Id of the class all of whose rows are to be found, which is what `auto` follows then; null: none."
    )
    strategies: list[str] = Field(description="What may be chosen.")
    estimators: list[str]
    annotators_may: tuple[Power, ...] = Field(description="What annotators may beside labelling.")
    keywords: tuple[KeywordList, ...] = Field(description="What is highlighted in texts, by class.")
    guidelines: str = Field(description="How to label, in Markdown.")


@dataclass(frozen=True)
class Me(PersonInfo):
    """Who asks, and the routes that they may use, as ``METHOD /path`` under `/api/v1`."""

    may: list[str]


class ProjectInfo(BaseModel):
    """All that the page needs to begin."""

    id: str
    name: str
    kind: Kind
    columns: list[str] = Field(description="The user's columns, in order.")
    number: NumberAsked | None = Field(description="What number is asked for; null: classes are.")
    classes: tuple[ClassInfo, ...]
    me: Me
    people: list[PersonInfo]
    settings: SettingsInfo
    progress: Progress
    warnings: list[str] = Field(description="What the person should know: a network drive, a moved data file.")
    notes: list[str] = Field(description="What was guessed about the data, in words.")
    version: str


@dataclass(frozen=True)
class InsightsReply(Insights):
    """How the labelling goes, and where it stands."""

    progress: Progress


class Health(BaseModel):
    """The server is there; strangers are told no more."""

    status: Literal["ok"]
