"""The loads: each returns what was done, what failed, and the CPU seconds that the contender spent on it."""

import json
import re
import subprocess

from kit.process import LOAD_CPU, fail, find


class Loads:
    def __init__(self, work, program):
        self.work, self.program = work, program
        self.message = work / "message"
        self.message.write_bytes(b"\0\0\0\0\x80" + b"m" * 128)

    def wrk(self, contender, kind, seconds, path="/", connections=32):
        scheme = "https" if kind in ("tls", "mtls") else "http"
        before = contender.cpu_seconds()
        text = self.run("wrk", "-t1", f"-c{connections}", f"-d{seconds}s", f"{scheme}://127.0.0.1:{contender.ports[kind]}{path}")
        used = contender.cpu_seconds() - before
        done = re.search(r"(\d+) requests in", text)
        bad = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
        errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", text)
        failed = (int(bad.group(1)) if bad else 0) + (sum(map(int, errors.groups())) if errors else 0)
        return result(int(done.group(1)) if done else 0, failed, seconds, used, text)

    def h2load(self, contender, kind, seconds, connections, streams):
        before = contender.cpu_seconds()
        text = self.run(
            "h2load", f"-c{connections}", f"-m{streams}", f"-D{seconds}", "-d", str(self.message),
            "-H", "content-type: application/grpc", "-H", "te: trailers",
            f"http://127.0.0.1:{contender.ports[kind]}/weft.Perf/Echo")
        used = contender.cpu_seconds() - before
        good = re.search(r"status codes: (\d+) 2xx", text)
        failed = re.search(r"(\d+) failed, (\d+) errored", text)
        return result(
            int(good.group(1)) if good else 0, sum(map(int, failed.groups())) if failed else 1, seconds, used, text)

    def own(self, contender, kind, command, *arguments):
        """A load of load/: CPU is counted over its measured part only."""
        target = ["-target", f"127.0.0.1:{contender.ports[kind]}"]
        child = subprocess.Popen(
            ["taskset", "-c", LOAD_CPU, str(self.program), command, *target, *map(str, arguments)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        child.stdout.readline()
        before = contender.cpu_seconds()
        line = child.stdout.readline()
        used = contender.cpu_seconds() - before
        _, errors = child.communicate(timeout=60)
        if not line:
            return result(0, 1, 1, used, errors)
        said = json.loads(line)
        return result(said["done"], said["failed"], said["seconds"], used, said.get("failure", "")) | {
            name: said[name] for name in ("p50", "p90", "p99", "p999", "max") if name in said}

    def hold(self, contender, kind, *arguments):
        """Idle connections, held until the returned process is told to end."""
        child = subprocess.Popen(
            ["taskset", "-c", LOAD_CPU, str(self.program), "idle", "-target", f"127.0.0.1:{contender.ports[kind]}",
             *map(str, arguments)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if child.stdout.readline().strip() != "begin":
            fail(f"{contender.name}: {child.communicate()[1]}")
        return child

    @staticmethod
    def run(program, *arguments):
        done = subprocess.run(
            ["taskset", "-c", LOAD_CPU, find(program), *arguments], capture_output=True, text=True, timeout=180, check=False)
        return done.stdout + done.stderr


def result(done, failed, seconds, cpu, text):
    return {
        "done": done, "failed": failed, "cpu_us": cpu * 1e6 / done if done else 0.0, "rate": done / seconds,
        "problem": "" if done and not failed else text[-400:]}
