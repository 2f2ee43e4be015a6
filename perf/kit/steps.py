"""Single steps of a request: one table of those that JMH measured with several sizes of what they look through."""

import math

ALLOCATED = "gc.alloc.rate.norm"
# What a class of benchmarks takes to ask, besides what it asks for.
ASKING = "asking"


def table(results):
    """results: JMH's JSON. None where nothing was measured with more than one size."""
    rows = {}
    for result in results:
        params = dict(result.get("params", {}))
        if "size" not in params:
            continue
        size = int(params.pop("size"))
        group, step = result["benchmark"].split(".")[-2:]
        rows.setdefault((group, " ".join([step, *params.values()])), {})[size] = figures(result)
    sizes = sorted({size for row in rows.values() for size in row})
    if len(sizes) < 2:
        return None
    lines = [
        "| ns | " + " | ".join(f"{size:,}" for size in sizes) + " | slowest / fastest | bytes at most |",
        "|---" * (len(sizes) + 3) + "|"]
    for (group, step), row in rows.items():
        taken = [row[size][0] - rows.get((group, ASKING), {}).get(size, (0, 0))[0] for size in sizes if size in row]
        ratio = "" if step == ASKING or min(taken) <= 0 else f"{max(taken) / min(taken):.2f}"
        cells = [spread(*row[size]) if size in row else "" for size in sizes]
        lines.append(f"| {group} {step} | " + " | ".join(cells) + f" | {ratio} | {max(cell[1] for cell in row.values()):.1f} |")
    if any(step == ASKING for _, step in rows):
        lines.append(f"\nWhere a class has a step \"{ASKING}\" the others' ratios are of what they take besides it.")
    return "\n".join(lines)


def spread(nanos, _, error):
    return f"{nanos:.1f}" + (f" ± {error:.1f}" if not math.isnan(error) else "")


def figures(result):
    """Nanoseconds and bytes of a call, and the nanoseconds' error, which a single iteration has not."""
    bytes_ = next(
        (metric["score"] for name, metric in result["secondaryMetrics"].items() if name.endswith(ALLOCATED)), float("nan"))
    error = result["primaryMetric"]["scoreError"]
    return result["primaryMetric"]["score"], bytes_, float(error)
