"""Ingress rules: which origin a request goes to. First match wins; the last rule matches everything."""

import re

import yaml


def load_rules(path):
    """(hostname, path pattern, origin) of each rule. The origin is (host, port), or a status to answer."""
    try:
        with open(path, encoding="utf8") as file:
            config = yaml.safe_load(file) or {}
    except (OSError, yaml.YAMLError) as error:
        raise SystemExit(f"error reading {path}: {error}") from None
    rules = [rule(entry) for entry in config.get("ingress") or [{"service": "http_status:503"}]]
    hostname, pattern, _ = rules[-1]
    if hostname or pattern:
        raise SystemExit(f"{path}: the last ingress rule must match all URLs (it has a hostname or a path)")
    return rules


def rule(entry):
    service = entry.get("service", "")
    pattern = re.compile(entry["path"]) if entry.get("path") else None
    status = re.fullmatch(r"http_status:(\d{3})", service)
    origin = re.fullmatch(r"http://([^/:]+)(?::(\d+))?/?", service)
    if status:
        return entry.get("hostname"), pattern, int(status[1])
    if origin:
        return entry.get("hostname"), pattern, (origin[1], int(origin[2] or 80))
    raise SystemExit(f'ingress: service "{service}" is not one this stand-in knows: http://HOST:PORT, http_status:N')


def origin_of(rules, host, target):
    name = host.partition(":")[0].lower()
    for hostname, pattern, origin in rules:
        if hostname and not matches(hostname.lower(), name):
            continue
        if pattern and not pattern.search(target.partition("?")[0]):
            continue
        return origin
    return 404


def matches(hostname, name):
    return name.endswith(hostname[1:]) if hostname.startswith("*.") else hostname == name
