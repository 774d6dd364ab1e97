import asyncio

from .service import Service, listen

if __name__ == "__main__":
    asyncio.run(Service("dashboard").run(*listen(5002)))
