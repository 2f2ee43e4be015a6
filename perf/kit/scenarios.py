"""What is measured. A scenario names the kind of port it needs; contenders without one are left out of it."""

import socket
import time
from dataclasses import dataclass
from typing import Callable

from kit.process import LOAD_CPU, PROXY_CPU, system_calls


@dataclass(frozen=True)
class Saturated:
    """As much as goes: what a unit of work costs."""

    name: str
    title: str
    unit: str
    kind: str
    load: Callable
    pairs: bool = False

    columns = (("cpu_us", "CPU µs/{unit}", 1), ("rate", "{unit}s/s", 0), ("rss", "RSS MiB", 0))
    ratio = "cpu_us"

    def takes(self, contender):
        return self.kind in contender.ports and self.pairs == contender.name.endswith("-pair") and contender.name != "direct"

    def warm(self, kit, contender, seconds):
        self.load(kit.loads, contender, self.kind, seconds)

    def sample(self, kit, contender):
        return self.load(kit.loads, contender, self.kind, kit.seconds) | {"rss": contender.rss_mib()}


@dataclass(frozen=True)
class FixedRate(Saturated):
    """A rate that leaves room: how long a request takes, counted from when it was due."""

    columns = (
        ("cpu_us", "CPU µs/{unit}", 1), ("p50", "p50 µs", 0), ("p90", "p90 µs", 0), ("p99", "p99 µs", 0), ("p999", "p99.9 µs", 0))


@dataclass(frozen=True)
class Added(FixedRate):
    """A fixed rate, without anything between client and backend too: what the proxies add to half of the requests."""

    columns = (("p50", "p50 µs", 0), ("p99", "p99 µs", 0), ("p999", "p99.9 µs", 0), ("cpu_us", "CPU µs/{unit}", 1))
    ratio = "p50"
    without = "direct"

    def takes(self, contender):
        return contender.name == self.without or super().takes(contender)


@dataclass(frozen=True)
class Calls(Saturated):
    """System calls for each unit of work, while it is traced: the count is right, the speed is not."""

    columns = (("calls", "system calls/{unit}", 2),)
    ratio = "calls"

    def sample(self, kit, contender):
        import threading

        counted = {}
        tracer = threading.Thread(target=lambda: counted.update(n=system_calls(contender.pids(), kit.seconds + 2)))
        tracer.start()
        time.sleep(1)
        done = self.load(kit.loads, contender, self.kind, kit.seconds)
        tracer.join()
        if counted["n"] is None:
            return done | {"failed": 1, "problem": "strace is not installed or may not attach"}
        return done | {"calls": counted["n"] / max(1, done["done"])}


@dataclass(frozen=True)
class Memory:
    """Of a fresh process: after its first answer, with 1,000 idle connections, and the most under load."""

    name: str = "memory"
    title: str = "Resident memory, MiB"
    unit: str = "process"
    kind: str = "http1"

    columns = (("idle", "idle", 0), ("held", "1,000 idle connections", 0), ("peak", "most under load", 0), ("after", "2 s later", 0))
    ratio = "idle"

    def takes(self, contender):
        return self.kind in contender.ports and contender.name != "direct" and not contender.name.endswith("-pair")

    def warm(self, kit, contender, seconds):
        pass

    def sample(self, kit, contender):
        contender.stop()
        contender.start()
        kit.loads.own(contender, self.kind, "latency", "-rate", 10, "-seconds", 1, "-connections", 1)
        values = {"idle": contender.rss_mib()}
        held = kit.loads.hold(contender, self.kind, "-connections", 1000)
        time.sleep(1)
        values["held"] = contender.rss_mib()
        held.communicate("")
        peak, load = 0.0, kit.background(lambda: kit.loads.wrk(contender, self.kind, 8))
        while load.is_alive():
            peak = max(peak, contender.rss_mib())
            time.sleep(0.2)
        values["peak"] = peak
        time.sleep(2)
        return values | {"after": contender.rss_mib(), "done": 1, "failed": 0, "problem": ""}


@dataclass(frozen=True)
class Held:
    """What an idle connection costs: 10,000 of them, each of which has carried a request, on a process that has seen some."""

    name: str
    title: str
    kind: str
    arguments: tuple
    unit: str = "connection"

    count = 10_000
    columns = (("before", "RSS before, MiB", 0), ("held", "with 10,000, MiB", 0), ("kib", "KiB/connection", 1))
    ratio = "kib"

    def takes(self, contender):
        return self.kind in contender.ports and contender.name != "direct" and not contender.name.endswith("-pair")

    def warm(self, kit, contender, seconds):
        pass

    def sample(self, kit, contender):
        contender.stop()
        contender.start()
        arguments = [kit.work / argument if argument.endswith(".pem") else argument for argument in self.arguments]
        for _ in range(2):
            kit.loads.hold(contender, self.kind, *arguments, "-connections", 300).communicate("")
        time.sleep(6)
        before = contender.rss_mib()
        load = kit.loads.hold(contender, self.kind, *arguments, "-connections", self.count)
        time.sleep(6)
        held = contender.rss_mib()
        load.communicate("")
        return {"before": before, "held": held, "kib": (held - before) * 1024 / self.count, "done": 1, "failed": 0, "problem": ""}


