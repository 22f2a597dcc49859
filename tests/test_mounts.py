"""Whether a lock is seen by other machines, as the mounts tell; and what keeps a second driver out where it is not."""

from __future__ import annotations

import contextlib
import os
import socket
import sqlite3
from pathlib import Path

import pytest

from doe import mounts
from doe.journal import Journal, LockedError
from doe.mounts import locked_alone, mount_of, networked, parsed, seen_by_nobody_else
from doe.trackers._store import make_database

TEXT = """\
/dev/vda / ext4 rw,relatime 0 0
fs1:/home /home nfs4 rw,vers=4.2,local_lock=none,addr=10.0.0.1 0 0
fs1:/old /home/old nfs rw,vers=3,nolock,local_lock=all 0 0
fs1:/both /home/both nfs rw,vers=3,local_lock=none 0 0
10.0.0.2@o2ib:/scratch /scratch lustre rw,flock,lazystatfs 0 0
10.0.0.2@o2ib:/fast /fast lustre rw,localflock 0 0
ann@host:/data /mnt/my\\040data fuse.sshfs rw,user_id=0 0 0
gfs:/vol /vol fuse.glusterfs rw 0 0
//nas/share /share cifs rw,nobrl,vers=3.0 0 0
/dev/vdb /share ext4 rw 0 0
"""


@pytest.mark.parametrize(
    ("place", "folder", "alone"),
    [
        ("/etc", "/", False),
        ("/home/ann/study", "/home", False),
        ("/home/old", "/home/old", True),
        ("/home/older", "/home", False),
        ("/home/both/x", "/home/both", False),
        ("/scratch/x", "/scratch", False),
        ("/fast/x", "/fast", True),
        ("/mnt/my data/x", "/mnt/my data", True),
        ("/vol", "/vol", False),
        ("/share/x", "/share", False),
    ],
)
def test_the_mount_of_a_folder_tells(place: str, folder: str, alone: bool) -> None:
    """The deepest one above it counts, and of two at one place the later."""
    mount = mount_of(Path(place), parsed(TEXT))
    assert mount is not None
    assert (mount.folder, locked_alone(mount)) == (folder, alone)


def test_what_says_nothing_is_no_mount() -> None:
    """No line, a short one, a path that no mount is above."""
    assert parsed("") == parsed("nothing to see\n\n") == []
    assert mount_of(Path("/x"), []) is None


def test_this_machines_own_folders_are_locked_for_all(tmp_path: Path) -> None:
    """As its mounts say now."""
    assert seen_by_nobody_else(tmp_path) is None
    assert not networked(tmp_path)


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A journal in a folder of which the mounts say that only this machine sees its locks."""
    folder = tmp_path.resolve()
    told = tmp_path / "mounts"
    told.write_text(f"host:/ {str(folder).replace(' ', chr(92) + '040')} fuse.sshfs rw 0 0\n")
    monkeypatch.setattr(mounts, "MOUNTS", told)
    return folder / "study" / "journal.jsonl"


def test_mlflows_database_maps_no_memory_of_a_file_server(alone: Path, tmp_path: Path) -> None:
    """Its write-ahead log would be, and the driver die of SIGBUS when the server goes."""
    template, file = tmp_path / "template.db", alone.parent / "mlflow.db"
    with contextlib.closing(sqlite3.connect(template)) as made:
        assert made.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)
        made.execute("CREATE TABLE t (a)")
    make_database(file, None, template)
    with contextlib.closing(sqlite3.connect(file)) as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert database.execute("SELECT name FROM sqlite_master").fetchall() == [("t",)]


def test_another_machine_has_the_journal(alone: Path) -> None:
    """It is refused in one line, which says what to remove; and what the other machine has written stays."""
    alone.parent.mkdir()
    claim = alone.with_suffix(".lock")
    claim.write_text("process 12 on elsewhere\n")
    with pytest.raises(LockedError) as refused:
        Journal(alone)
    assert str(refused.value) == (
        "study is being run by process 12 on elsewhere; locks on fuse.sshfs hold on one machine only: "
        f"if it is at work no more, remove {claim}"
    )
    assert claim.read_text() == "process 12 on elsewhere\n"
    claim.write_text("")
    with pytest.raises(LockedError, match="by another process; locks on"):
        Journal(alone)
    claim.unlink()
    Journal(alone).close()


def test_a_claim_ends_with_its_driver(alone: Path) -> None:
    """Closed, nothing is left of it; one of this machine whose lock is free was left by a driver that died."""
    claim = alone.with_suffix(".lock")
    with Journal(alone) as journal:
        journal.write("opened")
        assert claim.read_text() == f"process {os.getpid()} on {socket.gethostname()}\n"
        with pytest.raises(LockedError, match="; wait for it or stop it"):
            Journal(alone)
        assert claim.exists()
    assert not claim.exists()
    claim.write_text(f"process 1 on {socket.gethostname()}\n")
    with Journal(alone):
        assert claim.read_text().startswith(f"process {os.getpid()} ")
    assert not claim.exists()
