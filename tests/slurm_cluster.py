"""A real Slurm of four virtual nodes on this host, with ports and directories of its own.

    python tests/slurm_cluster.py COMMAND...      starts it, runs a command on it and stops it

Slurm's daemons run as root, each node in its own UTS and mount namespace with its own /dev/shm: MPI libraries take the name of
a host for the host, and meet in shared memory. Nodes claim four cores each, whatever the host has. Jobs' memory isn't
enforced, since that needs control groups. Without accounting, `sacct -c` answers from a file of finished jobs.
"""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

PROGRAMS = ["slurmctld", "slurmd", "sbatch", "munged", "unshare", "mpirun"]
NODES = 4
START_S = 120
ANSWER_S = 300
STOP_S = 15

CONFIGURATION = """\
ClusterName=swath
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
SlurmctldPort={ports[0]}
AuthType=auth/munge
# A requeued job starts again when its old credential has expired: after 121 s by default.
AuthInfo=socket={d}/munge/munge.socket,cred_expire=10
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
StateSaveLocation={d}/state
SlurmdSpoolDir={d}/spool/%n
SlurmctldPidFile={d}/run/slurmctld.pid
SlurmdPidFile={d}/run/slurmd-%n.pid
# A directory a node, else srun --mpi=pmix of two nodes collides.
TmpFS={d}/tmp/%n
SlurmctldLogFile={d}/log/slurmctld.log
SlurmdLogFile={d}/log/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/linux
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc={d}/log/jobcomp.log
MpiDefault=pmix
MailProg=/bin/true
SlurmdParameters=config_overrides
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
DefMemPerCPU=500
SchedulerParameters=sched_min_interval=100000,sched_interval=5,bf_interval=5,batch_sched_delay=0,default_queue_depth=1000
MinJobAge={remembered_s}
KillWait=5
ReturnToService=2
# On a busy host, daemons may be slow to answer each other.
SlurmdTimeout=300
MessageTimeout=60
PropagateResourceLimits=NONE
NodeName=n[1-{nodes}] NodeHostname={host} NodeAddr=127.0.0.1 Port=[{ports[1]}-{ports[2]}] CPUs=4 Boards=1 SocketsPerBoard=1 CoresPerSocket=4 ThreadsPerCore=1 RealMemory=4000 State=UNKNOWN
PartitionName=normal Nodes=n[1-{nodes}] Default=YES MaxTime=INFINITE DefaultTime=10 State=UP
PartitionName=short Nodes=n[1-{nodes}] MaxTime=2 State=UP
"""

# Arguments: the node's name, the directory of the cluster.
NODE = """
hostname "$1"
mount --bind "$2/etc/hosts-$1" /etc/hosts
mount -t tmpfs -o mode=1777,size=1g shm /dev/shm
exec slurmd -D -f "$2/etc/slurm.conf" -N "$1"
"""

# What Open MPI's ranks need that meet on one host of few cores under several names.
OPEN_MPI = {
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_btl_tcp_if_include": "lo",
    "OMPI_MCA_oob_tcp_if_include": "lo",
    "OMPI_MCA_pml": "ob1",
    "OMPI_MCA_btl": "self,vader,tcp",
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "OMPI_MCA_hwloc_base_binding_policy": "none",
}


def obstacle():
    """Why there can't be a cluster here; None where there can."""
    if os.geteuid() != 0:
        return "Slurm's daemons need root here"
    missing = [program for program in PROGRAMS if find(program) is None]
    if missing:
        return f"there is no {', '.join(missing)} (Debian: slurmctld slurmd slurm-client munge)"
    probe = ["unshare", "--uts", "--mount", "--propagation", "slave", "hostname", "probe"]
    if subprocess.run(probe, capture_output=True).returncode != 0:
        return "namespaces of host names and mounts can't be made here"
    return None


def find(program):
    return shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin")


