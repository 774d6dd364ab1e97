"""How a service is told to fail: FAULT in its environment, which some image tags set, or POST /fault.

unhealthy       /healthz answers 503, for ever
slow            every other answer takes FAULT_SECONDS (1) longer
slow-start      listens only after FAULT_SECONDS (8)
crash           ends at once
die-later       ends after FAULT_SECONDS (5)
ignore-sigterm  has to be killed
"""

import asyncio
import os
import signal

SECONDS = {"slow": 1.0, "slow-start": 8.0, "die-later": 5.0}
NAMES = ("unhealthy", "crash", "ignore-sigterm", *SECONDS)
LAST_WORDS = "fatal: cannot open the ledger"


class Faults:
    def __init__(self):
        self.current = os.environ.get("FAULT", "")
        if self.current and self.current not in NAMES:
            raise SystemExit(f'FAULT: found "{self.current}", expected one of {", ".join(NAMES)}')

    def seconds(self):
        return float(os.environ.get("FAULT_SECONDS", SECONDS.get(self.current, 0)))

    async def at_start(self):
        if self.current == "crash":
            raise SystemExit(LAST_WORDS)
        if self.current == "slow-start":
            await asyncio.sleep(self.seconds())
        if self.current == "die-later":
            asyncio.get_running_loop().call_later(self.seconds(), self.die)
        if self.current == "unhealthy":
            print(LAST_WORDS, flush=True)
        self.set(self.current)

    def set(self, name):
        self.current = name
        if name == "ignore-sigterm":
            asyncio.get_running_loop().remove_signal_handler(signal.SIGTERM)
            signal.signal(signal.SIGTERM, signal.SIG_IGN)

    @staticmethod
    def die():
        print(LAST_WORDS, flush=True)
        os._exit(3)

    async def before_answer(self):
        if self.current == "slow":
            await asyncio.sleep(self.seconds())
