"""A small HTTP/1.1 server: keep-alive, bodies of either kind, streams, and an end that loses nothing."""

import asyncio
import json
import signal

from .websocket import WebSocket

REASONS = {200: "OK", 201: "Created", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed",
           409: "Conflict", 413: "Content Too Large", 500: "Internal Server Error", 502: "Bad Gateway",
           503: "Service Unavailable"}
LARGEST_BODY = 64 * 2**20
FIRST_REQUEST_SECONDS = 0.2


class Refused(Exception):
    """Ends a request with a status and a reason."""

    def __init__(self, status, reason):
        super().__init__(reason)
        self.status = status


class Request:
    def __init__(self, method, target, headers, body):
        path, _, query = target.partition("?")
        self.method, self.path, self.headers, self.body = method, path, headers, body
        self.query = dict(pair.partition("=")[::2] for pair in query.split("&") if pair)


class Stream:
    """An answer without end: `lines` is an async iterator of bytes."""

    def __init__(self, lines, content_type):
        self.lines, self.content_type = lines, content_type


class Server:
    """`handle` gets a Request and returns JSON, (status, JSON), bytes, a Stream or a WebSocket."""

    def __init__(self, handle):
        self.handle = handle
        self.ending = asyncio.Event()
        self.connections = set()
        self.fresh = set()  # have not carried a request: one may be on its way
        self.idle = set()  # have, and wait for the next

    async def serve(self, address, port, ready):
        loop = asyncio.get_running_loop()
        for signum in (signal.SIGTERM, signal.SIGINT):
            if signal.getsignal(signum) is not signal.SIG_IGN:
                loop.add_signal_handler(signum, self.ending.set)
        server = await asyncio.start_server(self.accept, address, port, backlog=1024)
        ready()
        await self.ending.wait()
        await asyncio.sleep(0)  # whoever has connected by now is let in
        server.close()
        for writer in list(self.idle):
            writer.close()
        if self.fresh:
            await asyncio.sleep(FIRST_REQUEST_SECONDS)
            for writer in list(self.fresh):
                writer.close()
        while self.connections:
            await asyncio.wait(self.connections)

    async def accept(self, reader, writer):
        task = asyncio.current_task()
        self.connections.add(task)
        try:
            waiting = self.fresh
            while await self.answer(reader, writer, waiting):
                waiting = self.idle
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the other side went away
        finally:
            self.connections.discard(task)
            writer.close()

    async def answer(self, reader, writer, waiting):
        """Reads a request and answers it; whether another may follow on this connection."""
        waiting.add(writer)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        finally:
            waiting.discard(writer)
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {}
        for line in lines:
            name, _, value = line.partition(":")
            if name:
                headers[name.strip().lower()] = value.strip()
        try:
            method, target, version = first.split(" ")
            request = Request(method, target, headers, await read_body(reader, writer, headers))
            result = await self.handle(request)
        except Refused as refused:
            result = refused.status, {"error": str(refused)}
        except (ValueError, OSError) as error:
            result = 500, {"error": f"{type(error).__name__}: {error}"}
        if isinstance(result, Stream):
            await self.stream(writer, result)
            return False
        if isinstance(result, WebSocket):
            await result.run(request, reader, writer, self.ending)
            return False
        status, content = result if isinstance(result, tuple) else (200, result)
        kind = "application/octet-stream" if isinstance(content, bytes) else "application/json"
        body = content if isinstance(content, bytes) else json.dumps(content).encode() + b"\n"
        asked = headers.get("connection", "").lower()
        keep = not self.ending.is_set() and status < 500 and (
            asked != "close" if version == "HTTP/1.1" else asked == "keep-alive")
        writer.write(
            f"HTTP/1.1 {status} {REASONS[status]}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
            f"Connection: {'keep-alive' if keep else 'close'}\r\n\r\n".encode()
            + (b"" if method == "HEAD" else body))
        await writer.drain()
        return keep

    async def stream(self, writer, stream):
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Type: {stream.content_type}\r\nCache-Control: no-store\r\n"
                     "Connection: close\r\n\r\n".encode())
        async for line in stream.lines:
            writer.write(line)
            await writer.drain()


async def read_body(reader, writer, headers):
    if headers.get("expect", "").lower() == "100-continue":
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    if "chunked" not in headers.get("transfer-encoding", "").lower():
        length = int(headers.get("content-length", 0))
        if length > LARGEST_BODY:
            raise Refused(413, f"a body has at most {LARGEST_BODY} bytes, not {length}")
        return await reader.readexactly(length)
    body = bytearray()
    while size := int((await reader.readline()).split(b";")[0], 16):
        if len(body) + size > LARGEST_BODY:
            raise Refused(413, f"a body has at most {LARGEST_BODY} bytes")
        body += await reader.readexactly(size)
        await reader.readline()
    while (await reader.readline()).strip():
        pass
    return bytes(body)


async def fetch(url, timeout=5):
    """GET over plain HTTP: status and body."""
    host, _, path = url.removeprefix("http://").partition("/")
    name, _, port = host.partition(":")
    async with asyncio.timeout(timeout):
        reader, writer = await asyncio.open_connection(name, int(port or 80))
        try:
            writer.write(f"GET /{path} HTTP/1.0\r\nHost: {host}\r\n\r\n".encode())
            head, _, body = (await reader.read()).partition(b"\r\n\r\n")
            return int(head.split(b" ")[1]), body
        finally:
            writer.close()
