"""
Floods: what a client that does harm costs the proxy and a client that does none.

The attacker has few connections, each opened again as soon as it is cut. It shares a CPU with backend and healthy client and gets
what those leave of it (SCHED_IDLE); the proxy has the other one. The healthy client asks 500 times a second over HTTP/1.1, without
a flood and with one in turn: a single p99 says more of the machine than of the proxy, so the median of several is compared.
"""

import json
import statistics
import subprocess
import threading
import time

from kit import scenarios
from kit.process import LOAD_CPU

KINDS = ("rapid-reset", "made-you-reset", "malformed", "continuation", "ping", "settings", "empty-data", "empty-headers",
         "priority", "window-update", "hpack-flips")
# It is done when: memory grows by no more, p99 is no more than so many times what it was, and the flood is cut within so long.
MOST_MIB, MOST_P99, MOST_SECONDS = 64, 2.0, 2.0


class Watch:
    """The most memory of a contender while it is watched."""

    def __init__(self, contender):
        self.contender, self.peak, self.over = contender, contender.rss_mib(), False
        self.thread = threading.Thread(target=self.run)

    def run(self):
        while not self.over:
            self.peak = max(self.peak, self.contender.rss_mib())
            time.sleep(0.05)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over = True
        self.thread.join()


def healthy(kit, contender, seconds):
    row = kit.loads.own(contender, "http1", "latency", "-rate", 500, "-seconds", seconds, "-connections", 4)
    # None done is as bad as it gets.
    return row.get("p99", float("inf")) / 1e3, row["failed"]


def attack(kit, contender, kind, seconds):
    return subprocess.Popen(
        ["chrt", "--idle", "0", "taskset", "-c", LOAD_CPU, str(kit.loads.program), "flood", "-kind", kind, "-target",
         f"127.0.0.1:{contender.ports['http1']}", "-seconds", str(seconds)],
        stdout=subprocess.PIPE, text=True, env={"GOMAXPROCS": "1", "PATH": "/usr/bin:/bin"})


def sample(kit, contender, kind):
    """Rounds without and with the flood; of memory and of the time until it is cut the worst, of the healthy client the median."""
    rounds = [once(kit, contender, kind) for _ in range(kit.repeat)]
    worst = {name: max(row[name] for row in rounds) for name in ("longest", "lasting", "failed")}
    middle = {name: statistics.median(row[name] for row in rounds) for name in ("before", "during")}
    return worst | middle | {
        "rss": rounds[0]["rss"], "peak": max(row["peak"] for row in rounds), "cut": sum(row["cut"] for row in rounds),
        "spread": {name: (min(row[name] for row in rounds), max(row[name] for row in rounds)) for name in middle}}


def once(kit, contender, kind):
    before, _ = healthy(kit, contender, kit.seconds)
    rss = contender.rss_mib()
    with Watch(contender) as watch:
        attacker = attack(kit, contender, kind, kit.seconds + 2.5)
        during, failed = healthy(kit, contender, kit.seconds)
        said = json.loads(attacker.communicate(timeout=60)[0].splitlines()[-1])
    return {"rss": rss, "peak": watch.peak, "before": before, "during": during, "failed": failed, **said}


def misses(row):
    found = []
    if row["peak"] - row["rss"] > MOST_MIB:
        found.append("memory")
    # Below two milliseconds the machine says more than the proxy.
    if row["during"] > max(MOST_P99 * row["before"], 2.0):
        found.append("p99")
    if row["lasting"] or row["longest"] > MOST_SECONDS or not row["cut"]:
        found.append("not cut")
    if row["failed"]:
        found.append("failed requests")
    return found


def line(contender, kind, row):
    lasted = f"{row['longest']:.2f}" if row["cut"] else "never"
    if row["cut"] and row["lasting"]:
        lasted += f" ({row['lasting']} of {row['lasting'] + row['cut']} not)"
    p99 = " | ".join(f"{row[name]:.2f} [{row['spread'][name][0]:.2f}–{row['spread'][name][1]:.2f}]" for name in ("before", "during"))
    return f"| {kind} | {contender} | {row['rss']:.0f} | {row['peak']:.0f} | {p99} | {lasted} | {', '.join(misses(row)) or 'kept'} |"


def table(kit, entrants, kinds):
    """Prints the table line by line; whether Weft keeps every bound."""
    kept = True
    print("| flood | proxy | RSS before, MiB | at peak | healthy p99 before, ms | during | cut after, s | bounds |")
    print("|---|---|---|---|---|---|---|---|")
    for entrant in entrants:
        try:
            entrant.start()
            # What the JVM has not compiled yet is compiled on the proxy's one CPU when the flood first calls for it.
            for scenario in ("grpc-8x32", "http1-1k"):
                kit.settle(scenarios.ALL[scenario], entrant)
            for kind in kinds:
                row = sample(kit, entrant, kind)
                print(line(entrant.name, kind, row), flush=True)
                kept &= entrant.name != "weft" or not misses(row)
        finally:
            entrant.stop()
    return kept
