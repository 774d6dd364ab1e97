"""The connector: dials out to the edge and hands what comes over it to the origins. See edge/PROTOCOL.md."""

import asyncio
import functools
import json
import signal
import uuid

from .access import Forbidden, Validator, certs_of
from .ingress import DEFAULTS, load_rules, rule_for, seconds_of
from .sent import delivered
from .stream import bridge, upgraded
from .token import read_token

RETRY_SECONDS = 0.25
DIAL_SECONDS = 15.0


def say(text):
    print(text, flush=True)


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
        certs = functools.partial(certs_of, token["host"], token["port"])
        self.validators = {rule: Validator(rule.access["teamName"], rule.access["audTag"] or [], certs)
                           for rule in rules if rule.access.get("required")}

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
            await delivered(writer)
            writer.close()

    async def forward(self, head, reader, writer):
        first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        rule = rule_for(self.rules, headers.get("host", ""), first.split(" ")[1])
        status = await self.refused(rule, headers) or rule.status
        if status:
            await answer(writer, status)
            return
        try:
            async with asyncio.timeout(rule.options["connectTimeout"]):
                inward, outward = await asyncio.open_connection(*rule.origin)
        except (OSError, TimeoutError) as error:
            host, port = rule.origin
            say(f"Unable to reach the origin service: {host}:{port}: {type(error).__name__} {error}")
            await answer(writer, 502)
            return
        try:
            if rule.stream:
                writer.write(upgraded(headers.get("sec-websocket-key", "")))
                await bridge(reader, writer, inward, outward)
                return
            outward.write(with_host(head, rule.options["httpHostHeader"]))
            up = asyncio.create_task(hand_on(reader, outward))
            try:
                await pipe(inward, writer)  # the origin's answer ends the exchange
            finally:
                up.cancel()
        finally:
            outward.close()

    async def refused(self, rule, headers):
        """The status of a request that does not carry what Access has signed, or None."""
        if rule not in self.validators:
            return None
        try:
            await self.validators[rule].check(headers.get("cf-access-jwt-assertion", ""))
            return None
        except Forbidden as error:
            say(f"request filtered by middleware handler (AccessJWTValidator) due to: {error}")
            return 403
        except (ValueError, KeyError, OSError) as error:
            say(f"error while processing middleware handler AccessJWTValidator: {error}")
            return 502

    async def answer_metrics(self, reader, writer):
        try:
            request = await reader.readuntil(b"\r\n\r\n")
        except (OSError, asyncio.IncompleteReadError):
            writer.close()
            return
        status, body = self.metrics(request.split(b" ")[1].decode("latin-1"))
        text = json.dumps(body) + "\n" if body is not None else ""
        writer.write(f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n"
                     f"Connection: close\r\n\r\n{text}".encode())
        writer.close()

    def metrics(self, path):
        if path == "/ready":
            connections = 1 if self.registered else 0
            status = "200 OK" if connections else "503 Service Unavailable"
            return status, {"status": int(status[:3]), "readyConnections": connections, "connectorId": self.id}
        if path == "/config":
            # -1: from the file that it was started with; a configuration of the dashboard's counts from 0
            rules = [rule.described() for rule in self.rules]
            return "200 OK", {"version": -1, "config": {"ingress": rules, "warp-routing": {}, "originRequest": DEFAULTS}}
        return "404 Not Found", None


async def answer(writer, status):
    writer.write(f"HTTP/1.1 {status} Ingress\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
    await writer.drain()


def with_host(head, host):
    """The head of a request with another Host, where httpHostHeader says so."""
    if not host:
        return head
    first, *lines = head.split(b"\r\n")
    return b"\r\n".join([first, *(b"Host: " + host.encode() if line[:5].lower() == b"host:" else line for line in lines)])


async def pipe(reader, writer):
    """Until the reader ends."""
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()


async def hand_on(reader, writer):
    """Until the reader ends; then the writer has nothing more to say."""
    await pipe(reader, writer)
    writer.write_eof()