@dataclass(frozen=True)
class Start:
    """From the start of the process to its first proxied answer."""

    name: str = "start"
    title: str = "Start to first proxied answer, one CPU"
    cpus: str = PROXY_CPU
    unit: str = "start"
    kind: str = "http1"

    columns = (("millis", "ms", 0), ("cpu_ms", "CPU ms", 0))
    ratio = "millis"

    def takes(self, contender):
        return self.kind in contender.ports and contender.name != "direct" and not contender.name.endswith("-pair")

    def warm(self, kit, contender, seconds):
        pass

    def sample(self, kit, contender):
        contender.stop()
        begin = time.monotonic()
        contender.launch(self.cpus)
        while not answered(contender.ports[self.kind]):
            if time.monotonic() - begin > 60:
                return {"done": 0, "failed": 1, "problem": "no answer in 60 s"}
            time.sleep(0.002)
        millis = (time.monotonic() - begin) * 1e3
        return {"millis": millis, "cpu_ms": contender.cpu_seconds() * 1e3, "done": 1, "failed": 0, "problem": ""}


def answered(port):
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as connection:
            connection.settimeout(2)
            connection.sendall(b"GET / HTTP/1.1\r\nHost: perf\r\nConnection: close\r\n\r\n")
            return connection.recv(64)[9:12] == b"200"
    except OSError:
        return False


def wrk(path="/"):
    return lambda loads, contender, kind, seconds: loads.wrk(contender, kind, seconds, path)


def h2load(connections, streams):
    return lambda loads, contender, kind, seconds: loads.h2load(contender, kind, seconds, connections, streams)


def own(command, *arguments):
    return lambda loads, contender, kind, seconds: loads.own(contender, kind, command, *arguments, "-seconds", seconds)


def handshakes():
    def load(loads, contender, kind, seconds):
        files = {"-ca": "ca.pem", "-cert": "client.pem", "-key": "client.key"}
        arguments = [text for option, file in files.items() for text in (option, loads.work / file)]
        return loads.own(contender, kind, "handshake", *arguments, "-seconds", seconds)

    return load


def at_rate(protocol, connections, rate):
    return own("latency", "-protocol", protocol, "-connections", connections, "-rate", rate)


def stream(connections, streams, inflight):
    return own("stream", "-connections", connections, "-streams", streams, "-inflight", inflight)


def stream_at(connections, streams, rate):
    return own("stream", "-connections", connections, "-streams", streams, "-rate", rate)


ALL = {scenario.name: scenario for scenario in (
    Saturated("http1-1k", "HTTP/1.1, 1 KiB, 32 connections", "request", "http1", wrk("/1024")),
    Saturated("http1-64k", "HTTP/1.1, 64 KiB, 32 connections", "request", "http1", wrk("/65536")),
    Saturated("tls", "HTTP/1.1 over TLS 1.3, kept alive, 1 KiB, 32 connections", "request", "tls", wrk("/1024")),
    Saturated("handshake", "Full mutual TLS 1.3 handshake and one GET", "connection", "mtls", handshakes()),
    Saturated("grpc-8x32", "gRPC unary, 128 bytes, 8 connections × 32 streams", "call", "grpc", h2load(8, 32)),
    Saturated("grpc-8x1", "gRPC unary, 128 bytes, 8 connections × 1 stream", "call", "grpc", h2load(8, 1)),
    Saturated("stream-64", "Bidirectional streams, 128 bytes, 64 connections × 1, 1 in flight", "message", "grpc", stream(64, 1, 1)),
    Saturated("stream-64x4", "Bidirectional streams, 128 bytes, 64 connections × 1, 4 in flight", "message", "grpc", stream(64, 1, 4)),
    Saturated("stream-8x8", "Bidirectional streams, 128 bytes, 8 connections × 8, 1 in flight", "message", "grpc", stream(8, 8, 1)),
    Saturated("tcp", "TCP relay (HTTP/1.1 inside), 1 KiB, 32 connections", "request", "tcp", wrk("/1024")),
    Saturated("pair-http1", "Two sidecars with mutual TLS between, HTTP/1.1 1 KiB", "request", "http1", wrk("/1024"), True),
    Saturated("pair-grpc", "Two sidecars with mutual TLS between, gRPC 8 × 32", "call", "grpc", h2load(8, 32), True),
    FixedRate("rate-http1", "HTTP/1.1 at 4,000/s", "request", "http1", at_rate("http1", 32, 4000)),
    FixedRate("rate-grpc", "gRPC unary at 4,000/s", "call", "grpc", at_rate("grpc", 8, 4000)),
    FixedRate("rate-stream-64", "Bidirectional streams, 64 connections × 1, 8,000 messages/s", "message", "grpc", stream_at(64, 1, 8000)),
    FixedRate("rate-stream-8x8", "Bidirectional streams, 8 connections × 8, 8,000 messages/s", "message", "grpc", stream_at(8, 8, 8000)),
    FixedRate("rate-stream-1000", "1,000 bidirectional streams, 1,000 messages/s in all", "message", "grpc", stream_at(10, 100, 1000)),
    Added("rate-pair", "Two sidecars with mutual TLS between, HTTP/1.1 at 1,000/s", "request", "http1", at_rate("http1", 32, 1000), True),
    Calls("calls-http1", "System calls, HTTP/1.1 1 KiB", "request", "http1", wrk("/1024")),
    Calls("calls-grpc", "System calls, gRPC unary 8 × 32", "call", "grpc", h2load(8, 32)),
    Memory(),
    Held("idle-http1", "10,000 idle connections, HTTP/1.1", "http1", ("-protocol", "http1")),
    Held("idle-http2", "10,000 idle connections, HTTP/2", "grpc", ("-protocol", "http2")),
    Held("idle-tls", "10,000 idle connections, HTTP/1.1 over TLS 1.3", "tls", ("-protocol", "http1", "-ca", "ca.pem")),
    Start(),
    Start("start-2", "Start to first proxied answer, two CPUs", f"{PROXY_CPU},{LOAD_CPU}"),
)}
QUICK = ("http1-1k", "grpc-8x32", "stream-64", "tls", "handshake")
