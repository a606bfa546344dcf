"""Serves MiniStack on a free port of 127.0.0.1 and prints that port.

MiniStack's own command wants the port beforehand, and a port that was free a moment ago may be another sandbox's by now.
"""

import asyncio
import os
import socket

listener = socket.create_server(("127.0.0.1", 0))
port = listener.getsockname()[1]
os.environ["GATEWAY_PORT"] = str(port)  # MiniStack reads it on import

import ministack_iam  # noqa: E402, F401
from hypercorn.asyncio import serve  # noqa: E402
from hypercorn.config import Config  # noqa: E402
from ministack.app import app  # noqa: E402

config = Config()
config.bind = [f"fd://{listener.detach()}"]
config.keep_alive_timeout = 75
config.loglevel = "WARNING"
print(f"listening on {port}", flush=True)
asyncio.run(serve(app, config))
