"""What has been sent on a connection, and has not arrived."""

import array
import asyncio
import fcntl
import termios

SOONEST_SECONDS, LATEST_SECONDS = 0.005, 0.1


async def delivered(writer):
    """Returns when the other end has acknowledged all that was written, or is gone.

    A connection from a rootless container goes through pasta, and pasta up to 2025_05_03 takes an end of data for true
    although data before it were dropped, as they are when its queue of 1000 packets is full: the other end then sees an
    answer that is empty. So the end is not sent before the data are there. cloudflared has no such ends: its requests
    share connections that stay open.
    """
    pause = SOONEST_SECONDS
    while not writer.is_closing() and in_flight(writer) > 0:
        await asyncio.sleep(pause)
        pause = min(2 * pause, LATEST_SECONDS)


def in_flight(writer):
    waiting = array.array("i", [0])
    # for a socket: SIOCOUTQ, what the kernel has sent or is to send, and is not acknowledged
    fcntl.ioctl(writer.get_extra_info("socket").fileno(), termios.TIOCOUTQ, waiting)
    return waiting[0] + writer.transport.get_write_buffer_size()
