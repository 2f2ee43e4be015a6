"""Where Weft's time and its garbage go: a flame graph of each, from recordings of a warm process under load."""

import os
import pathlib
import subprocess

from kit import contenders, flames
from kit.process import fail

CONVERTER = "tools.profiler:jfr-converter:4.1"


def profile(kit, scenario, folder):
    """Leaves recording.jfr, cpu.html, alloc.html and, if it can be drawn, kernel.svg in a folder, and prints the first lines of each."""
    name = "weft-pair" if scenario.pairs else "weft"
    contender = contenders.KNOWN[name](kit.work, kit.backend)
    folder.mkdir(parents=True, exist_ok=True)
    recording = (folder / "recording.jfr").resolve()
    os.environ["WEFT_JAVA_OPTS"] = f"{os.environ.get('WEFT_JAVA_OPTS', '')} {flames.KEEP_FRAME_POINTERS}"
    contender.start()
    try:
        kit.settle(scenario, contender)
        layers = flames.draw(kit, scenario, contender, folder / "kernel.svg") if flames.available() else {}
        pid = contender.pids()[0]
        tools = pathlib.Path(f"/proc/{pid}/exe").resolve().parent
        run(tools / "jcmd", pid, "JFR.start", "name=weft-perf", "settings=profile")
        row = scenario.sample(kit, contender)
        run(tools / "jcmd", pid, "JFR.stop", "name=weft-perf", f"filename={recording}")
    finally:
        contender.stop()
    if row["problem"]:
        fail(f"{row['failed']} calls failed: {row['problem']}")
    jar = converter()
    run(tools / "java", "-jar", jar, "--cpu", recording, folder / "cpu.html")
    run(tools / "java", "-jar", jar, "--alloc", recording, folder / "alloc.html")
    for view in ("hot-methods", "allocation-by-class", "allocation-by-site"):
        print(run(tools / "jfr", "view", "--width", "140", view, recording))
    for layer, share in layers.items():
        print(f"{share:6.1%}  {layer}")
    print(f"{row['cpu_us']:.1f} µs of CPU for each {scenario.unit} with the recorder running; in {folder}: cpu.html, alloc.html, recording.jfr"
          + (", kernel.svg" if layers else "; for one with the kernel in it install linux-perf and Rust"))


def converter():
    """The converter to flame graphs."""
    return artifact(CONVERTER)


def artifact(coordinates):
    """A jar from Maven's registry."""
    target = contenders.HERE / "target"
    _, name, version = coordinates.split(":")
    jar = target / f"{name}-{version}.jar"
    if not jar.exists():
        run(contenders.HERE.parent / "mvnw", "-q", "-f", contenders.HERE.parent / "pom.xml", "-N",
            "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy", f"-Dartifact={coordinates}", f"-DoutputDirectory={target}")
    return jar


def run(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode:
        fail(f"{pathlib.Path(str(command[0])).name} failed: {(done.stderr or done.stdout).strip().splitlines()[-1]}")
    return done.stdout
