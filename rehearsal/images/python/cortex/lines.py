"""A service that is no HTTP: on TCP_PORT, where the environment has one, every line comes back with who it is."""

import asyncio
import os


async def serve_lines(address, instance, ending):
    """Listens from now on; what it returns ends with the last connection, after `ending`."""
    connections = set()

    async def accept(reader, writer):
        task = asyncio.current_task()
        connections.add(task)
        try:
            while line := await reader.readline():
                writer.write(instance.encode() + b" " + line)
                await writer.drain()
        except ConnectionError:
            pass  # the other side went away
        finally:
            connections.discard(task)
            writer.close()

    async def end(server):
        await ending.wait()
        server.close()
        for task in list(connections):
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)

    if "TCP_PORT" not in os.environ:
        return ending.wait()
    return end(await asyncio.start_server(accept, address, int(os.environ["TCP_PORT"])))
