"""
A soak: one sidecar with every kind of traffic while its configuration changes each second and its endpoints are killed.

perf/soak is everything around it, with the rules for what may fail. Here the sidecar is watched from outside. It starts, warms up, and
rests; then comes the soak itself, and it rests again: what it takes at rest, after a collection, must be the same both times.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
import urllib.request
from dataclasses import asdict, dataclass

from kit.contenders import HERE
from kit.process import cpu_clock, fail, find, free_port, free_ports
from kit.verdict import Verdict

SAMPLE, PROGRESS = 2, 10
# At rest: pools close idle connections after 5 s, what drains has 10 s.
REST = 40
# The sidecar's listeners and four endpoints' ports, in a row.
PORTS = 5 + 4 * 4
LOG = ("%START_TIME% %DOWNSTREAM_REMOTE_ADDRESS% %REQ(X-SOAK-ID)% %UPSTREAM_HOST% %RESPONSE_CODE% %RESPONSE_FLAGS% "
       "%UPSTREAM_REQUEST_ATTEMPT_COUNT% %DURATION% %RESPONSE_CODE_DETAILS%\n")

# What counts something that is open now.
ACTIVE = re.compile(r"(cx|rq)(_\w+)?_active$|pending_active$")


@dataclass
class Sample:
    """Of the sidecar at one moment; memory in MiB: resident, heap and its limit, classes with compiled code, heap that was live, Netty's buffers."""

    at: float
    rss: float
    heap: float
    limit: float
    code: float
    live: float
    direct: float
    threads: int
    descriptors: int
    sockets: int
    series: int
    blocked: float
    active: dict

    @property
    def other(self):
        """What is resident and neither heap, which grows as it likes up to its limit, nor classes and compiled code."""
        return self.rss - self.heap - self.code


