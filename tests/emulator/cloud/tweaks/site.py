"""CloudFront, whose data plane here lacks what AWS's has."""

import http.client
import re
import urllib.parse

from .api import CALLER
from .replace import replace, require

# The variable with a name for the one distribution, for browsers on this machine: they know no `….cloudfront.net`.
NAME = "EMULATOR_SITE"

# An address of CloudFront's, as an HTTP API sees it.
EDGE = "198.51.100.7"

_API_HOST = re.compile(r"^([a-f0-9]{8})\.execute-api\.[a-z0-9-]+\.amazonaws\.com$")


def serve_http_apis():
    """CloudFront here refuses to connect to hosts of AWS. An HTTP API's host is this emulator's own, so the API answers."""
    from ministack import app
    from ministack.services import cloudfront

    require(app, "_handle_execute_api_request", "_MINISTACK_HOST")
    require(cloudfront, "_normalize_origin_host", "_origin_request_headers", "_multidict_from_pairs")

    async def ask(api, host, origin, method, uri, query, headers, body, client_ip, viewer_xff):
        sent = cloudfront._origin_request_headers(origin, headers, client_ip, viewer_xff)
        sent = {name.lower(): value for name, value in sent.items()}
        if sent["host"] != host:
            # What API Gateway says to a Host that is not its own: a policy forwards the viewer's by mistake.
            return 403, {"content-type": "application/json"}, b'{"message":"Forbidden"}'
        path = origin["origin_path"] + uri
        CALLER.set(EDGE)
        return await app._handle_execute_api_request(
            f"{api}.execute-api.{app._MINISTACK_HOST}",
            urllib.parse.unquote(path),
            method,
            sent,
            body or b"",
            urllib.parse.parse_qs(query, keep_blank_values=True),
            raw_path=path,
            raw_query_string=query,
        )

    def make(fetch_from):
        async def fetch(origin, method, uri, query, headers, body, viewer_is_https, client_ip, viewer_xff, dist_arn):
            host = cloudfront._normalize_origin_host(origin["domain_name"])
            api = _API_HOST.match(host)
            if api is None:
                return await fetch_from(
                    origin, method, uri, query, headers, body, viewer_is_https, client_ip, viewer_xff, dist_arn
                )
            status, answered, data = await ask(
                api.group(1), host, origin, method, uri, query, headers, body, client_ip, viewer_xff
            )
            pairs = [
                (name, value)
                for name, values in answered.items()
                for value in (values if isinstance(values, list) else [values])
            ]
            return status, http.client.responses.get(status, ""), cloudfront._multidict_from_pairs(pairs), data

        return fetch

    replace(cloudfront, "_fetch_from_origin", make)


def answer_to(name):
    """Requests to that name, such as `towpath.localhost`, are requests to the one distribution."""
    if not name:
        return
    from ministack import app
    from ministack.services import cloudfront

    require(cloudfront, "_distributions")

    def host_of(host):
        asked = host.decode().split(":")[0]
        [distribution] = cloudfront._distributions.values() or [None]
        return distribution["DomainName"].encode() if asked == name and distribution else host

    def make(serve):
        async def served(scope, receive, send):
            if scope["type"] == "http":
                headers = scope["headers"]
                scope["headers"] = [(key, host_of(value) if key == b"host" else value) for key, value in headers]
            await serve(scope, receive, send)

        return served

    replace(app, "app", make)


def try_origin_groups():
    """CloudFront here knows no origin groups: a group's second origin answers where the first does not."""
    from ministack.services import cloudfront

    require(cloudfront, "_dist_config_el", "_local_tag_name", "OriginUnreachable", "OriginTimeout")

    def with_groups(parse):
        def parsed(distribution):
            config = parse(distribution)
            for group in _elements(cloudfront, cloudfront._dist_config_el(distribution), "OriginGroup"):
                members = [config["origins"][name] for name in _texts(cloudfront, group, "OriginId")]
                codes = {int(code) for code in _texts(cloudfront, group, "StatusCode")}
                identifier = _texts(cloudfront, group, "Id")[0]
                config["origins"][identifier] = {**members[0], "members": members, "codes": codes}
            return config

        return parsed

    def in_turn(fetch_from):
        async def fetch(origin, *rest):
            *others, last = origin.get("members", [origin])
            for member in others:
                try:
                    answer = await fetch_from(member, *rest)
                except (cloudfront.OriginUnreachable, cloudfront.OriginTimeout):
                    continue
                if answer[0] not in origin["codes"]:
                    return answer
            return await fetch_from(last, *rest)

        return fetch

    replace(cloudfront, "parse_distribution_dataplane_config", with_groups)
    replace(cloudfront, "_fetch_from_origin", in_turn)


def _elements(cloudfront, root, name):
    return [element for element in root.iter() if cloudfront._local_tag_name(element) == name]


def _texts(cloudfront, root, name):
    return [element.text for element in _elements(cloudfront, root, name)]
