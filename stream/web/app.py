"""The service as an ASGI application: the page, its files, the API, and what guards them."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from stream.filters import FilterError
from stream.settings import Settings
from stream.web.api import API, Api, bad_request, operations
from stream.web.feeds import feed_operations
from stream.web.guard import Guard
from stream.web.live import Live
from stream.web.openapi import openapi
from stream.web.problems import problem
from stream.web.store import Store

STATIC = Path(__file__).parent / "static"

# The page itself finds out from its address what to show.
_PAGES = ("/", "/alerts/{id}", "/incidents/{id}")


def make_app(settings: Settings, store: Store, live: Live) -> Starlette:
    """Return the application over *store*; *live* tells open pages of what comes."""
    answered = [*operations(Api(store, live, hours=settings.serve_hours)), *feed_operations(store)]
    document = openapi(answered)

    async def page(request: Request) -> Response:
        del request
        return FileResponse(STATIC / "index.html", headers=_ASK_AGAIN)

    async def described(request: Request) -> Response:
        del request
        return JSONResponse(document)

    async def alive(request: Request) -> Response:
        del request
        return JSONResponse({"live": True})

    async def ready(request: Request) -> Response:
        del request
        return JSONResponse({"state": store.state}, status_code=200 if store.state == "live" else 503)

    token = settings.serve_token
    return Starlette(
        routes=[
            *(Route(path, page) for path in _PAGES),
            Mount("/static", _Files(directory=STATIC)),
            Route(f"{API}/openapi.json", described),
            Route("/health/live", alive),
            Route("/health/ready", ready),
            # A name before an id: /alerts/summary is no alert.
            *(Route(operation.path, operation.answer) for operation in sorted(answered, key=lambda o: "{" in o.path)),
        ],
        middleware=[
            Middleware(Guard, token=token.get_secret_value() if token else None),
            Middleware(GZipMiddleware, minimum_size=1000, compresslevel=5),
        ],
        exception_handlers={FilterError: bad_request, 404: _nothing},
    )


_ASK_AGAIN = {"Cache-Control": "no-cache"}


class _Files(StaticFiles):
    """Files that a browser keeps and asks about each time: an upgrade shows at once."""

    def file_response(self, *args: object, **more: object) -> Response:
        response = super().file_response(*args, **more)  # type: ignore[arg-type]
        response.headers["Cache-Control"] = "no-cache"
        return response


async def _nothing(request: Request, cause: Exception) -> Response:
    del cause
    return problem(404, f"There is nothing at {request.url.path}.")