class Cluster:
    """A running cluster, from `with` to its end."""

    def __init__(self, remembered_s=3600):
        # A finished job is known to the controller for so long; later to `sacct -c` only.
        self.remembered_s = remembered_s
        self.daemons = {}

    def __enter__(self):
        # Ended by SIGTERM, the program stops its daemons all the same.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="swath-slurm-"))
        self.directory.chmod(0o755)
        try:
            self.configure()
            self.start_munge()
            self.start_controller()
            for node in self.nodes():
                self.start_node(node)
            self.wait_for("idle nodes", lambda: self.idle_nodes() == NODES, START_S)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def nodes(self):
        return [f"n{number}" for number in range(1, NODES + 1)]

    def environment(self):
        """The variables of a user's session on the cluster."""
        ours = {"SLURM_CONF": str(self.directory / "etc/slurm.conf"), **OPEN_MPI}
        theirs = {name: value for name, value in os.environ.items() if not name.startswith(("SLURM_", "SBATCH_", "OMPI_"))}
        return {**theirs, **ours}

    def run(self, *command, check=True, **options):
        """Runs one of Slurm's commands; gives its output."""
        ended = subprocess.run(command, env=self.environment(), capture_output=True, text=True, timeout=ANSWER_S, **options)
        if check and ended.returncode != 0:
            raise RuntimeError(f"{' '.join(command)} ends with {ended.returncode}: {ended.stderr or ended.stdout}")
        return ended.stdout.strip()

    def configure(self):
        d = self.directory
        for name in ["etc", "munge", "run", "log", "state", "spool", "tmp"]:
            (d / name).mkdir()
        ports = free_ports(NODES + 1)
        host = socket.gethostname().split(".")[0]
        settings = {"host": host, "ports": [ports[0], ports[1], ports[-1]], "d": d, "nodes": NODES}
        (d / "etc/slurm.conf").write_text(CONFIGURATION.format(**settings, remembered_s=self.remembered_s))
        # Where Debian's slurm-wlm-torque is there, jobs get the variables of PBS, too.
        (d / "etc/plugstack.conf").write_text("optional spank_pbs.so\n")
        for node in self.nodes():
            (d / "spool" / node).mkdir()
            (d / "tmp" / node).mkdir(mode=0o1777)
            (d / "tmp" / node).chmod(0o1777)
            names = "".join(f"127.0.0.1 {name}\n" for name in self.nodes())
            (d / f"etc/hosts-{node}").write_text(pathlib.Path("/etc/hosts").read_text() + names)

    def start_munge(self):
        munge = self.directory / "munge"
        (munge / "munge.key").write_bytes(os.urandom(1024))
        (munge / "munge.key").chmod(0o600)
        munge.chmod(0o755)
        for path in [munge, munge / "munge.key"]:
            shutil.chown(path, "munge", "munge")
        files = {"key-file": "key", "socket": "socket", "pid-file": "pid", "log-file": "log", "seed-file": "seed"}
        options = [f"--{option}={munge}/munge.{end}" for option, end in files.items()]
        self.start("munged", [find("munged"), "--foreground", *options], user="munge", group="munge")
        self.wait_for("munge", (munge / "munge.socket").exists, START_S)

    def start_controller(self):
        self.start("slurmctld", [find("slurmctld"), "-D", "-f", str(self.directory / "etc/slurm.conf")])
        self.wait_for("the controller", lambda: "UP" in self.run("scontrol", "ping", check=False), START_S)

    def start_node(self, node):
        spaces = ["unshare", "--uts", "--mount", "--propagation", "slave"]
        self.start(node, [*spaces, "sh", "-ec", NODE, "sh", node, str(self.directory)])

    def start(self, name, command, **options):
        log = open(self.directory / f"log/{name}.out", "a")
        # A session of its own: Ctrl-C is for the tests, which stop the cluster in good order.
        paths = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}
        self.daemons[name] = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=paths, start_new_session=True, **options
        )

    def end(self, name):
        """Ends a daemon."""
        daemon = self.daemons.pop(name)
        daemon.terminate()
        try:
            daemon.wait(STOP_S)
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.wait()

    def idle_nodes(self):
        states = self.run("sinfo", "-h", "-N", "-p", "normal", "-o", "%T", check=False).split()
        return states.count("idle")

    def wait_for(self, what, holds, limit_s):
        deadline = time.monotonic() + limit_s
        while not holds():
            died = [name for name, daemon in self.daemons.items() if daemon.poll() is not None]
            if died or time.monotonic() > deadline:
                logs = "\n".join(log.read_text()[-1000:] for log in sorted((self.directory / "log").glob("*")))
                raise RuntimeError(f"waited for {what}; ended: {died or 'none'}\n{logs}")
            time.sleep(0.1)

    def stop(self):
        if "slurmctld" in self.daemons:
            self.run("scancel", "--user=root", check=False)
            deadline = time.monotonic() + STOP_S
            while self.run("squeue", "-h", check=False) and time.monotonic() < deadline:
                time.sleep(0.2)
        for name in reversed(list(self.daemons)):
            self.daemons[name].send_signal(signal.SIGTERM)
        for name in list(self.daemons):
            self.end(name)
        shutil.rmtree(self.directory, ignore_errors=True)


def free_ports(count):
    """Consecutive ports that nobody listens at; of clusters that start at one time, each looks elsewhere first."""
    start = 20000 + os.getpid() * count % 12000
    for first in range(start, 60000, count):
        try:
            for port in range(first, first + count):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
            return list(range(first, first + count))
        except OSError:
            continue
    raise RuntimeError("no ports are free")


def main():
    reason = obstacle()
    if reason:
        sys.exit(f"no Slurm here: {reason}")
    command = sys.argv[1:] or ["sinfo"]
    with Cluster() as cluster:
        sys.exit(subprocess.run(command, env=cluster.environment()).returncode)


if __name__ == "__main__":
    main()
