"""Tables for people, JSON for history."""

import statistics


def spread(values, digits):
    middle = f"{statistics.median(values):,.{digits}f}"
    return middle if len(values) == 1 else f"{middle} [{min(values):,.{digits}f}–{max(values):,.{digits}f}]"


def ratio(samples, name, other, value):
    if not samples.get(other) or name == other:
        return "1.00" if name == other else "–"
    middle = [statistics.median(row[value] for row in samples[key]) for key in (name, other)]
    return f"{middle[0] / middle[1]:.2f}" if middle[1] else "–"


def added(samples, without, value):
    """The same samples less the median of those without a proxy."""
    base = statistics.median(row[value] for row in samples[without])
    return {name: [row | {"added": row[value] - base} for row in rows] for name, rows in samples.items() if name != without}


def table(scenario, samples):
    """samples: the rows of each contender, in the order of the table."""
    columns, judged, without = scenario.columns, scenario.ratio, getattr(scenario, "without", None)
    if without and samples.get(without):
        samples = added(samples, without, judged)
        columns, judged = (("added", f"added {columns[0][1]}", 0), *columns), "added"
    base = next((name for name in ("envoy", "envoy-pair") if name in samples), None)
    others = [base, "nginx", "haproxy"] if base == "envoy" else [base]
    others = [name for name in others if name in samples]
    heads = [head.format(unit=scenario.unit) for _, head, _ in columns] + [f"× {name}" for name in others]
    lines = [f"| {scenario.title} | " + " | ".join(heads) + " |", "|---" * (len(heads) + 1) + "|"]
    for name, rows in samples.items():
        if not rows:
            continue
        cells = [
            spread([row[key] for row in rows], digits) if i == 0 else f"{statistics.median(row[key] for row in rows):,.{digits}f}"
            for i, (key, _, digits) in enumerate(columns)]
        cells += [ratio(samples, name, other, judged) for other in others]
        notes = sorted({row["note"] for row in rows if row.get("note")})
        lines.append(f"| {name}{' (' + ', '.join(notes) + ')' if notes else ''} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
