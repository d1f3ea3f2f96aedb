"""Who is who: links, sign-ins, roles, on both databases."""

from concurrent.futures import wait

import pytest
from example_project import cookie_for, make_project, sign_in

from querist.exceptions import InvalidParameterError
from querist.labelling.serving.actions import Action
from querist.labelling.serving.people import (
    COMMAND_LINK_SECONDS,
    INVITATION_SECONDS,
    OWN_LINK_SECONDS,
    SIGN_IN_SECONDS,
)
from querist.labelling.serving.project import Project


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def project(store_location, clock):
    with Project.open(make_project(store_location()), train=False, clock=clock) as opened:
        yield opened


@pytest.fixture
def people(project):
    return project.people


def names(project):
    return {each.name: (each.role, each.active) for each in project.view.people.values()}


def logged(project, *kinds):
    return [(each.kind, each.annotator, each.data) for each in project.store.events(kinds=kinds)]


# ---------------------------------------------------------------------- joining


def test_an_owners_invitation_never_signs_in_as_somebody(project, people):
    ada = cookie_for(project, "ada")
    token, _ = people.invite(role="owner").result()
    with pytest.raises(InvalidParameterError, match="already called 'ada'"):
        people.join(token, "ada").result()
    # The link is still good, and ada still signed in.
    zoe = people.join(token, "zoe").result()
    assert people.person(ada).name == "ada"
    assert people.person(zoe).name == "zoe"
    assert names(project) == {"ada": ("owner", True), "zoe": ("owner", True)}


def test_a_personal_link_adds_a_browser(project, people):
    first = cookie_for(project, "bea", "reviewer")
    bea = people.person(first).annotator_id
    token, _ = people.link(bea).result()
    second = people.join(token, "whatever").result()
    assert people.person(first) == people.person(second)
    assert people.person(first).name == "bea"
    with pytest.raises(InvalidParameterError, match="already been used"):
        people.join(token).result()
    people.sign_out(first).result()
    assert people.person(first) is None
    assert people.person(second).name == "bea"
    assert people.n_sign_ins(bea) == 1
    people.sign_out_everywhere(bea).result()
    assert people.person(second) is None


def test_two_who_take_one_name_at_the_same_moment(people):
    tokens = [people.invite().result()[0] for _ in range(8)]
    asked = [people.join(token, "bob") for token in tokens]
    wait(asked)
    assert sum(each.exception() is None for each in asked) == 1


def test_a_link_for_one_lets_one_in_also_at_the_same_moment(people):
    token, _ = people.invite(uses=1).result()
    asked = [people.join(token, f"bob {number}") for number in range(8)]
    wait(asked)
    assert sum(each.exception() is None for each in asked) == 1


def test_links_end_with_their_time(project, people, clock):
    ada = sign_in(project)
    links = {
        INVITATION_SECONDS: people.invite().result(),
        OWN_LINK_SECONDS: people.link(ada, seconds=OWN_LINK_SECONDS).result(),
        COMMAND_LINK_SECONDS: people.link_of_command("ada").result(),
    }
    start = clock.now
    for seconds, (token, ends) in links.items():
        assert ends == start + seconds
        clock.now = ends - 1
        assert people.look(token) is not None
        clock.now = ends
        assert people.look(token) is None
        with pytest.raises(InvalidParameterError, match="expired"):
            people.join(token, "late").result()


def test_a_browser_is_signed_in_for_half_a_year(project, people, clock):
    cookie = cookie_for(project)
    clock.now += SIGN_IN_SECONDS - 1
    assert people.person(cookie) is not None
    clock.now += 2
    assert people.person(cookie) is None
    cookie_for(project)
    assert len(project.store.sign_ins()) == 1


