"""A Slurm of its own on this machine: munged, slurmctld and, on hosts in namespaces of their own, slurmd."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.executors.hosts import Host, hosts
from tests.executors.hosts import why_not as why_no_hosts

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "scontrol", "unshare")
PATH = f"{Path(sys.executable).parent}:{os.environ['PATH']}:/usr/sbin:/sbin"
PATIENCE = 600.0
"""Seconds that a job may take; on a quiet machine it takes sixty."""

CPUS, GPUS = 16, 4
"""Of each machine, on paper only: what the recipe asks for."""

CONFIGURATION = """\
ClusterName=doe
SlurmctldHost={last}({address})
AuthInfo=socket={folder}/munge.sock
SlurmUser=root
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
ProctrackType=proctrack/cgroup
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
GresTypes=gpu
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=10
SlurmdTimeout=40
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
{nodes}
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""

FREEZER = Path("/sys/fs/cgroup/freezer")
GROUPS = f"""
mount -t tmpfs none {FREEZER.parent}
mkdir {FREEZER}
mount -t cgroup -o freezer none {FREEZER}
"""
"""Groups of processes, by which Slurm knows what belongs to a job, also what has made itself independent."""

OWN = f"""{GROUPS}
mkdir -p /tmp/ray
mount -t tmpfs none /tmp/ray
mount -t tmpfs none /dev/shm
mount --bind "$0/hosts" /etc/hosts
"$@"
exit
"""
"""A machine has its own files of Ray and its own shared memory, knows the others' names, and buries its orphans."""


def why_not() -> str:
    """Why there can be no Slurm here; empty where there can."""
    lacking = [name for name in PROGRAMS if not shutil.which(name, path=PATH)]
    if lacking:
        return f"no Slurm: {', '.join(lacking)} not installed (Debian: slurmctld slurmd slurm-client munge)"
    if os.geteuid():
        return "no Slurm: its daemons want to be root"
    made = subprocess.run(
        ["unshare", "--mount", "sh", "-ec", GROUPS], capture_output=True, text=True, check=False, timeout=10
    )
    return f"no Slurm: {made.stderr.strip()}" if made.returncode else why_no_hosts()


@dataclass(frozen=True, slots=True)
class Slurm:
    """A cluster that takes jobs."""

    folder: Path
    machines: list[Host]

    def said(self, *words: str, cwd: Path | None = None) -> str:
        """What one of Slurm's commands prints, typed on the last machine, where its controller is."""
        done = subprocess.run(
            ["ip", "netns", "exec", self.machines[-1].name, *words],
            cwd=cwd, env=self.variables(), capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        return done.stdout

    def submit(self, *words: str, cwd: Path) -> str:
        """The number of a job, just submitted."""
        return self.said("sbatch", "--parsable", *words, cwd=cwd).strip()

    def told(self, job: str, what: str) -> str:
        """What Slurm says of a job: its JobState, Restarts, ..."""
        found = re.search(rf"\b{what}=(\S+)", self.said("scontrol", "show", "job", job))
        assert found
        return found[1]

    def waited(self, job: str, *wanted: str) -> str:
        """The state of a job, once it is one of these."""
        end = time.monotonic() + PATIENCE
        while (state := self.told(job, "JobState")) not in wanted:
            assert time.monotonic() < end, self.said("scontrol", "show", "job", job)
            time.sleep(0.5)
        return state

    def variables(self) -> dict[str, str]:
        """What is exported where jobs are submitted: the programs of this Python, and where Slurm's plan lies."""
        own = {name: value for name, value in os.environ.items() if not name.startswith(("RAY_", "SLURM_"))}
        # a machine whose head has gone gives up after thirty seconds instead of sixty
        ray = {"RAY_gcs_rpc_server_reconnect_timeout_s": "30"}
        return own | ray | {"PATH": PATH, "SLURM_CONF": str(self.folder / "slurm.conf")}


@contextmanager
def slurm(count: int) -> Iterator[Slurm]:
    """A cluster of so many machines; in the end nothing of it is left."""
    with tempfile.TemporaryDirectory(prefix="slurm-", dir="/tmp") as place, hosts(count) as machines:
        folder = Path(place)
        folder.chmod(0o755)
        cluster = Slurm(folder, machines)
        _configure(folder, machines)
        munge = _munged(folder)
        try:
            machines[-1].start(["slurmctld", "-D"], folder / "slurmctld.log", folder, cluster.variables())
            alone = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "--mount", "sh", "-ec", OWN, place]
            for machine in machines:
                daemon = [*alone, "slurmd", "-D", "-N", machine.name]
                machine.start(daemon, folder / f"{machine.name}.log", folder, cluster.variables())
            _until_idle(cluster, count)
            yield cluster
        finally:
            for machine in machines:
                machine.end()
                _forget(FREEZER / f"slurm_{machine.name}")
            munge.kill()
            munge.wait()


def _configure(folder: Path, machines: list[Host]) -> None:
    lines = [f"NodeName={m.name} NodeAddr={m.address} CPUs={CPUS} Gres=gpu:{GPUS} State=UNKNOWN" for m in machines]
    last = {"last": machines[-1].name, "address": machines[-1].address}
    (folder / "slurm.conf").write_text(CONFIGURATION.format(**last, folder=folder, nodes="\n".join(lines)))
    (folder / "cgroup.conf").write_text(f"CgroupPlugin=cgroup/v1\nCgroupMountpoint={FREEZER.parent}\n")
    for number in range(GPUS):  # Slurm wants devices: each is another name of /dev/null
        os.mknod(folder / f"gpu{number}", 0o600 | stat.S_IFCHR, os.makedev(1, 3))
    (folder / "gres.conf").write_text(f"Name=gpu File={folder}/gpu[0-{GPUS - 1}]\n")
    (folder / "hosts").write_text("127.0.0.1 localhost\n" + "".join(f"{m.address} {m.name}\n" for m in machines))
    for name in ("state", *(f"spool-{m.name}" for m in machines)):
        (folder / name).mkdir()


def _munged(folder: Path) -> subprocess.Popen[bytes]:
    """The daemon by which Slurm's daemons know each other."""
    key = folder / "munge.key"
    key.write_bytes(os.urandom(128))
    key.chmod(0o600)
    ends = {"key-file": "key", "socket": "sock", "pid-file": "pid", "log-file": "log", "seed-file": "seed"}
    files = [f"--{what}={folder}/munge.{end}" for what, end in ends.items()]
    program = shutil.which("munged", path=PATH)
    assert program
    with (folder / "munged.log").open("wb") as log:
        return subprocess.Popen([program, "--foreground", "--force", *files], stdout=log, stderr=log)


def _until_idle(cluster: Slurm, count: int) -> None:
    end = time.monotonic() + 60
    while True:
        done = subprocess.run(
            ["ip", "netns", "exec", cluster.machines[-1].name, "sinfo", "--noheader", "--Node", "--format=%N %T"],
            env=cluster.variables(), capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        if done.stdout.split().count("idle") == count:
            return
        logs = {log.name: log.read_text()[-2000:] for log in cluster.folder.glob("*.log")}
        assert time.monotonic() < end, (done.stdout, done.stderr, logs)
        time.sleep(0.5)


def _forget(group: Path) -> None:
    """Remove a group of processes and those within, all of them empty."""
    with suppress(OSError):
        for folder in sorted(group.rglob("*/"), reverse=True):
            folder.rmdir()
        group.rmdir()
