"""What people do to rows: what the log keeps of it, and the acts that a board remembers."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median
from typing import Literal, NamedTuple

from querist.labelling.log.payload import Payload
from querist.store.rows import EventRow

# What a person says to a row, of a kind that stands until the person says something else.
ANSWERS = ("answered", "changed")
RESPONSES = (*ANSWERS, "skipped")
# Which of the answers before it a response takes the place of, beside the person's own: none, those that came with a
# file, or all.
Replaces = Literal["", "given", "all"]
# What people do to rows; each can be undone.
ACTS = (*RESPONSES, "flagged", "unflagged", "noted", "commented", "second_opinion", "adjudicated")


@dataclass(frozen=True, kw_only=True)
class Deed(Payload):
    """What a person, or an import, did to a row.

    Attributes
    ----------
    how : str
        How the row came to be asked: initial, strategy, audit, certificate, again; search: a person found it; import:
        it came with the data, or from a file. Empty where nobody asked.
    blind : bool
        Whether the model's guess was out of sight.
    source : str
        The file of labels that it came from.
    group : str or None
        The uuid that it shares with others, so that one undo takes all of them back.
    """

    how: str = ""
    blind: bool = True
    source: str = ""
    group: str | None = None


@dataclass(frozen=True, kw_only=True)
class Response(Deed):
    """What a person says to a question, and its circumstances.

    Attributes
    ----------
    strategy : str
        By which the row was asked.
    ranking, rank, utility
        The ranking by which it was asked (0: none), the row's place in that order, and its utility.
    share : float or None
        The audit's share of the questions then.
    class_version : int or None
        Number of the list of classes that the person saw.
    asked_at, shown_at, answered_at : float or None
        Seconds since 1970; the first by the server's clock, the others by the browser's.
    seconds : float or None
        How long the person looked at it.
    guess_shown : bool
        Whether the model's guess was in sight.
    replaces : {"", "given", "all"}
        Which answers before it count no more, beside the person's own: none, those that came with a file, or all.
        Decided when it was said (`replaced_by`); what older versions wrote replaces none.
    """

    strategy: str = ""
    ranking: int = 0
    rank: int | None = None
    utility: float | None = None
    share: float | None = None
    class_version: int | None = None
    asked_at: float | None = None
    shown_at: float | None = None
    answered_at: float | None = None
    seconds: float | None = None
    guess_shown: bool = False
    replaces: Replaces = ""


@dataclass(frozen=True, kw_only=True)
class Answered(Response):
    """A first answer.

    Attributes
    ----------
    class_id : int
        In a project that asks for a number: its one class, which says that there is one.
    number : float or None
        The number, to the last bit; None in projects that ask for classes.
    guess, confidence
        What the model had predicted, where it was never told of the row, and how surely.
    guess_labels : int or None
        Answers that this model had been trained on; older versions did not write it.
    guess_number : float or None
        The number that the model had predicted, likewise.
    """

    class_id: int
    guess: int | None = None
    confidence: float | None = None
    guess_labels: int | None = None
    number: float | None = None
    guess_number: float | None = None


@dataclass(frozen=True, kw_only=True)
class Changed(Answered):
    """A person's later answer, in place of the one before."""


@dataclass(frozen=True, kw_only=True)
class Skipped(Response):
    """The person cannot tell."""


@dataclass(frozen=True, kw_only=True)
class Flagged(Deed):
    """The row is to be looked at again; why."""

    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Unflagged(Deed):
    """It was."""


@dataclass(frozen=True, kw_only=True)
class Noted(Deed):
    """A note on the row, in place of the one before."""

    note: str


@dataclass(frozen=True, kw_only=True)
class Commented(Deed):
    """A comment on the row, beside those before it; one that `resolves` says that nothing is left to settle."""

    text: str = ""
    resolves: bool = False


@dataclass(frozen=True, kw_only=True)
class SecondOpinionWanted(Deed):
    """One more answer is wanted."""


@dataclass(frozen=True, kw_only=True)
class Adjudicated(Deed):
    """A reviewer decided what a row is on which answers differ; it stands above all answers, later ones too.

    Attributes
    ----------
    class_id : int or None
        None: nobody can tell.
    class_version : int or None
        Number of the list of classes that the reviewer saw.
    """

    class_id: int | None = None
    class_version: int | None = None


