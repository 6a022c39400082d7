"""The studio's application: its routes and its pages, behind the guard."""

from pathlib import Path

from fastapi import FastAPI
from starlette.responses import FileResponse
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

import loredact
from loredact.studio.access import Guard
from loredact.studio.routes import ROUTERS
from loredact.studio.state import Studio
from loredact.studio.web import add_answers

PAGES = Path(__file__).parent / "pages"


def make_app(studio: Studio) -> ASGIApp:
    """The ASGI application of `studio`."""
    app = FastAPI(
        title="loredact studio", version=loredact.__version__, docs_url=None, redoc_url=None, openapi_url=None
    )
    app.state.studio = studio
    for router in ROUTERS:
        app.include_router(router)
    add_answers(app)

    @app.get("/", include_in_schema=False)
    def index() -> FileResponse:
        return FileResponse(PAGES / "index.html")

    app.mount("/pages", StaticFiles(directory=PAGES), name="pages")
    return Guard(app, studio.access)
