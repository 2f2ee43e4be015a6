"""Where a start's CPU time goes, or who touched the pages that a process holds: every thread, and interpreted code too, which `perf` cannot name."""

import collections
import os
import re
import statistics
import zipfile

from dataclasses import dataclass

from kit import contenders, flames, profile

PROFILER, LIBRARY = "tools.profiler:async-profiler:4.1", "linux-x64/libasyncProfiler.so"
# Of the main thread, the outermost frame that fits says whose time a stack is; of two that begin at the same frame the first.
PARTS = (
    ("protobuf: Envoy's messages and descriptors", r"com/google/protobuf|io/envoyproxy"),
    ("TLS: BoringSSL, contexts, certificates", r"io/netty/handler/ssl|io/netty/internal/tcnative|sun/security|javax/net/ssl|dev/weft/proxy/tls"),
    ("Netty and Vert.x", r"io/netty|io/vertx"),
    ("YAML", r"snakeyaml"),
    ("metrics and tracing", r"io/micrometer|io/opentelemetry|io/prometheus"),
    ("log", r"ch/qos/logback|org/slf4j"),
    ("Weft: bootstrap and its resources", r"dev/weft/proxy/bootstrap|dev/weft/xds"),
    ("Weft: the rest", r"dev/weft"),
)


@dataclass(frozen=True)
class Of:
    """What the profiler counts, how much one of it stands for, and the figure of the scenario that the sum is to be compared with."""

    event: str
    each: float
    unit: str
    column: str


TIME = Of("cpu,interval=1ms", 1, "ms of CPU", "cpu_ms")
# A page that is given back and touched again counts twice, and a fault in a file may bring sixteen pages: compare the sum.
MEMORY = Of("page-faults,interval=1", 4 / 1024, "MiB", "idle")


def draw(kit, scenario, folder, of=TIME):
    """Leaves an SVG and collapsed stacks in a folder, of kit.repeat processes, and prints the parts."""
    contender = contenders.KNOWN["weft"](kit.work, kit.backend)
    folder.mkdir(parents=True, exist_ok=True)
    without = [start(scenario, kit, contender)[of.column] for _ in range(kit.repeat)]
    stacks = collections.Counter()
    options, agent = os.environ.get("WEFT_JAVA_OPTS", ""), library(kit.work)
    for number in range(kit.repeat):
        file = kit.work / f"{scenario.name}-{number}.collapsed"
        os.environ["WEFT_JAVA_OPTS"] = f"{options} -agentpath:{agent}=start,event={of.event},threads,collapsed,file={file}"
        start(scenario, kit, contender)
        for line in file.read_text().splitlines():
            stack, _, count = line.rpartition(" ")
            stacks[re.sub(r" tid=\d+", "", stack)] += int(count)
    os.environ["WEFT_JAVA_OPTS"] = options
    collapsed = folder / f"{scenario.name}.collapsed"
    collapsed.write_text("".join(f"{stack} {count}\n" for stack, count in stacks.items()))
    (folder / f"{scenario.name}.svg").write_bytes(flames.piped(
        [flames.inferno() / "inferno-flamegraph", "--title", scenario.title, "--minwidth", "0.4", "--colors", "java", "--hash", collapsed]))
    for name, count in parts(stacks).most_common(24):
        print(f"{count * of.each / kit.repeat:7.1f} {of.unit}  {name}")
    print(f"{stacks.total() * of.each / kit.repeat:7.1f} {of.unit} in all; {statistics.median(without):.1f} without the profiler;"
          f" in {folder}: {scenario.name}.svg, {scenario.name}.collapsed")


def start(scenario, kit, contender):
    try:
        row = scenario.sample(kit, contender)
    finally:
        contender.stop()
    if row["problem"]:
        profile.fail(row["problem"])
    return row


def library(work):
    with zipfile.ZipFile(profile.artifact(PROFILER)) as jar:
        return jar.extract(LIBRARY, work)


def parts(stacks):
    """Samples by thread and, on the main one, by part."""
    counted = collections.Counter()
    for stack, count in stacks.items():
        thread, _, frames = stack.partition(";")
        name = thread.strip("[]")
        counted[f"main: {part(frames)}" if name in ("main", "java") else f"thread {name}"] += count
    return counted


def part(frames):
    places = [(found.start(), order, name) for order, (name, pattern) in enumerate(PARTS) if (found := re.search(pattern, frames))]
    # Weft calls all the others: it has what nobody below it does.
    others = [place for place in places if not place[2].startswith("Weft")]
    if others or places:
        return min(others or places)[2]
    return "the JVM and the JDK before and after it"
