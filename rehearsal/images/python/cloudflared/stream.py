"""A TCP connection over a WebSocket (RFC 6455): how cloudflared takes `cloudflared access ssh` to an ssh:// origin."""

import asyncio
import base64
import hashlib
import struct

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
BINARY, CLOSE, PING, PONG = 2, 8, 9, 10


def upgraded(key):
    """The answer to an upgrade; the bytes of the connection follow in frames."""
    accept = base64.b64encode(hashlib.sha1(key.encode() + GUID).digest()).decode()
    return (f"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            f"Sec-WebSocket-Accept: {accept}\r\n\r\n").encode()


def frame(kind, data):
    size = bytes([len(data)]) if len(data) < 126 else struct.pack("!BH", 126, len(data))
    return bytes([0x80 | kind]) + size + data


async def read_frame(reader):
    first, second = await reader.readexactly(2)
    size = second & 0x7F
    if size >= 126:
        size = int.from_bytes(await reader.readexactly(2 if size == 126 else 8), "big")
    mask = await reader.readexactly(4) if second & 0x80 else bytes(4)
    data = await reader.readexactly(size)
    return first & 0x0F, bytes(byte ^ mask[index % 4] for index, byte in enumerate(data))


async def bridge(reader, writer, inward, outward):
    """Between the WebSocket and the origin, until either ends."""
    async def down():
        while data := await inward.read(16384):
            writer.write(frame(BINARY, data))
            await writer.drain()
        writer.write(frame(CLOSE, b""))

    async def up():
        while True:
            kind, data = await read_frame(reader)
            if kind == CLOSE:
                return
            if kind == PING:
                writer.write(frame(PONG, data))
            elif kind != PONG:
                outward.write(data)
                await outward.drain()

    tasks = [asyncio.create_task(down()), asyncio.create_task(up())]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
