"""Ingress rules: which origin a request goes to. First match wins; the last rule matches everything."""

import re

import yaml

# what originRequest may say, and cloudflared's defaults as its /config gives them (ingress/config.go; durations in seconds)
DEFAULTS = {
    "connectTimeout": 30,
    "tlsTimeout": 10,
    "tcpKeepAlive": 30,
    "noHappyEyeballs": False,
    "keepAliveTimeout": 90,
    "keepAliveConnections": 100,
    "httpHostHeader": "",
    "originServerName": "",
    "matchSNItoHost": False,
    "caPool": "",
    "noTLSVerify": False,
    "disableChunkedEncoding": False,
    "bastionMode": False,
    "proxyAddress": "127.0.0.1",
    "proxyPort": 0,
    "proxyType": "",
    "ipRules": None,
    "http2Origin": False,
    "access": {"teamName": "", "audTag": None},
}
DEFAULT_CONFIG = "/etc/cloudflared/config.yml"
DURATIONS = {"connectTimeout", "tlsTimeout", "tcpKeepAlive", "keepAliveTimeout"}


class Rule:
    def __init__(self, entry):
        self.hostname = entry.get("hostname") or ""
        self.path = re.compile(entry["path"]) if entry.get("path") else None
        self.service = entry.get("service", "")
        status = re.fullmatch(r"http_status:(\d{3})", self.service)
        origin = re.fullmatch(r"(http|ssh)://([^/:]+)(?::(\d+))?/?", self.service)
        if not status and not origin:
            raise SystemExit(f'ingress: service "{self.service}" is not one this stand-in knows: '
                             "http://HOST:PORT, ssh://HOST:PORT, http_status:N")
        self.status = int(status[1]) if status else None
        self.stream = bool(origin) and origin[1] == "ssh"
        self.origin = (origin[2], int(origin[3] or (22 if self.stream else 80))) if origin else None
        given = entry.get("originRequest") or {}
        if unknown := set(given) - set(DEFAULTS):
            raise SystemExit(f"ingress: originRequest has no {', '.join(sorted(unknown))}")
        self.options = DEFAULTS | {name: seconds_of(value) if name in DURATIONS else value
                                   for name, value in given.items()}
        self.access = self.options["access"]
        if self.access.get("required") and self.access.get("audTag") and not self.access.get("teamName"):
            raise SystemExit("ingress: access.TeamName cannot be blank")

    def takes(self, name, path):
        return (not self.hostname or matches(self.hostname.lower(), name)) and (
            not self.path or bool(self.path.search(path)))

    def described(self):
        """As /config has it."""
        return {
            "hostname": self.hostname,
            "path": self.path and self.path.pattern,
            "rewrite": "",
            "service": self.service,
            "Handlers": None,
            "originRequest": self.options,
        }


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


def load_rules(path):
    try:
        with open(path, encoding="utf8") as file:
            config = yaml.safe_load(file) or {}
    except FileNotFoundError if path == DEFAULT_CONFIG else ():
        config = {}  # one that is configured remotely, which this stand-in knows nothing of
    except (OSError, yaml.YAMLError) as error:
        raise SystemExit(f"error reading {path}: {error}") from None
    rules = [Rule(entry) for entry in config.get("ingress") or [{"service": "http_status:503"}]]
    if rules[-1].hostname or rules[-1].path:
        raise SystemExit(f"{path}: the last ingress rule must match all URLs (it has a hostname or a path)")
    return rules


def rule_for(rules, host, target):
    name = host.partition(":")[0].lower()
    return next(rule for rule in rules if rule.takes(name, target.partition("?")[0]))


def matches(hostname, name):
    return name.endswith(hostname[1:]) if hostname.startswith("*.") else hostname == name
