"""A chart of what was measured, as SVG for the docs: CPU time of each proxy beside Envoy's."""

import statistics
from xml.etree import ElementTree

COLOURS = {"weft": "#2f6fde", "envoy": "#b45fae", "nginx": "#3f9b5c", "haproxy": "#d98b2b", "nghttpx": "#8a8f98"}
LABEL, BAR, ROW, GAP, WIDTH, TOP = 480, 13, 15, 14, 1000, 58
# Further than this much of Envoy's cost bars are cut, and say so by their figure.
MOST = 1.6


def shares(scenario, samples):
    """Each contender's cost and its share of Envoy's, in the order of COLOURS."""
    middle = {name.removesuffix("-pair"): statistics.median(row[scenario.ratio] for row in rows)
              for name, rows in samples.items() if rows}
    base = middle.get("envoy")
    return [(name, middle[name], middle[name] / base) for name in COLOURS if name in middle] if base else []


def draw(measured, note):
    """measured: pairs of a scenario and its samples; the SVG's text."""
    rows = [(scenario, found) for scenario, samples in measured if (found := shares(scenario, samples))]
    height = TOP + sum(len(found) * ROW + GAP for _, found in rows) + 34
    svg = ElementTree.Element("svg", {
        "xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {WIDTH} {height}", "font-family": "system-ui, sans-serif", "font-size": "12",
        "role": "img", "aria-label": "CPU time for each unit of work as a share of Envoy's"})
    shape(svg, "rect", width=WIDTH, height=height, fill="#fff")
    text(svg, 16, 24, "CPU time for each unit of work, as a share of Envoy's (shorter is better)", **{"font-size": "15", "font-weight": "600"})
    x = 16
    for name, colour in COLOURS.items():
        if any(name == entry[0] for _, found in rows for entry in found):
            shape(svg, "rect", x=x, y=34, width=11, height=11, rx=2, fill=colour)
            text(svg, x + 16, 44, name)
            x += 84
    y = TOP
    for scenario, found in rows:
        text(svg, LABEL - 10, y + len(found) * ROW / 2 + 4, f"{scenario.title}, per {scenario.unit}", **{"text-anchor": "end"})
        for name, cost, share in found:
            length = min(share, MOST) / MOST * (WIDTH - LABEL - 110)
            shape(svg, "rect", x=LABEL, y=y, width=f"{length:.1f}", height=BAR, rx=2, fill=COLOURS[name])
            text(svg, LABEL + length + 6, y + 11, f"{share:.2f} ({cost:,.1f} µs)" if name != "envoy" else f"1 ({cost:,.1f} µs)",
                 **({"font-weight": "600"} if name == "weft" else {}))
            y += ROW
        y += GAP
    text(svg, 16, height - 14, note, fill="#667")
    ElementTree.indent(svg)
    return ElementTree.tostring(svg, encoding="unicode") + "\n"


def shape(svg, tag, **attributes):
    ElementTree.SubElement(svg, tag, {key: str(value) for key, value in attributes.items()})


def text(svg, x, y, words, **attributes):
    element = ElementTree.SubElement(svg, "text", {"x": f"{x:.0f}", "y": f"{y:.0f}", "fill": "#223"} | attributes)
    element.text = words
