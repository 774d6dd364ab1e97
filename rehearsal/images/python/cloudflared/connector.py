"""The connector: dials out to the edge and hands what comes over it to the origins. See edge/PROTOCOL.md."""

import asyncio
import signal
import uuid

from .ingress import load_rules, origin_of
from .token import read_token

RETRY_SECONDS = 0.25
DIAL_SECONDS = 15.0


def say(text):
    print(text, flush=True)


def seconds_of(text):
    """A duration as cloudflared writes it: 30s, 1m30s, 500ms."""
    total, number = 0.0, ""
    units = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
    rest = text
    while rest:
        digits = len(rest) - len(rest.lstrip("0123456789."))
        number, rest = rest[:digits], rest[digits:]
        unit = "ms" if rest.startswith("ms") else rest[:1]
        if not number or unit not in units:
            raise SystemExit(f'invalid duration "{text}"')
        total, rest = total + float(number) * units[unit], rest[len(unit):]
    return total


async def run(arguments):
    connector = Connector(read_token(arguments), load_rules(arguments.config), seconds_of(arguments.grace_period))
    return await connector.run(arguments.metrics)


class Connector:
    def __init__(self, token, rules, grace_seconds):
        self.token, self.rules, self.grace_seconds = token, rules, grace_seconds
        self.id = str(uuid.uuid4())
        self.registered = False
        self.unregistered = asyncio.Event()
        self.stopping = asyncio.Event()
        self.carrying = set()

    async def run(self, metrics):
        loop = asyncio.get_running_loop()
        for signum in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(signum, self.stopping.set)
        address, _, port = metrics.rpartition(":")
        server = await asyncio.start_server(self.answer_metrics, address, int(port))
        say(f"Starting tunnel tunnelID={self.token['tunnel']} connectorID={self.id}")
        control = asyncio.create_task(self.stay_registered())
        await self.stopping.wait()
        say(f"Initiating graceful shutdown due to signal terminated, at most {self.grace_seconds:g} s")
        try:
            async with asyncio.timeout(self.grace_seconds):
                if self.registered:
                    await self.unregistered.wait()
                while self.carrying:
                    await asyncio.wait(self.carrying)
        except TimeoutError:
            say(f"Ending with {len(self.carrying)} requests in flight")
        control.cancel()
        server.close()
        say("Tunnel server stopped")
        return 0

    async def stay_registered(self):
        """Keeps a control connection for as long as the connector is wanted."""
        while not self.stopping.is_set():
            try:
                await self.control()
            except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
                say(f"Unable to establish connection with the edge: {type(error).__name__} {error}")
            self.registered = False
            self.unregistered.set()  # an edge that is gone sends no more requests either
            if not self.stopping.is_set():
                self.unregistered.clear()
                await asyncio.sleep(RETRY_SECONDS)

    async def dial(self, kind):
        async with asyncio.timeout(DIAL_SECONDS):
            reader, writer = await asyncio.open_connection(self.token["host"], self.token["port"])
        writer.write(f"{kind} {self.token['secret']} {self.id}\n".encode())
        return reader, writer

    async def control(self):
        reader, writer = await self.dial("CONTROL")
        leaving = asyncio.create_task(self.unregister(writer))
        try:
            while line := (await reader.readline()).decode().strip():
                word, _, rest = line.partition(" ")
                if word == "OK" and not self.registered:
                    self.registered = True
                    say("Registered tunnel connection connIndex=0")
                elif word == "OK":
                    self.registered = False
                    say("Unregistered tunnel connection connIndex=0")
                    self.unregistered.set()
                elif word == "OPEN":
                    for _ in range(int(rest)):
                        self.open()
                else:
                    say(f"The edge refused the connection: {rest}")
                    return
        finally:
            leaving.cancel()
            writer.close()

    async def unregister(self, control):
        await self.stopping.wait()
        control.write(b"UNREGISTER\n")

    def open(self):
        task = asyncio.create_task(self.carry())
        self.carrying.add(task)
        task.add_done_callback(self.carrying.discard)

    async def carry(self):
        """One data connection: waits for its request, and takes that to an origin."""
        try:
            reader, writer = await self.dial("DATA")
        except (OSError, TimeoutError) as error:
            say(f"Unable to open a connection to the edge: {type(error).__name__} {error}")
            return
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            await self.forward(head, reader, writer)
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            pass  # the edge had no request for it, or one of the ends went away: both are told by the closing
        finally:
            writer.close()

    async def forward(self, head, reader, writer):
        first, *lines = head.decode("latin-1").split("\r\n")
        host = next((line[5:].strip() for line in lines if line[:5].lower() == "host:"), "")
        origin = origin_of(self.rules, host, first.split(" ")[1])
        if isinstance(origin, int):
            writer.write(f"HTTP/1.1 {origin} Ingress\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
            await writer.drain()
            return
        try:
            async with asyncio.timeout(30):
                inward, outward = await asyncio.open_connection(*origin)
        except (OSError, TimeoutError) as error:
            say(f"Unable to reach the origin service: {origin[0]}:{origin[1]}: {type(error).__name__} {error}")
            writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            await writer.drain()
            return
        outward.write(head)
        up = asyncio.create_task(pipe(reader, outward))
        try:
            await pipe(inward, writer)  # the origin's answer ends the exchange
        finally:
            up.cancel()
            outward.close()

    async def answer_metrics(self, reader, writer):
        try:
            await reader.readuntil(b"\r\n\r\n")
        except (OSError, asyncio.IncompleteReadError):
            writer.close()
            return
        connections = 1 if self.registered else 0
        status = "200 OK" if connections else "503 Service Unavailable"
        body = f'{{"status":{status[:3]},"readyConnections":{connections},"connectorId":"{self.id}"}}\n'
        writer.write(f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
                     f"Connection: close\r\n\r\n{body}".encode())
        writer.close()


async def pipe(reader, writer):
    """Until the reader ends; then the writer has nothing more to say."""
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()
