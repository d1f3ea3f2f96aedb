"""How far people agree; rows on which they do not, and what reviewers decide about them."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from querist.labelling.reading.agreement import AgreementReply
from querist.labelling.reading.agreement_table import agreement_table
from querist.labelling.reading.conflicts import ConflictsReply
from querist.labelling.reading.work import work
from querist.web.depends import Someone, TheProject, done
from querist.web.downloads import as_file, stem
from querist.web.rights import RIGHTS, GuardedRoute, may
from querist.web.schemas.agreement import DecisionBody, WorkReply

router = APIRouter(route_class=GuardedRoute, tags=["agreement"])
Limit = Annotated[int, Query(ge=1, le=100)]


# Neither waits in the loop that serves everybody: the figures may take a moment.
@router.get("/agreement")
def agreement(project: TheProject, person: Someone) -> AgreementReply:
    """Return how far people agree, and how good each one's answers are."""
    return project.agreements.reply()


@router.get("/work")
def people_at_work(project: TheProject, person: Someone) -> WorkReply:
    """Return what you have done; reviewers and owners are told what everybody has done."""
    sees_all = may(person.role, RIGHTS["GET", "/agreement"], project.settings)
    everybody = project.view.people_list()
    shown = [each for each in everybody if sees_all or each.id == person.annotator_id]
    return WorkReply(people=work(project.board, shown, project.agreements))


@router.get("/export/agreement", response_class=Response, responses={200: {"content": {"text/csv": {}}}})
def export_agreement(project: TheProject, person: Someone) -> Response:
    """Download the answers that the figures are made of, one per line: row, person, class, sample, decision."""
    content = agreement_table(project.rows, project.agreements.answers())
    return Response(content, media_type="text/csv", headers=as_file(f"{stem(project)}-agreement.csv"))


@router.get("/conflicts")
def conflicts(project: TheProject, person: Someone, limit: Limit = 20) -> ConflictsReply:
    """Return the next rows on which answers differ, without names, in random order."""
    return project.adjudication.queue(person.annotator_id, limit=limit)


@router.post("/conflicts/decide")
async def decide(body: DecisionBody, project: TheProject, person: Someone) -> ConflictsReply:
    """Decide about a row; an undo action whose target is `uuid` takes it back. Answered with the next row."""
    await done(
        project.adjudication.decide(
            person.annotator_id, body.uuid, body.row, body.class_id, class_version=body.class_version
        )
    )
    return project.adjudication.queue(person.annotator_id, limit=1)
