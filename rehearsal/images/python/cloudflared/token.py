"""A tunnel's token: base64 of {"a": account, "t": tunnel, "s": secret, "e": "host:port" of the edge}."""

import base64
import json
import os


def read_token(arguments):
    """From --token-file, --token or TUNNEL_TOKEN, as cloudflared does. An error never shows the token."""
    text = arguments.token or os.environ.get("TUNNEL_TOKEN", "")
    if arguments.token_file:
        try:
            with open(arguments.token_file, encoding="utf8") as file:
                text = file.read()
        except OSError as error:
            raise SystemExit(f"failed to read token file: {error}") from None
    try:
        token = json.loads(base64.b64decode(text.strip(), validate=True))
        host, _, port = token["e"].rpartition(":")
        return {"tunnel": token["t"], "secret": token["s"], "host": host, "port": int(port)}
    except (ValueError, KeyError, TypeError):
        raise SystemExit("provided tunnel token is not valid") from None
