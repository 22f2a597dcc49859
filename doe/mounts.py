"""What the mount of a folder says of it: whether it is a file server's, and its locks are seen by other machines."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

MOUNTS = Path("/proc/self/mounts")

LOCAL_OPTIONS = {
    "nfs": {"nolock", "local_lock=flock", "local_lock=all"},
    "nfs4": {"local_lock=flock", "local_lock=all"},
    "lustre": {"localflock"},
    "cifs": {"nobrl"},
    "smb3": {"nobrl"},
}
"""Options with which a network file system keeps locks to itself: nfs(5), mount.lustre(8), mount.cifs(8)."""

LOCAL_KINDS = frozenset({"fuse.sshfs", "fuse.s3fs", "fuse.gcsfuse", "fuse.rclone"})
"""Network file systems that know of no locks at all, so that the kernel of each machine keeps its own."""


SERVED_KINDS = frozenset({*LOCAL_OPTIONS, "9p", "afs", "beegfs", "ceph", "gpfs"})
"""File systems of file servers; all that are ``fuse.`` something are taken for such."""


class Mount(NamedTuple):
    """A line of ``/proc/mounts``, as far as it matters here."""

    folder: str
    kind: str
    options: frozenset[str]


def parsed(text: str) -> list[Mount]:
    """The mounts that a text of the form of ``/proc/mounts`` tells of (fstab(5)), in its order."""
    rows = re.findall(r"^\S+ (\S+) (\S+) (\S+)", text, re.MULTILINE)
    return [Mount(_plain(folder), kind, frozenset(options.split(","))) for folder, kind, options in rows]


def mount_of(path: Path, mounts: list[Mount]) -> Mount | None:
    """The mount that an absolute path lies on: the deepest above it, and of several at one place the last."""
    above = {str(path), *map(str, path.parents)}
    return max((m for m in reversed(mounts) if m.folder in above), key=lambda m: len(m.folder), default=None)


def locked_alone(mount: Mount) -> bool:
    """Whether other machines surely do not see a lock that this one takes there."""
    return mount.kind in LOCAL_KINDS or bool(LOCAL_OPTIONS.get(mount.kind, set()) & mount.options)


def seen_by_nobody_else(path: Path) -> str | None:
    """The kind of file system a path lies on, where locks hold on this machine alone; None where they may hold."""
    mount = _mount(path)
    return mount.kind if mount and locked_alone(mount) else None


def networked(path: Path) -> bool:
    """Whether a path lies with a file server."""
    mount = _mount(path)
    return mount is not None and (mount.kind in SERVED_KINDS or mount.kind.startswith("fuse."))


def _mount(path: Path) -> Mount | None:
    try:
        return mount_of(path.resolve(), parsed(MOUNTS.read_text(errors="surrogateescape")))
    except OSError:  # no Linux
        return None


def _plain(word: str) -> str:
    """The word with its spaces and tabs, which are written as octal numbers."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), word)