def test_what_a_link_is_good_for_is_told_without_using_it(project, people):
    bea = sign_in(project, "bea", "viewer")
    invited, _ = people.invite(role="reviewer").result()
    personal, _ = people.link(bea, by=bea).result()
    command, _ = people.link_of_command("ada").result()
    for _ in range(3):
        told = [people.look(token) for token in (invited, personal, command)]
    assert [(each.role, each.person, each.from_command) for each in told] == [
        ("reviewer", None, False),
        ("viewer", "bea", False),
        ("owner", "ada", True),
    ]
    assert {each.project for each in told} == {"reviews"}
    assert people.look("nonsense") is None


# ---------------------------------------------------------------------- the command's link


def test_the_command_makes_its_owner_once(project, people):
    first, _ = people.link_of_command("ada").result()
    second, _ = people.link_of_command("ada").result()
    cookies = [people.join(token).result() for token in (first, second)]
    assert [people.person(each).name for each in cookies] == ["ada", "ada"]
    assert names(project) == {"ada": ("owner", True)}
    assert logged(project, "joined") == [("joined", 1, {"name": "ada", "role": "owner", "invitation": 1})]


def test_the_command_makes_nobody_an_owner_who_is_none(project, people):
    sign_in(project, "ada")
    sign_in(project, "bob", "annotator")
    with pytest.raises(InvalidParameterError, match=r"'bob' is not an owner of this project but an annotator.*\(ada\)"):
        people.link_of_command("bob").result()
    with pytest.raises(InvalidParameterError, match="already called 'ada'"):
        people.link_of_command("Ada").result()
    with pytest.raises(InvalidParameterError, match="Querist itself"):
        people.link_of_command("import").result()
    assert set(names(project)) == {"ada", "bob"}


def test_the_command_brings_a_removed_owner_back(project, people):
    ada, zoe = sign_in(project, "ada"), sign_in(project, "zoe")
    people.remove(ada, by=zoe).result()
    token, _ = people.link_of_command("ada").result()
    assert people.person(people.join(token).result()).annotator_id == ada
    assert logged(project, "person_restored") == [("person_restored", None, {"person": ada})]


# ---------------------------------------------------------------------- roles, removing


def test_a_removed_person_has_no_way_back(project, people):
    ada = sign_in(project, "ada")
    came_by, _ = people.invite(role="owner", uses=5, by=ada).result()
    eve_cookie = people.join(came_by, "eve").result()
    eve = people.person(eve_cookie).annotator_id
    links = [people.invite(role="owner", by=eve), people.link(eve, by=eve), people.link(ada, by=eve)]
    tokens = [came_by, *(each.result()[0] for each in links)]
    others, _ = people.invite(by=ada).result()
    people.remove(eve, by=ada).result()
    assert people.person(eve_cookie) is None
    for token in tokens:
        assert people.look(token) is None
        with pytest.raises(InvalidParameterError, match="revoked"):
            people.join(token, "mallory").result()
    # Those that others made, and that eve did not come by, are good.
    assert people.look(others) is not None
    with pytest.raises(InvalidParameterError, match="was removed"):
        people.link(eve, by=ada).result()
    assert names(project) == {"ada": ("owner", True), "eve": ("owner", False)}
    people.restore(eve, by=ada).result()
    assert people.person(eve_cookie) is None
    token, _ = people.link(eve, by=ada).result()
    assert people.person(people.join(token).result()).name == "eve"


def test_of_people_from_before_links_were_numbered_all_used_links_end(project, people):
    """An earlier version did not log who came by which link."""
    ada = sign_in(project, "ada")
    used, _ = people.invite(uses=3).result()
    unused, _ = people.invite(uses=3).result()
    people.join(used, "bob").result()
    with project.store.writing() as tx:
        old = tx.add_annotator("old", "annotator")
    people.remove(old, by=ada).result()
    assert people.look(used) is None
    assert people.look(unused) is not None


