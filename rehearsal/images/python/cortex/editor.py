import asyncio

from .service import Service, listen

if __name__ == "__main__":
    asyncio.run(Service("editor", data="/app/knowledge", knowledge=True).run(*listen(5003)))
