"""python -m cortex.health URL: exit 0 if it answers 200 within two seconds, 1 otherwise.

It runs every few hundred milliseconds, so it imports next to nothing.
"""

import sys
import _socket

TIMEOUT_SECONDS = 2.0


def main(url):
    host, _, path = url.removeprefix("http://").partition("/")
    name, _, port = host.partition(":")
    request = f"GET /{path} HTTP/1.0\r\nHost: {host}\r\n\r\n"
    connection = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
    connection.settimeout(TIMEOUT_SECONDS)
    try:
        connection.connect((name, int(port or 80)))
        connection.sendall(request.encode())
        answer = connection.recv(4096).decode("latin-1")
    except (OSError, ValueError) as error:
        print(f"{url}: {error}")
        return 1
    status = answer.split("\r\n", 1)[0]
    if status.split(" ")[1:2] == ["200"]:
        return 0
    print(f"{url}: {status or 'no answer'}")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
