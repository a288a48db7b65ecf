"""python -m tests.bench.console_child FOLDER PORT: serves what was built there as mcm serves its console."""

import sys
from pathlib import Path

import uvicorn
from starlette.responses import PlainTextResponse

from mcm.console.serving import Console

folder, port = sys.argv[1:]
console = Console(PlainTextResponse("nothing", 404), lambda: ("", ""), Path(folder))


async def app(scope, receive, send) -> None:  # type: ignore[no-untyped-def]
    if scope["path"] == "/readyz":
        await PlainTextResponse("ready")(scope, receive, send)
    else:
        await console(scope, receive, send)


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(port), log_level="error", lifespan="off")
