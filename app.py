"""The page: `python app.py` serves it, here and on Hugging Face Spaces."""

import os

from lic.server import run, server_from

server = server_from(os.environ)
demo = server.page

if __name__ == "__main__":
    run(server)
