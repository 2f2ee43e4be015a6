"""
What each setting costs a request: Weft with one of them each, beside Weft with none, by CPU time of a saturated process.

Every process is warmed for itself, and then all of them stand by while one is measured. A round measures each once, in an order that
rotates, and the base before, after, and every few in between: what a setting adds is what it has more than the mean of the two
measurements of the base around it, so that a machine that changes its speed changes both.
"""

import contextlib
import re
import statistics
import sys
import threading
import urllib.request

from kit import contenders, settings
from kit.bootstrap import Bootstrap
from kit.contenders import Contender
from kit.process import PROXY_CPU, Process, fail, free_port
from kit.report import spread
from kit.scenarios import ALL as SCENARIOS

LOAD = {"http1": SCENARIOS["http1-1k"], "grpc": SCENARIOS["grpc-8x32"]}
# Of a base, from one measurement to the next.
BETWEEN = 8
DROPPED = re.compile(r"^weft_access_log_dropped_total(?:\{[^}]*})? (\S+)$", re.M)


class Sidecar(Contender):
    """Weft with one setting."""

    def __init__(self, setting, work, backend):
        super().__init__(f"weft-{setting.name}", work, backend)
        self.setting, self.admin = setting, free_port()
        self.open(setting.kind)

    def commands(self):
        kind = self.setting.kind
        file = Bootstrap(self.name, self.work, False, self.admin)
        file.http(kind, self.ports[kind], self.backend.grpc if kind == "grpc" else self.backend.http, http2=kind == "grpc")
        self.setting.change(settings.Parts(file))
        return [[*contenders.weft(file.write(), 1), *self.setting.arguments]]

    def launch(self, cpus=PROXY_CPU):
        collector = f"http://127.0.0.1:{self.backend.http}/api/spans"
        environment = {name: value.format(collector=collector) for name, value in self.setting.environment.items()}
        self.processes = [
            Process(self.name, command, cpus, self.work / f"{self.name}.log", environment) for command in self.commands()]

    def statistics(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.admin}/stats/prometheus", timeout=10) as page:
            return page.read().decode()

    def dropped(self):
        """Lines of logs for which there was no room."""
        return sum(float(value) for value in DROPPED.findall(self.statistics()))

    @contextlib.contextmanager
    def watched(self):
        """While somebody asks for its statistics each second, if that is its setting."""
        over = threading.Event()

        def scrape():
            while not over.wait(1):
                self.statistics()

        scraper = threading.Thread(target=scrape) if self.setting.scraped else None
        if scraper:
            scraper.start()
        try:
            yield
        finally:
            over.set()
            if scraper:
                scraper.join()


def turns(names, repetition, between=BETWEEN):
    """The order of a round: groups between which the base is measured."""
    turn = repetition * len(names) // 3 % max(1, len(names))
    order = names[turn:] + names[:turn]
    return [order[i:i + between] for i in range(0, len(order), between)]


def choose(only):
    unknown = [name for name in only if name not in settings.ALL]
    if unknown:
        fail(f"no setting {', '.join(unknown)}; there are {', '.join(settings.ALL)}")
    return [setting for setting in settings.ALL.values() if not only or setting.name in only]


def measure(kit, chosen, samples):
    """Adds to the samples of each setting; "added" is what they have more than their base, which those of bases have not."""
    chosen = [base for kind, base in settings.BASE.items() if any(setting.kind == kind for setting in chosen)] + chosen
    sidecars = {setting.name: Sidecar(setting, kit.work, kit.backend) for setting in chosen}
    samples.update({name: [] for name in sidecars})
    try:
        for sidecar in sidecars.values():
            sidecar.start()
        for count, sidecar in enumerate(sidecars.values(), 1):
            print(f"warming {count} of {len(sidecars)}: {sidecar.setting.name}", file=sys.stderr, flush=True)
            with sidecar.watched():
                kit.settle(LOAD[sidecar.setting.kind], sidecar)
        for repetition in range(kit.repeat):
            print(f"round {repetition + 1} of {kit.repeat}", file=sys.stderr, flush=True)
            for kind, base in settings.BASE.items():
                names = [name for name, sidecar in sidecars.items() if sidecar.setting.kind == kind and name != base.name]
                if names:
                    one_round(kit, sidecars, samples, base.name, turns(names, repetition))
    finally:
        for sidecar in sidecars.values():
            sidecar.stop()


def one_round(kit, sidecars, samples, base, groups):
    before = sample(kit, sidecars[base])
    samples[base].append(before)
    for group in groups:
        rows = {name: sample(kit, sidecars[name]) for name in group}
        after = sample(kit, sidecars[base])
        samples[base].append(after)
        without = (before["cpu_us"] + after["cpu_us"]) / 2
        for name, row in rows.items():
            samples[name].append(row | {"added": row["cpu_us"] - without})
        before = after


def sample(kit, sidecar):
    logs = sidecar.setting.group == settings.LOGS
    dropped = sidecar.dropped() if logs else 0
    with sidecar.watched():
        row = kit.undisturbed(LOAD[sidecar.setting.kind], sidecar)
    if not row["done"]:
        fail(f"{sidecar.setting.name}: no request was answered: {row['problem']}")
    if row["problem"]:
        print(f"{sidecar.setting.name}: {row['failed']} failed: {row['problem']}", file=sys.stderr)
        row["note"] = "failed calls"
    return row | ({"dropped": (sidecar.dropped() - dropped) / row["done"]} if logs else {})


def table(samples):
    lines = ["| | what | CPU µs/request more | CPU µs/request |", "|---|---|---|---|"]
    for name, rows in samples.items():
        setting = settings.ALL.get(name)
        group, title = (setting.group, setting.title) if setting else ("base", base_title(name))
        added = signed([row["added"] for row in rows]) if setting else ""
        lines.append(f"| {group} | {title}{notes(rows)} | {added} | {spread([row['cpu_us'] for row in rows], 1)} |")
    return "\n".join(lines)


def base_title(name):
    return next(base.title for base in settings.BASE.values() if base.name == name)


def signed(values):
    middle = f"{statistics.median(values):+.2f}"
    return middle if len(values) == 1 else f"{middle} [{min(values):+.2f} to {max(values):+.2f}]"


def notes(rows):
    said = sorted({row["note"] for row in rows if row.get("note")})
    dropped = statistics.median(row.get("dropped", 0) for row in rows)
    if dropped >= 0.005:
        said.append(f"{dropped:.0%} of lines dropped")
    return f" ({', '.join(said)})" if said else ""
