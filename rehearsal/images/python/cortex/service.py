"""What all services have in common; the roles differ in their port and in the directories they keep."""

import argparse
import asyncio
import datetime
import hashlib
import os

from . import files
from .faults import NAMES, Faults
from .http import Refused, Server, Stream, fetch
from .lines import serve_lines
from .websocket import WebSocket

KNOWLEDGE = "/app/knowledge"
SECRETS = "/run/secrets"


def runtime():
    """Which engine runs this: each leaves its mark in the root directory."""
    if os.path.exists("/run/.containerenv"):
        return "podman"
    return "docker" if os.path.exists("/.dockerenv") else "none"


class Service:
    def __init__(self, role, data=None, knowledge=False, ledger=None):
        self.role, self.data, self.ledger = role, data, ledger
        self.directories = {"data": data, "knowledge": KNOWLEDGE if knowledge else None}
        self.faults = Faults()
        self.started = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
        self.identity = {
            "service": f"cortex-{role}",
            "version": os.environ.get("CORTEX_VERSION", "unknown"),
            "runtime": runtime(),
            "instance": os.uname().nodename,
        }
        self.server = Server(self.handle)

    def opened(self):
        """The database, opened when the service starts and not when it is imported."""
        if self.ledger is None:
            raise Refused(404, f"cortex-{self.role} keeps no ledger")
        return self.ledger

    async def handle(self, request):
        path = request.path
        if path == "/healthz":
            if self.faults.current == "unhealthy":
                return 503, {"status": "unhealthy"}
            return {"status": "ok"}
        if path == "/fault":
            return self.fault(request)
        await self.faults.before_answer()
        if path == "/":
            return {**self.identity, "started": self.started}
        if path == "/echo":
            digest = hashlib.sha256(request.body).hexdigest()
            return {"id": request.query.get("id", ""), **self.identity, "sha256": digest}
        if path == "/slow":
            await asyncio.sleep(float(request.query.get("ms", 1000)) / 1000)
            return {"id": request.query.get("id", ""), **self.identity}
        if path == "/events":
            return Stream(self.events(float(request.query.get("ms", 1000)) / 1000), "text/event-stream")
        if path == "/ws":
            return self.websocket(request)
        if path == "/whoami":
            return whoami()
        if path == "/engine":
            return await self.engine()
        if path == "/ledger":
            return self.entry(request)
        kind, _, name = path[1:].partition("/")
        if kind in self.directories:
            return self.file(request, kind, name)
        raise Refused(404, f"cortex-{self.role} has nothing at {path}")

    def fault(self, request):
        name = request.query.get("set", "")
        if request.method != "POST" or name not in ("", *NAMES):
            raise Refused(400, f"expected POST /fault?set= with nothing or one of {', '.join(NAMES)}")
        self.faults.set(name)
        return {"fault": name}

    def websocket(self, request):
        """Says who it is, then repeats what it is told."""
        if "sec-websocket-key" not in request.headers:
            raise Refused(400, "expected a WebSocket's handshake")
        return WebSocket(self.identity["instance"].encode(), lambda message: message)

    async def events(self, seconds):
        number = 0
        while not self.server.ending.is_set():
            yield f"id: {number}\ndata: {self.identity['instance']}\n\n".encode()
            number += 1
            try:
                await asyncio.wait_for(self.server.ending.wait(), seconds)
            except TimeoutError:
                pass

    async def engine(self):
        url = os.environ.get("ENGINE_URL")
        if not url:
            raise Refused(404, "ENGINE_URL is not set")
        try:
            status, body = await fetch(url + "/")
        except (OSError, TimeoutError, IndexError, ValueError) as error:
            raise Refused(502, f"{url}: {type(error).__name__}: {error}") from None
        return status, body

    def entry(self, request):
        ledger = self.opened()
        if request.method == "POST":
            return ledger.post(request.query.get("id", ""))
        return ledger.entry(request.query["id"]) if "id" in request.query else ledger.summary()

    def file(self, request, kind, name):
        directory = self.directories[kind]
        if directory is None:
            raise Refused(404, f"cortex-{self.role} keeps no {kind}")
        if not name:
            return files.describe(directory)
        if request.method == "POST":
            return 201, files.write(directory, name, request.body)
        return files.read(directory, name)

    async def run(self, address, port):
        await self.faults.at_start()
        lines = await serve_lines(address, self.identity["instance"], self.server.ending)
        await self.server.serve(address, port, lambda: print(
            f"{self.identity['service']} {self.identity['version']} listens on {address}:{port}"
            f" under {self.identity['runtime']}", flush=True)
            if self.faults.current != "unhealthy" else None)
        await lines
        if self.ledger is not None:
            self.ledger.close()


def whoami():
    """Who the process is and what it was given: names, sizes and digests, never a value."""
    secrets = {}
    if os.path.isdir(SECRETS):
        for name in sorted(os.listdir(SECRETS)):
            secrets[name] = files.of(os.path.join(SECRETS, name))
    return {"uid": os.getuid(), "gid": os.getgid(), "groups": os.getgroups(), "pid": os.getpid(),
            "environment": sorted(os.environ), "secrets": secrets}


def listen(default_port):
    """Where to listen: --listen ADDRESS:PORT. --workers is accepted; one process is enough here."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--listen", default=f"0.0.0.0:{default_port}")
    parser.add_argument("--workers", type=int, default=1)
    address, _, port = parser.parse_args().listen.rpartition(":")
    return address, int(port)
