"""Where a project stands, in a few lines for a terminal."""

from datetime import datetime

from querist._words import listed
from querist.labelling.log.classes import active
from querist.labelling.log.deeds import RESPONSES
from querist.labelling.reading.project_view import ProjectView

# More would fill the terminal.
_MOST = 8


def standing(view: ProjectView) -> list[str]:
    """Return what a project holds: rows, classes, how it asks, people, and the last answer of one of them."""
    board = view.board
    copies = f" and {board.copies.n_copies:,} copies of them" if board.copies.n_copies else ""
    done = [f"{board.n_rows - board.copies.n_copies:,} rows{copies}", f"{board.n_labelled:,} labelled"]
    done += [f"{n:,} {what}" for n, what in ((len(board.skipped), "skipped"), (len(board.flagged), "flagged")) if n]
    lines = [f"{view.info.name}: {', '.join(done)}"]
    classes = sorted(active(board.classes), key=lambda each: -board.counts[each.id])
    if classes:
        lines.append(f"labels: {listed((f'{each.name} {board.counts[each.id]:,}' for each in classes), _MOST)}")
    else:
        lines.append("classes: none yet; make them on the page")
    settings = view.settings
    share = f"check questions {100 * settings.audit_share:.3g} %" if settings.audit_share else "no check questions"
    if settings.goal:
        lines.append(f"goal {settings.goal.partition(':')[0]}")
    lines.append(f"strategy {settings.strategy}, model {settings.estimator}, {share}")
    people = [each for each in view.people_list() if each.active]
    if people:
        lines.append(f"people: {listed((_person(each.name, each.role, each.n_answers) for each in people), _MOST)}")
    last = next((act for act in reversed(board.acts()) if act.annotator is not None and act.kind in RESPONSES), None)
    if last is not None:
        at = datetime.fromtimestamp(last.at).astimezone()
        lines.append(f"last answer: {at:%Y-%m-%d %H:%M}, {view.name(last.annotator)}")
    return lines


def _person(name: str, role: str, n_answers: int) -> str:
    return f"{name} ({role}, {n_answers:,} answer{'' if n_answers == 1 else 's'})"
