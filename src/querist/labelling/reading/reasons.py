"""Why a row is asked about, in a clause that tells no more than the person may know."""

from querist.labelling.log.ranking import INITIAL
from querist.labelling.reading.cards import Guess
from querist.labelling.trainer.messages import RunnerUp

# The same for check questions, second opinions and the rows whose guess is hidden so that these cannot be told apart.
HIDDEN = (
    "the model's guess is hidden here, so that it cannot lead you. It is hidden on all questions that are drawn at "
    "random or that others answer too, and on as many more, so that nobody can tell which are which; once you "
    "have answered this one, Explore says why it was asked"
)
_FIRST = "one of the first rows: these are typical of many others, and differ from each other as much as possible"
# Where the second class is so much less likely than the first, the model is not torn.
_TORN = 0.5


def why_asked(
    how: str, strategy: str, *, hidden: bool, guess: Guess | None, rival: RunnerUp | None, names: dict[int, str]
) -> str:
    """Return why a row is asked about.

    Parameters
    ----------
    how, strategy : str
        How it came to be asked, as its ticket says, and the strategy that chose it.
    hidden : bool
        The row is to be answered without a guess in sight.
    guess : Guess or None
    rival : RunnerUp or None
        The class that the same model finds second.
    names : dict of int to str
        Of the classes.
    """
    if hidden:
        return HIDDEN
    if how == INITIAL:
        return _FIRST
    if how != "strategy":
        return ""
    chosen = f"the model would learn most from it ({strategy})"
    if guess is None:
        return chosen
    said = f"{names.get(guess.class_id, 'another class')} ({_percent(guess.confidence)})"
    if rival is not None and rival.probability >= _TORN * guess.confidence:
        other = f"{names.get(rival.class_id, 'another class')} ({_percent(rival.probability)})"
        return f"the model is torn between {said} and {other}"
    return f"{chosen}; it says {said}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
