"""The body of a request, as long as it may be."""

from fastapi import HTTPException, Request


async def body_of(request: Request, most: int) -> bytes:
    """So many bytes at most; what is longer is not held. Raises HTTPException(413)."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > most:
            raise HTTPException(413, f"The body is larger than {most} bytes.")
    return bytes(body)