class Around:
    """The program around the sidecar: one line of JSON for each command."""

    def __init__(self, program, work, rate):
        first = free_ports(PORTS)
        self.errors = work / "soak.log"
        self.child = subprocess.Popen(
            [str(program), "run", "-folder", str(work), "-ports", str(first), "-access-log", str(work / "access.log"), "-rate", str(rate)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors.open("w"), text=True)
        self.control_plane = self.read()["control_plane"]

    def read(self):
        line = self.child.stdout.readline()
        if not line:
            fail(f"the program around the sidecar ended: {self.errors.read_text().strip()[-500:]}")
        return json.loads(line)

    def ask(self, command):
        self.child.stdin.write(command + "\n")
        self.child.stdin.flush()
        return self.read()

    def close(self):
        self.child.stdin.close()
        try:
            self.child.wait(10)
        except subprocess.TimeoutExpired:
            self.child.kill()


class Sidecar:
    """The proxy under test, as `weft proxy` starts it."""

    def __init__(self, work, control_plane, options):
        ports = {role: free_port() for role in ("inbound", "outbound", "admin", "health", "metrics")}
        self.admin, self.log = ports["admin"], work / "proxy.log"
        # Vert.x switches Netty's detector off unless it is asked for. One buffer in 32 instead of one in 128: a soak may be short.
        java = "-Dio.netty.leakDetection.level=simple -Dio.netty.leakDetection.samplingInterval=32 " + os.environ.get("WEFT_JAVA_OPTS", "")
        self.child = subprocess.Popen(
            [str(HERE.parent / "weft"), "proxy", "--control-plane", f"127.0.0.1:{control_plane}", "--service", "soak/gateway",
             "--token-file", str(work / "token"), "--data", str(work / "sidecar"), "--concurrency", str(options.concurrency),
             *(text for role, port in ports.items() for text in (f"--{role}", f"127.0.0.1:{port}")),
             "--access-log", str(work / "access.log"), "--access-log-format", LOG],
            stdout=self.log.open("w"), stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=dict(os.environ, WEFT_JAVA_OPTS=java))

    def page(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.admin}{path}", timeout=30) as answer:
            return answer.read().decode()

    def await_ready(self):
        for _ in range(600):
            if self.child.poll() is not None:
                fail(f"the sidecar ended with status {self.child.returncode}; see {self.log}")
            try:
                if self.page("/ready"):
                    return
            except OSError:
                time.sleep(0.2)
        fail(f"the sidecar is not ready after 120 s; see {self.log}")

    def collect(self):
        """A full collection; what was live is in the statistics then."""
        jcmd = pathlib.Path(f"/proc/{self.child.pid}/exe").resolve().parent / "jcmd"
        if not jcmd.exists():
            fail(f"{jcmd} is missing: a JDK is needed, not only its runtime")
        subprocess.run([jcmd, str(self.child.pid), "GC.run"], check=True, stdout=subprocess.DEVNULL)

    def read(self):
        """One sample."""
        process = pathlib.Path(f"/proc/{self.child.pid}")
        try:
            status, targets = (process / "status").read_text(), self.descriptors(process)
            plain, committed = self.page("/stats"), self.page("/stats/prometheus")
        except OSError as problem:
            fail(f"the sidecar does not answer ({problem}; its status is {self.child.poll()}); see {self.log}")
        stats = {name: float(value) for name, value in re.findall(r"^(\S+): (-?[\d.]+)$", plain, re.M)}
        heap, code = (sum(map(float, re.findall(rf'^jvm_memory_committed_bytes{{area="{area}".*}} (\S+)$', committed, re.M)))
                      for area in ("heap", "nonheap"))
        return Sample(
            at=time.monotonic(), rss=int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024, heap=heap / 2**20,
            limit=stats["weft_heap_max_bytes"] / 2**20, code=code / 2**20,
            live=stats.get("weft_heap_live_bytes", 0) / 2**20, direct=stats.get("weft_direct_memory_bytes", 0) / 2**20,
            threads=int(re.search(r"Threads:\s+(\d+)", status).group(1)), descriptors=len(targets),
            sockets=sum(target.startswith("socket:") for target in targets), series=len(stats),
            blocked=stats.get("server.watchdog_miss", 0),
            active={name: value for name, value in stats.items() if ACTIVE.search(name) and value})

    @staticmethod
    def descriptors(process):
        targets = []
        for each in (process / "fd").iterdir():
            try:
                targets.append(os.readlink(each))
            except FileNotFoundError:
                pass  # closed meanwhile
        return targets

    def end(self):
        """Asks it to end; how it did."""
        self.child.terminate()
        try:
            return self.child.wait(30)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
            return None


class Soak:
    """One run: warm up, rest, soak, rest."""

    def __init__(self, around, sidecar, warm, seconds):
        self.around, self.sidecar, self.warm, self.seconds = around, sidecar, warm, seconds
        self.begun = time.monotonic()

    def run(self):
        self.sidecar.await_ready()
        self.traffic("warm-up", self.warm)
        self.before = self.rest("rest before")
        used, begin = cpu_clock(self.sidecar.child.pid), time.monotonic()
        self.samples = self.traffic("soak", self.seconds)
        self.cpu = (cpu_clock(self.sidecar.child.pid) - used) / (time.monotonic() - begin)
        self.after = self.rest("rest after")
        self.said = self.around.ask("end")
        self.status = self.sidecar.end()

    def traffic(self, phase, seconds):
        samples = []
        self.around.ask("begin")
        end, told = time.monotonic() + seconds, time.monotonic()
        while time.monotonic() < end:
            time.sleep(SAMPLE)
            samples.append(self.sidecar.read())
            if time.monotonic() - told >= PROGRESS:
                told = time.monotonic()
                self.tell(phase, self.around.ask("status"), samples[-1])
        return samples

    def rest(self, phase):
        """Until nothing is open any more, and as many descriptors as at the end of the sample before."""
        said = self.around.ask("pause")
        end, last = time.monotonic() + REST, None
        while time.monotonic() < end:
            time.sleep(SAMPLE)
            now = self.sidecar.read()
            if last and not now.active and now.descriptors == last.descriptors and now.threads == last.threads:
                break
            last = now
        self.sidecar.collect()
        time.sleep(1)
        self.sidecar.collect()
        time.sleep(SAMPLE)
        sample = self.sidecar.read()
        self.tell(phase, said, sample)
        return sample

    def tell(self, phase, said, now):
        print(f"{time.monotonic() - self.begun:6.0f} s {phase:12} {said['done']:8} done, {said['excused']} excused, "
              f"{said['failed'] + said['to_judge']} failed or to be judged, {said['changes']} changes, {said['kills']} kills; RSS {now.rss:.0f}, "
              f"heap {now.heap:.0f}, code {now.code:.0f}, direct {now.direct:.1f} MiB, {now.descriptors} descriptors "
              f"({now.sockets} sockets), {now.threads} threads, {sum(now.active.values()):.0f} active", flush=True)


def soak(options):
    """The command. Leaves its folder where it was if anything is not as it must be."""
    if not find("go"):
        fail("go is not installed (package Go)")
    seconds = options.minutes * 60
    if seconds < 120:
        fail("a soak of less than 2 minutes says nothing")
    warm = min(180, seconds / 4)
    subprocess.run([str(HERE.parent / "weft"), "--version"], check=True, stdout=subprocess.DEVNULL)
    work = pathlib.Path(tempfile.mkdtemp(prefix="weft-soak-"))
    program = work / "soak"
    subprocess.run(["go", "build", "-o", program, "."], cwd=HERE / "soak", check=True)
    print(f"log and access log are in {work}", flush=True)
    around = Around(program, work, options.rate)
    try:
        sidecar = Sidecar(work, around.control_plane, options)
        try:
            run = Soak(around, sidecar, warm, seconds - warm)
            run.run()
        finally:
            sidecar.end()
    finally:
        around.close()
    verdict = Verdict(run)
    print("\n" + verdict.table())
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps({
            "at": time.strftime("%Y-%m-%dT%H:%M:%S%z"), "minutes": options.minutes, "cpus": os.cpu_count(), "cpu": run.cpu,
            "problems": verdict.problems, **run.said, "before": asdict(run.before), "after": asdict(run.after),
            "samples": [asdict(sample) for sample in run.samples]}, indent=1))
    for problem in verdict.problems:
        print(f"NOT KEPT: {problem}", flush=True)
    if verdict.problems:
        fail(f"{len(verdict.problems)} things were not as they must be; see {work}")
    shutil.rmtree(work)
