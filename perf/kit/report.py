"""Tables for people, JSON for history."""

import statistics


def spread(values, digits):
    middle = f"{statistics.median(values):,.{digits}f}"
    return middle if len(values) == 1 else f"{middle} [{min(values):,.{digits}f}–{max(values):,.{digits}f}]"


def ratio(samples, name, other, value):
    if other not in samples or name == other:
        return "1.00" if name == other else "–"
    middle = [statistics.median(row[value] for row in samples[key]) for key in (name, other)]
    return f"{middle[0] / middle[1]:.2f}" if middle[1] else "–"


def table(scenario, samples):
    """samples: the rows of each contender, in the order of the table."""
    base = next((name for name in ("envoy", "envoy-pair") if name in samples), None)
    others = [base, "nginx", "haproxy"] if base == "envoy" else [base]
    others = [name for name in others if name in samples]
    heads = [head.format(unit=scenario.unit) for _, head, _ in scenario.columns] + [f"× {name}" for name in others]
    lines = [f"| {scenario.title} | " + " | ".join(heads) + " |", "|---" * (len(heads) + 1) + "|"]
    for name, rows in samples.items():
        if not rows:
            continue
        cells = [
            spread([row[key] for row in rows], digits) if i == 0 else f"{statistics.median(row[key] for row in rows):,.{digits}f}"
            for i, (key, _, digits) in enumerate(scenario.columns)]
        cells += [ratio(samples, name, other, scenario.ratio) for other in others]
        notes = sorted({row["note"] for row in rows if row.get("note")})
        lines.append(f"| {name}{' (' + ', '.join(notes) + ')' if notes else ''} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
