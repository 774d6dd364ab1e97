"""The server's side of a WebSocket (RFC 6455): whole messages of text, up to 64 KiB."""

import asyncio
import base64
import hashlib

KEY = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
GOING_AWAY = (1001).to_bytes(2)


class WebSocket:
    """An answer that both sides write to: `greeting` first, then what `reply` says to each message."""

    def __init__(self, greeting, reply):
        self.greeting, self.reply = greeting, reply

    async def run(self, request, reader, writer, ending):
        accept = base64.b64encode(hashlib.sha1((request.headers["sec-websocket-key"] + KEY).encode()).digest())
        writer.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                     b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n" + frame(TEXT, self.greeting))
        end = asyncio.ensure_future(ending.wait())
        try:
            while await self.answer(reader, writer, end):
                await writer.drain()
        finally:
            end.cancel()

    async def answer(self, reader, writer, end):
        """Whether another message may follow."""
        message = asyncio.ensure_future(read(reader))
        await asyncio.wait((message, end), return_when=asyncio.FIRST_COMPLETED)
        if not message.done():
            message.cancel()
            writer.write(frame(CLOSE, GOING_AWAY))
            return False
        kind, content = message.result()
        if kind == TEXT:
            writer.write(frame(TEXT, self.reply(content)))
        elif kind == PING:
            writer.write(frame(PONG, content))
        elif kind == CLOSE:
            writer.write(frame(CLOSE, content[:2]))
        return kind != CLOSE


def frame(kind, content):
    size = len(content)
    length = bytes([size]) if size < 126 else b"\x7e" + size.to_bytes(2)
    return bytes([0x80 | kind]) + length + content


async def read(reader):
    """A frame of a client, which is masked: its kind and content."""
    head = await reader.readexactly(2)
    size = head[1] & 0x7f
    if size == 126:
        size = int.from_bytes(await reader.readexactly(2))
    if not head[0] & 0x80 or not head[1] & 0x80 or size == 127:
        raise ConnectionError("expected one masked frame of at most 64 KiB a message")
    mask = await reader.readexactly(4)
    content = await reader.readexactly(size)
    return head[0] & 0x0f, bytes(byte ^ mask[n % 4] for n, byte in enumerate(content))
