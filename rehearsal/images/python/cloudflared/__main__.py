import argparse
import os
import sys


def main():
    parser = argparse.ArgumentParser(prog="cloudflared")
    parser.add_argument("--no-autoupdate", action="store_true")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("version")
    tunnel = commands.add_parser("tunnel")
    tunnel.add_argument("--no-autoupdate", action="store_true")
    tunnel.add_argument("--config", default="/etc/cloudflared/config.yml")
    tunnel.add_argument("--metrics", default="127.0.0.1:2000")
    tunnel.add_argument("--grace-period", default="30s")
    tunnel.add_argument("--loglevel", default="info")
    verbs = tunnel.add_subparsers(dest="verb", required=True)
    verbs.add_parser("ready")
    start = verbs.add_parser("run")
    start.add_argument("--token-file")
    start.add_argument("--token")
    start.add_argument("tunnel", nargs="?")
    arguments = parser.parse_args()
    if arguments.command == "version":
        print(f"cloudflared version {os.environ.get('CLOUDFLARED_VERSION', 'unknown')} (stand-in)")
        return 0
    # `ready` runs every few hundred milliseconds, so it imports next to nothing of what `run` needs
    if arguments.verb == "ready":
        from .ready import ready

        return ready(arguments.metrics)
    import asyncio

    from .connector import run

    return asyncio.run(run(arguments))


sys.exit(main())