@dataclass(slots=True, eq=False)
class Act:
    """Something that a person (or an import: annotator None) did to a row."""

    number: int
    uuid: str
    kind: str
    row: int
    annotator: int | None
    at: float
    class_id: int | None
    seconds: float | None
    how: str
    strategy: str
    ranking: int
    guess: int | None
    confidence: float | None
    # Answers that the model which guessed had been trained on.
    guess_labels: int | None
    # The number that was answered, and the one that the model had predicted, where numbers are asked for.
    value: float | None
    guess_value: float | None
    blind: bool
    note: str
    # What it shares with others that were done at once.
    group: str | None
    replaces: Replaces = ""
    # Of a comment: it says that nothing is left to settle.
    resolves: bool = False
    # When the row was given to the person.
    asked_at: float | None = None
    # How many standing removals are over it, whether there is one, and where in the log the last of them came at least.
    n_over: int = 0
    undone: bool = False
    undone_at: int = 0

    @classmethod
    def of(cls, number: int, event: EventRow, deed: Deed) -> "Act":
        """Return the act that an event tells of, the `number`-th of the project."""
        assert event.row is not None
        answer = deed if isinstance(deed, Answered) else None
        response = deed if isinstance(deed, Response) else None
        return cls(
            number,
            event.uuid,
            event.kind,
            event.row,
            event.annotator,
            event.at,
            class_id=deed.class_id if isinstance(deed, Answered | Adjudicated) else None,
            seconds=response.seconds if response else None,
            asked_at=response.asked_at if response else None,
            how=deed.how,
            strategy=response.strategy if response else "",
            ranking=response.ranking if response else 0,
            guess=answer.guess if answer else None,
            confidence=answer.confidence if answer else None,
            guess_labels=answer.guess_labels if answer else None,
            value=answer.number if answer else None,
            guess_value=answer.guess_number if answer else None,
            blind=deed.blind,
            note=deed.note if isinstance(deed, Flagged | Noted) else deed.text if isinstance(deed, Commented) else "",
            group=deed.group,
            replaces=response.replaces if response else "",
            resolves=isinstance(deed, Commented) and deed.resolves,
        )

    @property
    def is_bulk(self) -> bool:
        """Whether it was done to many rows at once, or came with a file."""
        return self.group is not None or self.how == "import"


def current_answers(acts: Iterable[Act]) -> dict[int | None, Act]:
    """Return each person's last answer that nothing later takes the place of, in the order of the first answers."""
    current: dict[int | None, Act] = {}
    for act in acts:
        if act.replaces == "all":
            current.clear()
        elif act.replaces == "given":
            current.pop(None, None)
        if act.kind in ANSWERS:
            current[act.annotator] = act
        elif act.kind == "skipped":
            current.pop(act.annotator, None)
    return current


class RowLabel(NamedTuple):
    """What acts give a row.

    Attributes
    ----------
    class_id : int
        Its label: a reviewer's decision, else the majority of the current answers, the earliest among equals; -1 for
        none.
    n_opinions : int
        How many people's answers count.
    skipped : bool
        Whether nobody could tell: it was skipped, or a reviewer decided so.
    given : bool
        Whether all that counts came with the data.
    number : float
        The median of the numbers that count; NaN where there are none.
    """

    class_id: int
    n_opinions: int
    skipped: bool
    given: bool
    number: float


def row_label(acts: list[Act], label_of: Callable[[int | None], int]) -> RowLabel:
    """Return what the standing acts on a row give it.

    Parameters
    ----------
    acts : list of Act
        In order; whether they stand is the caller's to say.
    label_of : callable
        The class that answers of a class count for; -1 for none.
    """
    answers = current_answers(acts)
    votes: dict[int, int] = {}
    numbers: list[float] = []
    for act in answers.values():
        label = label_of(act.class_id)
        if label >= 0:
            votes[label] = votes.get(label, 0) + 1
            numbers += [] if act.value is None else [act.value]
    # They stand in the order of the first answers, and the first among equals is the greatest.
    label = max(votes, key=votes.__getitem__) if votes else -1
    decided = last_decision(acts, label_of)
    if decided is not None:
        label = label_of(decided.class_id)
    skipped = label < 0 and (decided is not None or last_kind(acts, RESPONSES) == "skipped")
    number = median(numbers) if numbers and label >= 0 else math.nan
    return RowLabel(label, sum(votes.values()), skipped, bool(votes) and answers.keys() == {None}, number)


def last_decision(acts: list[Act], label_of: Callable[[int | None], int]) -> Act | None:
    """Return what a reviewer decided last, of standing acts; None where nobody did, or the decided class is gone."""
    decided = next((act for act in reversed(acts) if act.kind == "adjudicated"), None)
    gone = decided is not None and decided.class_id is not None and label_of(decided.class_id) < 0
    return None if gone else decided


def replaced_by(
    answers: dict[int | None, Act], annotator: int | None, *, deliberate: bool, n_wanted: int, answered: bool = True
) -> Replaces:
    """Return which answers to a row what is said now takes the place of.

    Who looked a row up, or corrects it in a file, means what stands there. Where one opinion is wanted that word
    stands; where several are, it is one of them. What came with a file is nobody's opinion once a person answers.

    Parameters
    ----------
    answers : dict
        Current answers (`current_answers`).
    annotator : int or None
        Who speaks; None: a file.
    deliberate : bool
        Whether it is no answer to a question: who was asked has not seen what others said.
    n_wanted : int
        Opinions wanted on the row.
    answered : bool, default=True
        Whether it is an answer, and not a skip.
    """
    others = answers.keys() - {annotator}
    if deliberate and n_wanted <= 1 and others:
        return "all"
    return "given" if answered and None in others else ""


def is_blind(act: Act) -> bool:
    """Whether an act stands that was done without a guess in sight, as what came with the data was."""
    return (act.blind or act.how == "import") and not act.undone


def last_kind(acts: list[Act], kinds: tuple[str, ...]) -> str:
    """Return which of some kinds came last, or nothing."""
    return next((act.kind for act in reversed(acts) if act.kind in kinds), "")
