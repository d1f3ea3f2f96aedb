"""Files that are there whole or not at all, whatever fails on the way."""

import errno
import os
import signal
import stat
import subprocess
import sys
import textwrap

import pytest

from querist._files import append_whole, is_draft, publish, replacing, write_whole

posix = pytest.mark.skipif(sys.platform == "win32", reason="links, rights and limits of POSIX")


def names(folder):
    return sorted(item.name for item in folder.iterdir())


def full(*_):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_new_file_and_its_replacement(tmp_path):
    path = tmp_path / "labels.csv"
    write_whole(path, b"one")
    assert path.read_bytes() == b"one"
    with replacing(path) as file:
        file.write(b"tw")
        assert path.read_bytes() == b"one"  # until it is complete
        file.write(b"o")
    assert path.read_bytes() == b"two"
    assert names(tmp_path) == ["labels.csv"]


@pytest.mark.parametrize("step", ["os.fsync", "os.chmod", "os.replace"])
def test_whichever_step_fails_the_old_file_is_whole_and_nothing_is_beside_it(tmp_path, monkeypatch, step):
    path = tmp_path / "labels.csv"
    path.write_bytes(b"old")
    with monkeypatch.context() as broken:
        broken.setattr(step, full)
        with pytest.raises(OSError, match=r"No space left on device: '.*labels\.csv'"):
            write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["labels.csv"]


def test_a_first_file_that_fails_is_not_there(tmp_path, monkeypatch):
    def write():
        with replacing(tmp_path / "new", overwrite=False) as file:
            file.write(b"new")

    monkeypatch.setattr("os.link", full)
    monkeypatch.setattr("pathlib.Path.rename", full)
    with pytest.raises(OSError, match="No space"):
        write()
    assert names(tmp_path) == []


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_whatever_the_writer_raises_the_old_file_is_whole(tmp_path, error):
    path = tmp_path / "labels.csv"
    path.write_bytes(b"old")

    def write():
        with replacing(path) as file:
            file.write(b"half")
            raise error

    with pytest.raises(error):
        write()
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["labels.csv"]


def test_file_and_folder_are_brought_to_the_disk_in_that_order(tmp_path, monkeypatch):
    done = []
    sync, replace = os.fsync, os.replace

    def synced(descriptor):
        done.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        sync(descriptor)

    def replaced(draft, path):
        done.append("rename")
        replace(draft, path)

    monkeypatch.setattr("os.fsync", synced)
    monkeypatch.setattr("os.replace", replaced)
    write_whole(tmp_path / "labels.csv", b"new")
    assert done == (["file", "rename"] if sys.platform == "win32" else ["file", "rename", "folder"])


@posix
@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP, errno.EACCES])
def test_a_drive_that_cannot_sync_folders_is_no_failure(tmp_path, monkeypatch, number):
    sync = os.fsync

    def synced(descriptor):
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(number, os.strerror(number))
        sync(descriptor)

    monkeypatch.setattr("os.fsync", synced)
    write_whole(tmp_path / "labels.csv", b"new")
    assert (tmp_path / "labels.csv").read_bytes() == b"new"


def test_a_file_that_is_there_is_not_replaced_unless_asked(tmp_path):
    path = tmp_path / "labels.csv"

    def write():
        with replacing(path, overwrite=False) as file:
            file.write(b"new")
            path.write_bytes(b"somebody else's, in the meantime")

    with pytest.raises(FileExistsError, match=r"labels\.csv'$"):
        write()
    assert path.read_bytes() == b"somebody else's, in the meantime"
    assert names(tmp_path) == ["labels.csv"]


def test_a_drive_without_links_publishes_by_renaming(tmp_path, monkeypatch):
    def none(*_):
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr("os.link", none)
    draft, path = tmp_path / "draft", tmp_path / "project"
    draft.write_bytes(b"whole")
    publish(draft, path)
    assert names(tmp_path) == ["project"]
    draft.write_bytes(b"another")
    with pytest.raises(FileExistsError):
        publish(draft, path)
    assert path.read_bytes() == b"whole"


@posix
def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "far").mkdir()
    (tmp_path / "link.csv").symlink_to(tmp_path / "far" / "real.csv")
    for data in (b"one", b"two"):
        write_whole(tmp_path / "link.csv", data)
        assert (tmp_path / "link.csv").is_symlink()
        assert (tmp_path / "far" / "real.csv").read_bytes() == data
    assert names(tmp_path / "far") == ["real.csv"]


