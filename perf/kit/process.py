"""Processes under measurement: their ports, CPU time, memory and system calls."""

import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

PROXY_CPU, LOAD_CPU = "0", "1"
SEARCH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])


def fail(message):
    sys.exit(f"weft-perf: {message}")


def find(program):
    return shutil.which(program, path=SEARCH)


def free_port(taken=set()):
    """A port below the range from which clients get theirs."""
    for port in range(21000, 30000):
        if port in taken:
            continue
        taken.add(port)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    fail("no free port")


def free_ports(count):
    """The first of so many in a row."""
    row = [free_port()]
    while len(row) < count:
        port = free_port()
        row = [*row, port] if port == row[-1] + 1 else [port]
    return row[0]


class Process:
    """A program pinned to one CPU."""

    def __init__(self, name, command, cpu, log, environment=None, cwd=None):
        self.name, self.log = name, log
        with open(log, "w") as out:
            self.child = subprocess.Popen(
                ["taskset", "-c", cpu, *command], stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                env=dict(os.environ, **(environment or {})), cwd=cwd)
        self.started = time.monotonic()

    @property
    def pid(self):
        return self.child.pid

    def wait_for_port(self, port, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.child.poll() is not None:
                fail(f"{self.name} ended with status {self.child.returncode} before it listened; see {self.log}")
            try:
                socket.create_connection(("127.0.0.1", port), 0.2).close()
                return
            except OSError:
                time.sleep(0.02)
        fail(f"{self.name} does not listen on port {port} after {seconds} s; see {self.log}")

    def cpu_seconds(self):
        """User and system time of the process and its children, ended threads too (the process CPU clock)."""
        return sum(cpu_clock(member) for member in family(self.pid))

    def compiler_seconds(self):
        """User and system time of the threads of a JVM that compile."""
        ticks = 0
        for task in pathlib.Path(f"/proc/{self.pid}/task").iterdir():
            try:
                name, fields = (task / "stat").read_text().rsplit(") ", 1)
            except OSError:
                continue
            if "CompilerThre" in name:
                ticks += sum(map(int, fields.split()[11:13]))
        return ticks / os.sysconf("SC_CLK_TCK")

    def rss_mib(self):
        return sum(resident(member) for member in family(self.pid))

    def stop(self):
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
            try:
                self.child.wait(20)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()


def cpu_clock(pid):
    try:
        return time.clock_gettime_ns((~pid << 3) | 2) / 1e9
    except OSError:
        return 0.0


def family(pid):
    members = [pid]
    try:
        for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                members += family(int(child))
    except OSError:
        pass
    return members


def resident(pid):
    try:
        match = re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())
        return int(match.group(1)) / 1024 if match else 0
    except OSError:
        return 0


def busy_seconds(cpu=PROXY_CPU):
    """What anybody used of a CPU since the machine started."""
    line = next(line for line in pathlib.Path("/proc/stat").read_text().splitlines() if line.startswith(f"cpu{cpu} "))
    fields = [int(field) for field in line.split()[1:]]
    return (sum(fields[:8]) - fields[3] - fields[4]) / os.sysconf("SC_CLK_TCK")


def system_calls(pids, seconds):
    """System calls of processes during a while, by strace; None if it is not installed."""
    strace = find("strace")
    if not strace:
        return None
    attach = [argument for pid in pids for member in family(pid) for argument in ("-p", str(member))]
    tracer = subprocess.Popen([strace, "-f", "-c", "-q", *attach], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    time.sleep(seconds)
    tracer.send_signal(signal.SIGINT)
    total = re.search(r"^\s*100\.00\s+\S+\s+\S+\s+(\d+)", tracer.communicate(timeout=30)[1], re.M)
    return int(total.group(1)) if total else None
