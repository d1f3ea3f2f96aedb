"""The project: where it stands, how good the model is, its settings."""

from fastapi import APIRouter

import querist
from querist.audit.design import PRICE, TEACHING_PRICE
from querist.labelling.log.keywords import KeywordList
from querist.labelling.reading.figures import FiguresReply, measured
from querist.labelling.reading.insights import insights as read_insights
from querist.labelling.serving.people import Person
from querist.labelling.serving.project import Project
from querist.registry import estimator_names, regressor_names, strategy_names
from querist.web.depends import Someone, TheProject, done
from querist.web.rights import GuardedRoute, allowed
from querist.web.schemas.project import Health, InsightsReply, Me, ProjectInfo, SettingsBody, SettingsInfo

router = APIRouter(route_class=GuardedRoute, tags=["project"])


@router.get("/project")
def project_(project: TheProject, person: Someone) -> ProjectInfo:
    """Return all that the page needs to begin."""
    return ProjectInfo(
        id=project.view.info.project_id,
        name=project.view.info.name,
        kind=project.settings.kind,
        columns=list(project.settings.columns),
        number=project.settings.number_asked,
        classes=project.board.classes,
        me=_me(project, person),
        people=project.view.people_list(),
        settings=_settings(project),
        progress=project.progress(person.annotator_id),
        warnings=list(project.warnings),
        notes=list(project.settings.notes),
        version=querist.__version__,
    )


def _me(project: Project, person: Person) -> Me:
    return Me(**vars(project.view.person_info(person.annotator_id)), may=allowed(person.role, project.settings))


def _settings(project: Project) -> SettingsInfo:
    settings = project.settings
    strategies = strategy_names("regression" if settings.number else "classification")
    estimators = regressor_names() if settings.number else estimator_names()
    return SettingsInfo(
        opinions=settings.opinions,
        overlap=settings.overlap,
        audit_share=settings.audit_share,
        audit_design=settings.audit_design,
        audit_is_set=project.board.reserve.is_open,
        audit_price=PRICE,
        audit_teaching=TEACHING_PRICE,
        labels_per_point=settings.labels_per_point,
        strategy=settings.strategy,
        estimator=settings.estimator,
        looks_for=settings.relevant_class,
        strategies=["auto", *(name for name in strategies if name != "auto")],
        annotators_may=settings.annotators_may,
        keywords=settings.keywords,
        guidelines=settings.guidelines,
        estimators=["auto", *(name for name in estimators if name != "auto")],
    )


@router.get("/settings")
def settings(project: TheProject, person: Someone) -> SettingsInfo:
    """Return the settings, and what may be chosen."""
    return _settings(project)


@router.patch("/settings")
async def change_settings(body: SettingsBody, project: TheProject, person: Someone) -> SettingsInfo:
    """Change settings."""
    changes = {name: value for name, value in body.model_dump().items() if value is not None}
    if body.keywords is not None:
        changes["keywords"] = tuple(KeywordList(each.class_id, tuple(each.words)) for each in body.keywords)
    if changes:
        await done(project.change_settings(person.annotator_id, **changes))
    return _settings(project)


@router.get("/insights")
def insights(project: TheProject, person: Someone) -> InsightsReply:
    """Return how the labelling goes."""
    told = read_insights(project.rows, project.reader(person.annotator_id))
    return InsightsReply(**vars(told), progress=project.progress(person.annotator_id))


@router.get("/figures")
def figures(project: TheProject, person: Someone) -> FiguresReply:
    """Return how good the model is, and was."""
    return measured(project.view)


@router.get("/health")
async def health() -> Health:
    """Say that the server is there; needs no cookie."""
    return Health(status="ok")
