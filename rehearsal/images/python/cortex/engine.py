import asyncio
import os

from .ledger import Ledger
from .service import Service, listen

DATABASE = os.environ.get("DATABASE", "/app/state/cortex.sqlite3")

if __name__ == "__main__":
    where = listen(8000)
    ledger = Ledger(DATABASE, os.uname().nodename)
    service = Service("engine", data=os.path.dirname(DATABASE), knowledge=True, ledger=ledger)
    asyncio.run(service.run(*where))
