"""The endpoint as an ASGI app: `app` by itself, and `mounted` below a path of a FastAPI app."""

import restate
from fastapi import FastAPI

from services import common
from services_page import page
from typed import python_only

app = restate.app(services=[*common, *page, *python_only])

mounted = FastAPI()
mounted.mount("/restate/v1", app)
