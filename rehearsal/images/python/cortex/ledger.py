"""The engine's database. One writer only: a second one is refused while the first lives."""

import fcntl
import os
import sqlite3

from .http import Refused


class Ledger:
    def __init__(self, path, instance):
        try:
            self.lock = open(path + ".lock", "a")
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.database = sqlite3.connect(path, isolation_level=None)
        except BlockingIOError:
            raise SystemExit(f"fatal: {path} has a writer already") from None
        except (OSError, sqlite3.Error) as error:
            raise SystemExit(f"fatal: {path}: {error}") from None
        self.database.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
            "CREATE TABLE IF NOT EXISTS entries (id TEXT PRIMARY KEY, times INTEGER NOT NULL);"
            "CREATE TABLE IF NOT EXISTS writers (instance TEXT NOT NULL, since REAL NOT NULL);")
        self.database.execute("INSERT INTO writers VALUES (?, unixepoch('subsec'))", (instance,))

    def post(self, name):
        """Counts how often a request was carried out: 2 means that somebody sent it twice."""
        if not name:
            raise Refused(400, "expected ?id=")
        self.database.execute(
            "INSERT INTO entries VALUES (?, 1) ON CONFLICT (id) DO UPDATE SET times = times + 1", (name,))
        return self.entry(name)

    def entry(self, name):
        row = self.database.execute("SELECT times FROM entries WHERE id = ?", (name,)).fetchone()
        return {"id": name, "times": row[0] if row else 0}

    def summary(self):
        entries, times = self.database.execute("SELECT count(*), coalesce(sum(times), 0) FROM entries").fetchone()
        writers = self.database.execute("SELECT instance, since FROM writers ORDER BY since").fetchall()
        return {"entries": entries, "times": times,
                "writers": [{"instance": name, "since": since} for name, since in writers]}

    def close(self):
        self.database.close()
        os.close(self.lock.fileno())
