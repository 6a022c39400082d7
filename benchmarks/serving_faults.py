"""What a server does when it is asked too much, held up, or broken: each kind by itself, with its figures.

    python benchmarks/serving_faults.py [overload idle slow kill stop disk] [--seconds 300] [--connections 10000]

- overload: `--seconds` of an open load of twice what a closed load gave: every request is answered in time, or refused
  with Retry-After; memory at the beginning and at the end.
- idle: so many connections that are open and say nothing; how long a request takes beside them.
- slow: 200 writers that send a byte a second, of headers or of a body, and 20 readers that do not read their answers of
  megabytes; how long a request takes beside them, and whether they are let go.
- kill: SIGKILL of one of two processes under load: what clients saw, and how soon there were two again.
- stop: SIGTERM under load: what clients saw, and how the server ended.
- disk: the folder of adapters is full: an adapter that is put is refused, and the one before answers on. It mounts a
  file system of a few megabytes, so it runs as root.

Each runs `loredact serve` with the adapter that ships, on sentences of the synthetic corpus, on Linux.
"""

import argparse
import contextlib
import io
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
from serving_client import Outcome, Task
from serving_load import ANALYZE, Served, as_bodies, load, ours, sentences

from loredact.adapters import find_adapter
from loredact.training.report import machine

HEAD = b"POST /v1/find HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
ADAPTER_FILES = ("adapter_config.json", "adapter_model.safetensors", "loredact.json")


@dataclass(frozen=True, slots=True)
class Given:
    """What the command line says."""

    seconds: float
    connections: int
    threads: int
    bodies: list[str]


def tell(outcome: Outcome) -> str:
    """A line of what became of a load's requests."""
    told = ", ".join(f"{count} {status}" for status, count in sorted(outcome.statuses.items()))
    times = ", ".join(f"p{100 * share:.0f} {outcome.milliseconds(share):.0f} ms" for share in (0.5, 0.95, 0.99))
    return f"{told}; {outcome.rate:.1f} answered a second, {times}"


