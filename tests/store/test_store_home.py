"""A copy is told from the project itself, and what holds for the one does not hold for the other; who may read it."""

import os
import shutil
import stat
import sys
from pathlib import Path

import pytest

from querist.exceptions import ProjectInUseError, StoreError
from querist.store import InvitationRow, ProjectInfo, SignInRow, Store
from querist.store.home import Home

INFO = ProjectInfo("id", "name", "text", 0.0, 0, {"opinions": 2})

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such rights")


def make(location):
    with Store.create(location, INFO) as store, store.writing() as tx:
        ada = tx.add_annotator("ada", "owner")
        tx.add_sign_in(SignInRow("cookie", ada, 1.0))
        tx.add_invitation(InvitationRow(None, "link", "annotator", 1.0, 4e9, 5, 0))
    return location


def settle(location):
    """Open it for labelling; return whether it came from elsewhere, and whether its cookies and links count."""
    with Store.open(location) as store:
        elsewhere = store.settle(lambda settings: {**settings, "bounded": True})
        links = [each for each in store.invitations() if each.revoked_at is None]
        assert (store.info.settings == INFO.settings) is not elsewhere
        assert ("bounded" in store.info.settings) is elsewhere
        return elsewhere, len(store.sign_ins()), len(links)


HERE, ELSEWHERE = (False, 1, 1), (True, 0, 0)


def test_the_project_itself_stays_as_it_is(store_location):
    location = make(store_location())
    assert settle(location) == settle(location) == HERE


def test_a_copy_signs_nobody_in(tmp_path):
    original = make(tmp_path / "p.querist")
    shutil.copy2(original, tmp_path / "q.querist")
    assert settle(tmp_path / "q.querist") == ELSEWHERE
    assert settle(original) == HERE
    with Store.open(tmp_path / "q.querist") as store:  # from now on it is at home, and stays so
        assert not store.settle(dict)


def test_one_that_was_moved_or_brought_back_is_no_copy(tmp_path):
    moved = tmp_path / "folder" / "q.querist"
    moved.parent.mkdir()
    make(tmp_path / "p.querist").rename(moved)
    assert settle(moved) == HERE
    shutil.copy2(moved, tmp_path / "backup")
    moved.unlink()
    Path(tmp_path / "in the way").touch()  # so that the file gets another number
    shutil.copy2(tmp_path / "backup", moved)
    assert settle(moved) == HERE


def test_another_machine_is_another_place(tmp_path, monkeypatch):
    make(tmp_path / "p.querist")
    shutil.copy2(tmp_path / "p.querist", tmp_path / "sent")
    (tmp_path / "p.querist").unlink()
    monkeypatch.setattr("querist.store.home._machine", lambda: "another")
    (tmp_path / "sent").rename(tmp_path / "p.querist")
    assert settle(tmp_path / "p.querist") == ELSEWHERE


@pytest.mark.parametrize(
    "noted", [None, 7, [], {}, {"body": None, "place": None}, {"body": "", "place": ""}, {"body": {}}]
)
def test_nothing_that_was_made_up_is_at_home(noted):
    assert not Home("", "").is_noted({"home": noted})
    assert not Home("a", "b").is_noted({"home": noted})


@pytest.mark.parametrize("store_location", ["postgresql"], indirect=True)
def test_a_schema_that_was_copied_and_one_that_got_another_name(store_location, postgresql_url):
    import psycopg

    location = make(store_location())
    name = location.rpartition("%3D")[2]
    copied, renamed = f"{name}_copied", f"{name}_renamed"
    with psycopg.connect(postgresql_url, autocommit=True) as admin:
        admin.execute(f"ALTER SCHEMA {name} RENAME TO {renamed}")
        assert settle(location.replace(name, renamed)) == HERE
        # As a dump does that is read into another schema: the content is the same, the schema is not.
        with Store.open(location.replace(name, renamed)) as store:
            noted = store._noted()
        admin.execute(f"CREATE SCHEMA {copied}")
        make(location.replace(name, copied))
        import json

        admin.execute(f"UPDATE {copied}.project SET settings = %s", (json.dumps(noted),))
        assert settle(location.replace(name, copied)) == ELSEWHERE


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


@posix
def test_nobody_else_may_read_a_project(tmp_path):
    old = os.umask(0)
    try:
        with Store.create(tmp_path / "p.querist", INFO) as store:
            with store.writing() as tx:
                tx.set_info(name="other")
            found = {each.name: mode(each) for each in tmp_path.iterdir()}
    finally:
        os.umask(old)
    assert set(found) == {"p.querist", "p.querist-wal", "p.querist-shm", "p.querist.lock"}
    assert set(found.values()) == {0o600}


@posix
def test_a_copy_is_made_private_once(tmp_path):
    make(tmp_path / "p.querist")
    shutil.copy(tmp_path / "p.querist", tmp_path / "q.querist")
    (tmp_path / "q.querist").chmod(0o644)
    settle(tmp_path / "q.querist")
    assert mode(tmp_path / "q.querist") == 0o600
    (tmp_path / "q.querist").chmod(0o660)  # a person lets a group read it: that stays
    with Store.open(tmp_path / "q.querist") as store:
        assert not store.settle(dict)
    assert mode(tmp_path / "q.querist") == 0o660


@posix
def test_a_project_of_an_earlier_version_is_made_private(tmp_path):
    import gzip

    path = tmp_path / "p.querist"
    path.write_bytes(gzip.decompress((Path(__file__).parent / "projects" / "version_2.querist.gz").read_bytes()))
    path.chmod(0o644)
    with Store.open(path) as store:
        assert not store.settle(dict)
        assert store.sign_ins()
    assert mode(path) == 0o600


@posix
def test_another_name_of_an_open_project_is_told(tmp_path):
    make(tmp_path / "p.querist")
    with Store.open(tmp_path / "p.querist") as store:
        os.link(tmp_path / "p.querist", tmp_path / "q.querist")
        for read_only in (True, False):
            with pytest.raises(ProjectInUseError, match=r"p.querist is open in another Querist"):
                Store.open(tmp_path / "q.querist", read_only=read_only)
        with store.writing() as tx:
            tx.set_info(name="still here")
    with pytest.raises(StoreError, match="has another name"):
        Store.open(tmp_path / "q.querist")
    (tmp_path / "q.querist").unlink()
    with Store.open(tmp_path / "p.querist") as store:
        assert store.info.name == "still here"


@posix
def test_another_name_elsewhere_is_told(tmp_path):
    make(tmp_path / "p.querist")
    (tmp_path / "other").mkdir()
    os.link(tmp_path / "p.querist", tmp_path / "other" / "p.querist")
    with pytest.raises(StoreError, match="has another name"):
        Store.open(tmp_path / "p.querist")


@posix
def test_the_first_name_that_a_killed_import_left_is_removed(tmp_path):
    make(tmp_path / "p.querist")
    os.link(tmp_path / "p.querist", tmp_path / ".p.querist.tmp-123456")
    Store.open(tmp_path / "p.querist").close()
    assert [each.name for each in tmp_path.iterdir()] == ["p.querist"]
