"""Network drives are found in a table of mounts."""

from pathlib import Path, PurePosixPath

import pytest

from querist.store.network_drive import network_drive, network_mount

MOUNTS = r"""
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
23 22 0:40 / /mnt/team rw - nfs4 server:/export rw,vers=4.2
24 23 0:41 / /mnt/team/local rw - xfs /dev/sdb1 rw
25 22 0:42 / /mnt/my\040drive\134x rw master:2 propagate_from:3 - cifs //server/share rw
26 22 0:43 / /home rw - nfs server:/home rw
27 22 0:44 / /home rw - btrfs /dev/sdc1 rw
28 22 0:45 / /cloud rw - fuse.sshfs me@host: rw
29 22 0:46 / /win rw - 9p drvfs rw
30 22 0:47 / /merged rw - fuse.fuse-overlayfs overlay rw
31 22 0:48 / /usb rw - fuseblk /dev/sdd1 rw
a line that is none
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/data/a.querist", None),
        ("/mnt/team/a.querist", "nfs4"),
        ("/mnt/team", "nfs4"),
        ("/mnt/teammate/a.querist", None),
        ("/mnt/team/local/deep/a.querist", None),
        ("/mnt/my drive\\x/a.querist", "cifs"),
        ("/home/me/a.querist", None),
        ("/cloud/a.querist", "fuse.sshfs"),
        ("/win/c/a.querist", "9p"),
        ("/merged/a.querist", None),
        ("/usb/a.querist", None),
    ],
)
def test_the_innermost_mount_counts(path, kind):
    assert network_mount(PurePosixPath(path), MOUNTS) == kind


def test_no_mounts_say_nothing():
    assert network_mount(PurePosixPath("/a"), "") is None


def test_a_link_is_followed(tmp_path, monkeypatch):
    """A link on a local disk to a network drive is a network drive; the table of mounts is a fake."""
    (tmp_path / "link").symlink_to("/mnt/team")
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr(Path, "read_text", lambda path, **options: MOUNTS if "mountinfo" in str(path) else "")
    assert network_drive(tmp_path / "link" / "a.querist") == "nfs4"
    assert network_drive(tmp_path / "a.querist") is None
