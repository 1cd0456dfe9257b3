"""HTTP APIs, where AWS hands over something else than what came in."""

import contextvars
import json

from .replace import replace, require

# What API Gateway takes of a request line and headers together, in bytes. Nobody can raise it.
LONGEST_HEAD = 10_240

# The address of the caller of the API: this machine's, unless CloudFront does.
CALLER = contextvars.ContextVar("caller", default="127.0.0.1")


def cut_paths_at_a_question_mark():
    """`rawPath` comes decoded, and ends at the first question mark that was encoded in it."""
    from ministack.services import apigateway

    replace(apigateway, "decode_http_api_path", lambda decode: lambda raw: decode(raw).split("?", 1)[0])


def refuse_long_heads():
    """API Gateway answers 431 itself: no function hears of such a request."""

    def make(handle):
        async def handled(host, path, method, headers, *rest, raw_path=None, raw_query_string=None):
            line = f"{method} {raw_path or path}?{raw_query_string or ''} HTTP/1.1"
            if len(line) + sum(len(name) + len(str(value)) + 4 for name, value in headers.items()) > LONGEST_HEAD:
                said = {"message": "Request Header Fields Too Large"}
                return 431, {"content-type": "application/json"}, json.dumps(said).encode()
            return await handle(
                host, path, method, headers, *rest, raw_path=raw_path, raw_query_string=raw_query_string
            )

        return handled

    _replace_handler(make)


def say_who_asked():
    """API Gateway adds its caller to `X-Forwarded-For`."""

    def make(handle):
        async def handled(host, path, method, headers, *rest, **more):
            claimed = [headers["x-forwarded-for"]] if headers.get("x-forwarded-for") else []
            headers = {**headers, "x-forwarded-for": ", ".join([*claimed, CALLER.get()])}
            return await handle(host, path, method, headers, *rest, **more)

        return handled

    _replace_handler(make)


def _replace_handler(make):
    from ministack import app

    require(app, "_handle_execute_api_request")
    replace(app, "_handle_execute_api_request", make)