@posix
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o666, 0o755])
def test_rights_stay_as_they_were(tmp_path, mode):
    path = tmp_path / "labels.csv"
    path.write_bytes(b"old")
    path.chmod(mode)
    with replacing(path) as file:
        (draft,) = (item for item in tmp_path.iterdir() if is_draft(item))
        assert stat.S_IMODE(draft.stat().st_mode) & ~mode == 0  # nor wider meanwhile
        file.write(b"new")
    assert stat.S_IMODE(path.stat().st_mode) == mode


@posix
def test_a_new_file_has_the_usual_rights(tmp_path):
    (tmp_path / "usual").write_bytes(b"")
    write_whole(tmp_path / "ours", b"")
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "usual").stat().st_mode


@posix
def test_what_is_no_file_is_written_to_as_it_is(tmp_path):
    write_whole("/dev/null", b"words")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    with pytest.raises(IsADirectoryError):
        write_whole(tmp_path, b"words")


def test_errors_name_the_file_that_was_wanted(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nowhere.labels\.csv"):
        write_whole(tmp_path / "nowhere" / "labels.csv", b"")


def test_names_as_long_as_a_name_may_be(tmp_path):
    path = tmp_path / ("é" * 100 + "n" * 50)
    write_whole(path, b"new")
    assert names(tmp_path) == [path.name]


def test_two_that_write_the_same_file_do_not_meet(tmp_path):
    with replacing(tmp_path / "a") as one, replacing(tmp_path / "a") as other:
        one.write(b"one")
        other.write(b"other")
    assert (tmp_path / "a").read_bytes() == b"one"


@posix
def test_a_full_disk_is_told_and_leaves_the_old_file(tmp_path):
    code = """
        import resource, signal, sys
        from querist._files import write_whole
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        try:
            write_whole(sys.argv[1], b"x" * 50_000)
        except OSError as error:
            print(error.strerror)
    """
    path = tmp_path / "file"
    path.write_bytes(b"old")
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), str(path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "File too large"
    assert names(tmp_path) == ["file"]
    assert path.read_bytes() == b"old"


@posix
def test_killed_while_it_writes_the_old_file_is_whole(tmp_path):
    code = """
        import sys, time
        from querist._files import replacing
        with replacing(sys.argv[1]) as file:
            file.write(b"half")
            file.flush()
            print("writing", flush=True)
            time.sleep(60)
    """
    path = tmp_path / "file"
    path.write_bytes(b"old")
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(code), str(path)], stdout=subprocess.PIPE)
    assert process.stdout.readline().strip() == b"writing"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert path.read_bytes() == b"old"
    (left,) = (item for item in tmp_path.iterdir() if item != path)
    assert is_draft(left)


def test_only_drafts_are_taken_for_drafts(tmp_path):
    kept = [".hidden", "labels.csv", ".p.querist.tmp-12", "x.tmp-1-2", ".x.tmp-a-1"]
    assert not any(is_draft(tmp_path / name) for name in kept)
    assert is_draft(tmp_path / ".labels.csv.tmp-12-0")


def test_what_is_appended_is_there_whole_or_cut_off_again(tmp_path, monkeypatch):
    path = tmp_path / "log"
    assert not append_whole(path, b"two", at=0)
    path.write_bytes(b"one")
    assert not append_whole(path, b"two", at=2)
    assert append_whole(path, b"two", at=3)
    assert path.read_bytes() == b"onetwo"
    with monkeypatch.context() as broken:
        broken.setattr("os.fsync", full)
        with pytest.raises(OSError, match=r"No space left on device: '.*log'"):
            append_whole(path, b"three", at=6)
    assert path.read_bytes() == b"onetwo"
    assert names(tmp_path) == ["log"]


@posix
def test_what_goes_by_two_names_is_not_appended_to_and_a_link_is_followed(tmp_path):
    path, link = tmp_path / "log", tmp_path / "link"
    path.write_bytes(b"one")
    link.symlink_to(path)
    assert append_whole(link, b"two", at=3)
    assert link.is_symlink()
    os.link(path, tmp_path / "backup")
    assert not append_whole(path, b"three", at=6)
    assert path.read_bytes() == b"onetwo"