def median_ms(address: str, body: str, count: int = 15) -> float:
    """How long a request takes that is asked by itself."""
    took = []
    with httpx.Client(base_url=address, timeout=60, headers={"Content-Type": "application/json"}) as client:
        for _ in range(count):
            began = time.monotonic()
            client.post(ANALYZE, content=body).raise_for_status()
            took.append(1000 * (time.monotonic() - began))
    return sorted(took)[count // 2]


def overload(given: Given) -> Iterator[str]:
    """Twice what it can take."""
    with ours({}, threads=given.threads) as served:
        most = load(Task(served.address, ANALYZE, given.bodies, 10, clients=32))
        memory: list[float] = []
        outcome = load(
            Task(served.address, ANALYZE, given.bodies, given.seconds, rate=2 * most.rate),
            lambda since: memory.append(served.memory_mb()) if since > 10 * len(memory) else None,
        )
        yield f"{most.rate:.1f} requests a second by 32 clients that wait for their answers"
        yield f"{2 * most.rate:.1f} a second for {given.seconds:.0f} s: {tell(outcome)}"
        yield f"{outcome.without_retry_after} of those refused had no Retry-After"
        after = memory[len(memory) // 5 :]
        yield f"memory: {memory[0]:.0f} MB, later {min(after):.0f} to {max(after):.0f} MB, at last {memory[-1]:.0f} MB"


def idle(given: Given) -> Iterator[str]:
    """Connections that say nothing."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    # They are let go after `read-seconds`; here the figures are of a time at which all are there.
    with ours({"limits": {"read-seconds": 120}}, threads=given.threads) as served, contextlib.ExitStack() as stack:
        yield f"of at most {most} files a process: alone {median_ms(served.address, given.bodies[0]):.0f} ms a request"
        before, opened_now = served.memory_mb(), 0
        host, port = served.address.removeprefix("http://").split(":")
        with contextlib.suppress(OSError):
            for opened_now in range(given.connections):  # noqa: B007
                stack.enter_context(socket.create_connection((host, int(port)), timeout=30))
        beside, memory = median_ms(served.address, given.bodies[0]), served.memory_mb()
        yield f"beside {opened_now + 1} idle connections {beside:.0f} ms, {memory - before:.0f} MB more memory"


def slow(given: Given) -> Iterator[str]:
    """Writers and readers that take their time."""
    seconds = 5
    limits = {"read-seconds": seconds, "text-characters": 20_000_000}
    with ours({"limits": limits}, threads=given.threads) as served, contextlib.ExitStack() as stack:
        host, port = served.address.removeprefix("http://").split(":")

        def connect(begin: bytes, receive_buffer: int = 0) -> socket.socket:
            made = stack.enter_context(socket.socket())
            if receive_buffer:
                made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
            made.connect((host, int(port)))
            made.sendall(begin)
            return made

        alone = median_ms(served.address, given.bodies[0])
        heads = [connect(HEAD) for _ in range(100)]
        bodies = [connect(HEAD + b"Content-Length: 1000\r\n\r\n{") for _ in range(100)]
        # A value a line, and no model behind it: the answer is as large as the text.
        text = b'{"anonymizers": {}, "analyzer_results": [], "text": "%s"}' % (b"0123456789 " * 700_000)
        asked = HEAD.replace(b"/v1/find", b"/anonymize") + b"Content-Length: %d\r\n\r\n" % len(text) + text
        readers = [connect(asked, 4096) for _ in range(20)]
        until, beside = time.monotonic() + seconds + 5, []
        while time.monotonic() < until:
            for one in (*heads, *bodies):
                with contextlib.suppress(OSError):
                    one.send(b"a")
            beside.append(median_ms(served.address, given.bodies[0], 3))
            time.sleep(0.5)
        gone = [sum(map(_is_closed, ones)) for ones in (heads, bodies)]
        yield f"alone {alone:.0f} ms a request; beside them {sorted(beside)[len(beside) // 2]:.0f} ms"
        yield f"let go after {seconds} s: {gone[0]} of 100 with headers, {gone[1]} of 100 with a body"
        yield f"{sum(map(_is_cut, readers))} of 20 readers have no whole answer to read any more"


def _is_closed(one: socket.socket) -> bool:
    """Whether the server has closed, perhaps after an answer."""
    one.settimeout(0.2)
    try:
        while one.recv(65536):
            pass
    except TimeoutError:
        return False
    except OSError:
        return True
    return True


def _is_cut(one: socket.socket) -> bool:
    """Whether what is there to read ends before the answer does."""
    one.settimeout(5)
    length, got = 0, b""
    with contextlib.suppress(OSError):
        while data := one.recv(1 << 20):
            got += data
            if not length and (found := re.search(rb"content-length: (\d+)\r\n.*?\r\n\r\n", got, re.DOTALL | re.I)):
                length = found.end() + int(found[1])
            if length and len(got) >= length:
                return False
    return True


def kill(given: Given) -> Iterator[str]:
    """SIGKILL of a process under load."""
    with ours({}, workers=2) as served:
        before = _workers(served)
        times: dict[str, float] = {}

        def strike(since: float) -> None:
            if since > 5 and "killed" not in times:
                os.kill(before[0], signal.SIGKILL)
                times["killed"] = since
            if "killed" in times and "back" not in times and _answering(served) == 2:
                times["back"] = since

        outcome = load(Task(served.address, ANALYZE, given.bodies, 25, clients=16), strike)
        yield f"16 clients, one of 2 processes killed after {times['killed']:.0f} s: {tell(outcome)}"
        yield f"two again {times.get('back', float('nan')) - times['killed']:.0f} s later"


def _workers(served: Served) -> list[int]:
    return [pid for pid in served.processes()[1:] if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def _answering(served: Served) -> int:
    """Processes that have loaded the model: by their memory."""
    sizes = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096 / 1e6 for pid in _workers(served)]
    return sum(size > 300 for size in sizes)


def stop(given: Given) -> Iterator[str]:
    """SIGTERM under load."""
    with ours({}, threads=given.threads) as served:
        told = False

        def strike(since: float) -> None:
            nonlocal told
            if since > 5 and not told:
                served.process.terminate()
                told = True

        outcome = load(Task(served.address, ANALYZE, given.bodies, 8, clients=16), strike)
        # Connections that are refused later on are asked again at once, and are many.
        refused = outcome.statuses.pop("ConnectError", 0)
        yield f"16 clients, SIGTERM after 5 s: {tell(outcome)}, then {refused} refused connections"
        yield f"the server ended with {served.process.wait(60)}"


def disk(given: Given) -> Iterator[str]:
    """A full disk."""
    source, headers = find_adapter("fast"), {"Content-Type": "application/zip"}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ADAPTER_FILES:
            archive.write(source / name, name)
    with tempfile.TemporaryDirectory() as folder:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "loredact", folder], check=False)
        if mounted.returncode:
            yield "not run: no file system could be mounted"
            return
        try:
            with ours({"store": folder}, threads=given.threads) as served, contextlib.ExitStack() as stack:
                client = stack.enter_context(httpx.Client(base_url=served.address, timeout=60))
                put = [client.put("/v1/adapters/mine", content=packed.getvalue(), headers=headers) for _ in range(2)]
                statuses = Counter(
                    client.post("/v1/find", json={"text": "Ada Lovelace", "adapter": "mine"}).status_code
                    for _ in range(10)
                )
                inside = [path for path in Path(folder).rglob("*") if path.is_file()]
                yield f"an adapter put twice on 6 MB: {[answer.status_code for answer in put]}"
                yield f"then asked 10 times: {dict(statuses)}; {len(inside)} files are there"
        finally:
            subprocess.run(["umount", folder], check=True)


KINDS: dict[str, Callable[[Given], Iterator[str]]] = {
    "overload": overload,
    "idle": idle,
    "slow": slow,
    "kill": kill,
    "stop": stop,
    "disk": disk,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("kinds", nargs="*", choices=[*KINDS, []], help="which; without any all")
    parser.add_argument("--seconds", type=float, default=300, help="of the overload")
    parser.add_argument("--connections", type=int, default=10_000, help="that are idle")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    texts, _ = sentences()
    given = Given(options.seconds, options.connections, options.threads, as_bodies(texts, language="en"))
    print(machine(), file=sys.stderr)
    for kind in options.kinds or KINDS:
        for line in KINDS[kind](given):
            print(f"{kind}: {line}", flush=True)


if __name__ == "__main__":
    main()
