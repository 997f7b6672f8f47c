"""422 for what is not as it should be: where and why, and nothing of what was sent.

FastAPI sends it back: a secret that was put into the wrong field; and what JSON can be read from
and not be written to, a number that is none, half of a character, lists a thousand deep, would be
an error of the server's.
"""

import json

from fastapi.exceptions import RequestValidationError
from starlette.requests import Request
from starlette.responses import Response

TOLD = ("type", "loc", "msg")


async def malformed(_: Request, error: Exception) -> Response:
    """For FastAPI's `RequestValidationError`."""
    wrong = error.errors() if isinstance(error, RequestValidationError) else ()
    told = [{part: each[part] for part in TOLD} for each in wrong]
    return Response(json.dumps({"detail": told}), 422, media_type="application/json")
