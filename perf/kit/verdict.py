"""
What a soak must keep, and what is said of it.

Memory is told apart, for each part hides a leak of the others: the heap fills with garbage up to its limit before it is collected, so of it
only what is live counts, at rest and after a collection; classes and compiled code grow for as long as the compilers find something; what is
left of the resident memory is threads, sockets' and TLS' native memory and Netty's. A level is the median of a third of the soak: single
samples are some 15 MiB apart, for compilers take and give back native memory.
"""

import re
import statistics

# What is live was 0.3 to 3.1 MiB more at the second rest, however long it was between them (1.5 after thirty minutes).
MIB_LIVE, MIB_DIRECT, MIB_OTHER, MIB_CODE = 5.0, 2.0, 5.0, 6.0
# A short soak is over before the compilers are: the first so many seconds of traffic count as warming up.
YOUNG = 600
MIB_YOUNG = 25.0
# The compilers take up to 29 MiB for one method (`jcmd Compiler.memory`), and the native heap keeps it until it is trimmed, every 5 s.
MIB_COMPILING = 30.0
# Statistics begin to be shown with their first event; every change has names of its own, so that kept ones would be hundreds.
DESCRIPTORS, SERIES, THREADS = 2, 30, 6
MOST_LAG, FEWEST_CHANGES = 15.0, 0.7


def level(samples, third, value):
    part = samples[len(samples) * (third - 1) // 3:len(samples) * third // 3]
    return statistics.median(value(sample) for sample in part)


def slope(samples, value):
    """Of a line through the samples, a minute: the median of the slopes of pairs (Theil and Sen)."""
    picked = samples[::max(1, len(samples) // 200)]
    slopes = [(value(b) - value(a)) / (b.at - a.at) for i, a in enumerate(picked) for b in picked[i + 1:]]
    return statistics.median(slopes) * 60


class Verdict:
    def __init__(self, soak):
        self.soak, self.problems, self.rows = soak, [], []
        self.traffic()
        self.configuration()
        self.at_rest()
        self.levels()
        self.log()

    def must(self, holds, problem):
        if not holds:
            self.problems.append(problem)

    def traffic(self):
        said = self.soak.said
        for failure in said["failures"] or []:
            self.problems.append(f"failed: {failure}")
        self.must(said["failed"] <= len(said["failures"] or []), f"{said['failed']} calls failed in all")
        for name, tally in said["kinds"].items():
            self.must(tally["done"], f"nothing was done of: {name}")
        self.must(said["kills"] > 0, "no endpoint was killed")

    def configuration(self):
        said, seconds = self.soak.said, self.soak.warm + self.soak.seconds
        self.must(not said["nacks"], f"{said['nacks']} responses were refused: {said['refused']}")
        self.must(said["changes"] >= FEWEST_CHANGES * seconds, f"{said['changes']} changes in {seconds:.0f} s are not one a second")
        self.must(said["worst_lag_seconds"] <= MOST_LAG, f"a change was seen after {said['worst_lag_seconds']:.1f} s only")
        self.must(said["identities"] > 1, "the sidecar never renewed its certificate")

    def at_rest(self):
        before, after = self.soak.before, self.soak.after
        for name, more, value in (
                ("live heap, MiB", MIB_LIVE, lambda sample: sample.live), ("direct memory, MiB", MIB_DIRECT, lambda sample: sample.direct),
                ("descriptors", DESCRIPTORS, lambda sample: sample.descriptors), ("sockets", DESCRIPTORS, lambda sample: sample.sockets),
                ("threads", THREADS, lambda sample: sample.threads), ("series of statistics", SERIES, lambda sample: sample.series)):
            self.row(f"{name}, at rest", value(before), value(after), more)
        for name, value in after.active.items():
            self.problems.append(f"at rest {name} is {value:.0f}")

    def levels(self):
        samples = self.soak.samples
        young = self.soak.warm + self.soak.seconds / 3 < YOUNG
        for name, more, value in (
                ("resident without heap and code, MiB", MIB_OTHER, lambda sample: sample.other),
                ("classes and compiled code, MiB", MIB_CODE, lambda sample: sample.code)):
            self.row(f"{name}, second and last third", level(samples, 2, value), level(samples, 3, value), MIB_YOUNG if young else more,
                     f"{slope(samples[len(samples) // 3:], value):+.2f} a minute")
        before, peak = self.soak.before, max(sample.rss for sample in samples)
        most = before.rss + max(0.0, before.limit - before.heap) + MIB_YOUNG + MIB_COMPILING
        self.rows.append(("resident memory, MiB, second and last third", *(level(samples, i, lambda sample: sample.rss) for i in (2, 3)),
                          f"{peak:.0f} at most; may be {most:.0f} with a full heap"))
        self.must(peak <= most, f"resident memory was {peak:.0f} MiB, more than {most:.0f} with a full heap")

    def row(self, name, before, after, more, note=""):
        self.rows.append((name, before, after, f"may be {more:g} more" + (f"; {note}" if note else "")))
        self.must(after <= before + more, f"{name}: {before:.1f}, then {after:.1f}, more than {more:g} more")

    def log(self):
        text = self.soak.sidecar.log.read_text()
        running = text.split("Proxy: ending")[0]
        for line in re.findall(r"^.*(?: ERROR |LEAK: ).*$", running, re.M)[:5]:
            self.problems.append(f"log: {line[:300]}")
        self.must(self.soak.status == 0, f"the sidecar ended with status {self.soak.status} when it was asked to end")

    def table(self):
        said = self.soak.said
        lines = ["| traffic | done | excused | failed |", "|---|---|---|---|"]
        for name, tally in said["kinds"].items():
            lines.append(f"| {name} | {tally['done']} | {sum(tally.get('excused', {}).values())} | {tally['failed']} |")
        lines.append(f"| all | {said['done']} | {said['excused']} | {said['failed']} |")
        lines += ["", "| | before | after | |", "|---|---|---|---|"]
        lines += [f"| {name} | {before:,.1f} | {after:,.1f} | {note} |" for name, before, after, note in self.rows]
        lines.append("")
        lines.append(f"{said['changes']} changes, the slowest seen after {said['worst_lag_seconds']:.1f} s; {said['kills']} kills; "
                     f"{said['identities'] - 1} renewals of the sidecar's certificate; CPU {self.soak.cpu:.2f} of one.")
        return "\n".join(lines)
