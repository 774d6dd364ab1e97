import asyncio

from .service import Service, listen

if __name__ == "__main__":
    asyncio.run(Service("admin", data="/app/data", knowledge=True).run(*listen(5001)))
