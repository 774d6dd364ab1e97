"""Access's signature on a request, checked as cloudflared's ingress/middleware/jwtvalidator.go does."""

import asyncio
import base64
import hashlib
import json
import time

# DER of "SHA-256 digest follows", which PKCS #1 v1.5 puts before the digest
SHA256_PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")


class Forbidden(Exception):
    """The request is answered with 403."""


class Validator:
    def __init__(self, team, audiences, fetch_certs):
        self.issuer = f"https://{team}.cloudflareaccess.com"
        self.audiences, self.fetch_certs, self.keys = audiences, fetch_certs, {}

    async def check(self, jwt):
        """Raises Forbidden, or ValueError where the token is no token of this team: cloudflared fails on that."""
        if not jwt:
            raise Forbidden("no access token in request")
        head, claims, signature = jwt.split(".")
        key = await self.key(json.loads(decode(head))["kid"])
        if not verifies(key, f"{head}.{claims}".encode(), decode(signature)):
            raise ValueError("failed to verify signature")
        found = json.loads(decode(claims))
        if found["iss"] != self.issuer:
            raise ValueError(f"id token issued by a different provider, expected {self.issuer} got {found['iss']}")
        if found["exp"] < time.time():
            raise ValueError("token is expired")
        if not set(found["aud"]) & set(self.audiences):
            raise Forbidden(f"Invalid token in jwt: {found['aud']}")

    async def key(self, kid):
        if kid not in self.keys:
            self.keys = {key["kid"]: key for key in (await self.fetch_certs())["keys"]}
        if kid not in self.keys:
            raise ValueError("no key of the team has signed this token")
        return self.keys[kid]


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def verifies(key, text, signature):
    """RS256: the signature's padding and digest, as one number."""
    modulus, exponent = (int.from_bytes(decode(key[name]), "big") for name in ("n", "e"))
    size = (modulus.bit_length() + 7) // 8
    digest = SHA256_PREFIX + hashlib.sha256(text).digest()
    expected = b"\x00\x01" + b"\xff" * (size - len(digest) - 3) + b"\x00" + digest
    return pow(int.from_bytes(signature, "big"), exponent, modulus).to_bytes(size, "big") == expected


async def certs_of(host, port):
    """What is at https://<team>.cloudflareaccess.com/cdn-cgi/access/certs: the edge's, where it is here."""
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(b"CERTS\n")
        return json.loads(await reader.read())
    finally:
        writer.close()
