"""
Where the time of processes goes, the kernel's part too: `perf` records, a JVM names what it compiled, Inferno draws.

Needs `perf` (Debian's linux-perf), Rust, and a JVM that keeps frame pointers, without which the callers of compiled code are not seen.
"""

import collections
import pathlib
import re
import subprocess

from kit import contenders
from kit.process import find

KEEP_FRAME_POINTERS = "-XX:+PreserveFramePointer"
INFERNO = "0.12.3"
# The first that fits says whose time a stack is: threads, then the kernel by what it was asked for, then the innermost frame that is known.
LAYERS = (
    ("compilers, garbage collector", lambda stack: re.match(r"C[12]_Comp|C[12] Comp|VM.|GC", stack[0])),
    ("kernel: waiting and waking up", lambda stack: in_kernel(stack) and inside(stack, "epoll_wait", "epoll_pwait", "futex", "schedule", "hrtimer")),
    ("kernel: sockets", lambda stack: in_kernel(stack) and inside(stack, "sock", "tcp_", "inet_", "writev", "sys_read", "sys_write", "sendto", "recv")),
    ("kernel: the rest", lambda stack: in_kernel(stack)),
    ("BoringSSL", lambda stack: inside(stack[-8:], "tcnative")),
    ("Weft", lambda stack: "dev.weft" in innermost(stack)),
    ("Netty: HTTP/2 and HPACK", lambda stack: "codec.http2" in innermost(stack)),
    ("Netty: buffers, pipeline, loop, TLS engine", lambda stack: "io.netty" in innermost(stack)),
    ("JDK, JVM, libc", lambda stack: True),
)


def available():
    return bool(find("perf") and find("cargo"))


def draw(kit, scenario, contender, svg):
    """Draws a flame graph of one sample, and returns the share of each layer."""
    recorded = kit.work / "perf.data"
    recorder = subprocess.Popen(
        [find("perf"), "record", "-q", "-e", "cpu-clock", "-F", "1499", "-g", "-p", ",".join(map(str, contender.pids())), "-o", str(recorded)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    scenario.sample(kit, contender)
    recorder.terminate()
    recorder.wait(30)
    for pid in contender.pids():
        name_compiled_code(pid)
    script = piped([find("perf"), "script", "-i", recorded])
    tools = inferno()
    collapsed = piped([tools / "inferno-collapse-perf", "--all"], script)
    svg.write_bytes(piped(
        [tools / "inferno-flamegraph", "--title", scenario.title, "--minwidth", "0.4", "--colors", "java", "--hash"], collapsed))
    return shares(collapsed.decode(errors="replace").splitlines())


def shares(collapsed):
    counted = collections.Counter()
    for line in collapsed:
        frames, _, count = line.rpartition(" ")
        stack = frames.split(";")
        counted[next(layer for layer, fits in LAYERS if fits(stack))] += int(count)
    return {layer: count / counted.total() for layer, count in counted.most_common()}


def in_kernel(stack):
    return stack[-1].endswith("_[k]") or inside(stack[-3:], "entry_SYSCALL_64", "asm_sysvec", "asm_exc")


def inside(stack, *names):
    return any(name in frame for frame in stack for name in names)


def innermost(stack):
    known = re.compile(r"dev[./]weft|io[./]netty|io[./]vertx")
    return next((frame.replace("/", ".") for frame in reversed(stack) if known.search(frame)), "")


def name_compiled_code(pid):
    subprocess.run([pathlib.Path(f"/proc/{pid}/exe").resolve().parent / "jcmd", str(pid), "Compiler.perfmap"],
                   check=True, stdout=subprocess.DEVNULL)


def inferno():
    root = contenders.HERE / "target" / "inferno"
    if not (root / "bin" / "inferno-flamegraph").exists():
        subprocess.run([find("cargo"), "install", "inferno", "--quiet", "--locked", "--version", INFERNO, "--root", str(root)], check=True)
    return root / "bin"


def piped(command, text=None):
    return subprocess.run([str(part) for part in command], input=text, capture_output=True, check=True).stdout
