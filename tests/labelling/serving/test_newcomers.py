"""A project that comes from elsewhere signs nobody in, and leads Querist nowhere on the disk."""

import os
import shutil
from dataclasses import replace

import pytest
from example_project import make_project, sign_in

from querist.exceptions import InvalidParameterError
from querist.labelling.log.settings import Settings, SourceInfo
from querist.labelling.serving.project import Project
from querist.store import Store


def test_a_copy_is_told_and_signs_nobody_in(tmp_path):
    with Project.open(make_project(tmp_path / "p.querist"), train=False) as project:
        token, _ = project.people.invite(role="owner").result()
        cookie = project.people.join(token, "ada").result()
        link = project.people.invite(role="annotator", uses=9).result()[0]
    shutil.copy(tmp_path / "p.querist", tmp_path / "q.querist")
    with Project.open(tmp_path / "q.querist", train=False) as copy:
        assert any("people have to sign in again" in each for each in copy.warnings)
        assert copy.people.person(cookie) is None
        with pytest.raises(InvalidParameterError):
            copy.people.join(link, "eve").result()
        assert sign_in(copy, "bob")
    with Project.open(tmp_path / "q.querist", train=False) as copy:
        assert not any("sign in again" in each for each in copy.warnings)
    with Project.open(tmp_path / "p.querist", train=False) as project:
        assert project.people.person(cookie).name == "ada"
        assert not any("sign in again" in each for each in project.warnings)


@pytest.mark.parametrize("named", ["/etc", "/dev/zero", "../..", "a/../../b", "{pipe}"])
def test_a_project_from_elsewhere_names_nothing_outside_of_its_folder(tmp_path, named):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    home = tmp_path / "home"
    home.mkdir()
    named = named.format(pipe=pipe)
    source = SourceInfo(path=named, hash="0", size=0, n_rows=40, first_row=0, folder=False, images=named)
    with Store.open(make_project(home / "p.querist")) as store, store.writing() as tx:
        settings = replace(Settings.from_dict(store.info.settings), sources=(source,))
        tx.set_info(settings=settings.to_dict())
    with Project.open(home / "p.querist", train=False) as project:  # its own: it is where a person said
        assert project.settings.sources == (source,)
    (home / "sent.querist").write_bytes((home / "p.querist").read_bytes())
    with Project.open(home / "sent.querist", train=False) as project:
        (kept,) = project.settings.sources
        assert not os.path.isabs(kept.path)
        assert ".." not in kept.path.split("/")
        assert kept.images == kept.path
