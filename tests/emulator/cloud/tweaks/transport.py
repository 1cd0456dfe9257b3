"""How requests come in: when, and over what."""

import contextvars

from .replace import replace

# A request with this header is answered by S3 as if so many seconds had passed: a test sees a link expire, and nobody waits.
LATER = "x-emulator-seconds-later"

_later = contextvars.ContextVar("later", default=0)


def tell_the_time_to_presigned_links():
    """S3 looks at a request's own time, see `LATER`."""
    from ministack.services import s3

    def make(is_expired):
        return lambda signed_at, expires: is_expired(signed_at, int(expires) - _later.get())

    replace(s3, "presigned_request_is_expired", make)


def speak_as_if_over_tls():
    """The emulator speaks plain HTTP, on loopback only. A request counts as one over TLS unless it says otherwise: so
    the policies that deny anything else stay in the template, and a test can see them deny."""
    from ministack import app

    def make(serve):
        async def served(scope, receive, send):
            if scope["type"] == "http":
                headers = dict(scope["headers"])
                # Discovery answers with the scheme that it was asked by, and clients then use it.
                if b"x-forwarded-proto" not in headers and "/.well-known/" not in scope["path"]:
                    scope["headers"] = [*scope["headers"], (b"x-forwarded-proto", b"https")]
                _later.set(int(headers.get(LATER.encode(), b"0")))
            await serve(scope, receive, send)

        return served

    replace(app, "app", make)