def test_one_owner_stays(project, people):
    ada = sign_in(project, "ada")
    with pytest.raises(InvalidParameterError, match="'ada' is the only owner"):
        people.remove(ada, by=ada).result()
    with pytest.raises(InvalidParameterError, match="'ada' is the only owner"):
        people.change_role(ada, "reviewer", by=ada).result()
    zoe = sign_in(project, "zoe")
    both = [people.remove(ada, by=zoe), people.remove(zoe, by=ada)]
    wait(both)
    assert sum(each.exception() is None for each in both) == 1
    assert sum(active for _, active in names(project).values()) == 1


def test_roles_change_at_once_and_are_logged(project, people):
    ada, cookie = sign_in(project, "ada"), cookie_for(project, "bob", "owner")
    bob = people.person(cookie).annotator_id
    made, _ = people.invite(role="owner", by=bob).result()
    people.change_role(bob, "viewer", by=ada).result()
    assert people.person(cookie).role == "viewer"
    # What bob let others in as while he might.
    assert people.look(made) is None
    people.change_role(bob, "viewer", by=ada).result()
    assert logged(project, "role_changed") == [("role_changed", ada, {"person": bob, "role": "viewer"})]
    with pytest.raises(InvalidParameterError, match="A role is one of viewer, annotator, reviewer, owner; got 'king'"):
        people.change_role(bob, "king", by=ada).result()
    with pytest.raises(InvalidParameterError, match="no person 99"):
        people.change_role(99, "owner", by=ada).result()


@pytest.mark.parametrize("change", ["remove", "look on"])
def test_rows_that_somebody_held_go_to_others(project, people, change):
    ada, bob = sign_in(project, "ada"), sign_in(project, "bob", "annotator")
    n_rows = project.board.n_rows
    held = project.submit(bob, "tab", [], holding=[], want=n_rows).result()
    assert len(held.items) == n_rows
    assert project.submit(ada, "tab", [], holding=[], want=n_rows).result().items == []
    (people.remove(bob, by=ada) if change == "remove" else people.change_role(bob, "viewer", by=ada)).result()
    assert len(project.submit(ada, "tab", [], holding=[], want=n_rows).result().items) == n_rows
    # Nor does a restart give them back.
    assert {each.annotator for each in project.store.tabs(0.0) if each.held} == {ada}


def test_what_a_removed_person_answered_stays(project, people):
    ada, bob = sign_in(project, "ada"), sign_in(project, "bob", "annotator")
    answer = Action("uuid-of-bob", "answer", 3, class_id=1)
    project.submit(bob, "tab", [answer], holding=[], want=0).result()
    people.remove(bob, by=ada).result()
    assert project.board.n_labelled == 1
    assert project.view.person_info(bob).n_answers == 1


def test_links_that_work_are_listed_and_taken_back(project, people, clock):
    ada = sign_in(project, "ada")
    token, ends = people.invite(role="viewer", uses=3, by=ada).result()
    people.join(token, "bob").result()
    (shown,) = people.invitations()
    assert (shown.role, shown.uses, shown.max_uses, shown.person, shown.made_by) == ("viewer", 1, 3, None, ada)
    assert (shown.created_at, shown.expires_at) == (clock.now, ends)
    assert token not in repr(shown)
    people.revoke(shown.id, by=ada).result()
    people.revoke(shown.id, by=ada).result()
    assert people.invitations() == []
    assert people.look(token) is None
    told = {"invitation": shown.id, "role": "viewer", "uses": 3}
    assert logged(project, "invited", "invitation_revoked") == [
        ("invited", ada, told),
        ("invitation_revoked", ada, {"invitation": shown.id}),
    ]


def test_everybody_is_as_they_were_after_a_restart(project, people):
    ada, cookie = sign_in(project, "ada"), cookie_for(project, "bob", "reviewer")
    gone = cookie_for(project, "eve", "annotator")
    people.remove(people.person(gone).annotator_id, by=ada).result()
    location = project.store.location
    project.close()
    with Project.open(location, train=False, clock=lambda: 1000.0) as again:
        assert again.people.person(cookie).role == "reviewer"
        assert again.people.person(gone) is None
