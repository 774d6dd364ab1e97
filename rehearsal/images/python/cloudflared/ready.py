"""cloudflared tunnel --metrics ADDRESS ready: exit 0 if a connector on this machine has an edge connection."""

import _socket

TIMEOUT_SECONDS = 2.0


def ready(metrics):
    name, _, port = metrics.rpartition(":")
    connection = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
    connection.settimeout(TIMEOUT_SECONDS)
    try:
        connection.connect((name, int(port)))
        connection.sendall(b"GET /ready HTTP/1.0\r\n\r\n")
        status = connection.recv(4096).split(b"\r\n", 1)[0].decode("latin-1")
    except OSError as error:
        print(f"http://{metrics}/ready: {error}")
        return 1
    if status.split(" ")[1:2] == ["200"]:
        return 0
    print(f"http://{metrics}/ready: {status}")
    return 1
