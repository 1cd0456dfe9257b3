"""A client of the portal that finds AWS's names on this machine, follows no redirect unasked, and keeps cookies."""

import http.client
import http.cookies
import json
import re
import urllib.parse
from dataclasses import dataclass

from .witness import Witness

# What all browsers of this run saw.
WITNESS = Witness()

_API = re.compile(r"^([a-f0-9]{8})\.execute-api\.[a-z0-9-]+\.amazonaws\.com$")


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes
    url: str

    @property
    def text(self):
        return self.body.decode()

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def location(self):
        """Where it sends the browser, in full."""
        return urllib.parse.urljoin(self.url, self.headers["location"])


class Browser:
    """Asks for pages as a browser would, with the cookies that it was given."""

    def __init__(self, emulator, home):
        self.emulator, self.home = emulator, home
        self.cookies = {}

    def get(self, url, **more):
        return self.ask("GET", url, **more)

    def post(self, url, form=None, **more):
        """Sends a form, as a page of the same site does."""
        address = urllib.parse.urljoin(self.home + "/", url)
        headers = {
            "content-type": "application/x-www-form-urlencoded",
            "origin": "{0.scheme}://{0.netloc}".format(urllib.parse.urlsplit(address)),
            **more.pop("headers", {}),
        }
        return self.ask("POST", url, body=urllib.parse.urlencode(form or {}).encode(), headers=headers, **more)

    def call(self, url, value=None):
        """Sends JSON to the API, as a program does: nothing says that a page of a browser sends it."""
        headers = {"content-type": "application/json"}
        return self.ask("POST", url, headers=headers, body=json.dumps(value or {}).encode())

    def ask(self, method, url, headers=None, body=None):
        """One request. `url` may be a path of the portal."""
        url = urllib.parse.urljoin(self.home + "/", url)
        parts = urllib.parse.urlsplit(url)
        sent = {"host": self._host(parts), **(headers or {})}
        if kept := self.cookies.get(parts.hostname):
            sent.setdefault("cookie", "; ".join(f"{name}={value}" for name, value in kept.items()))
        connection = http.client.HTTPConnection("127.0.0.1", self._port(parts), timeout=60)
        try:
            path = parts.path or "/"
            connection.request(method, path + (f"?{parts.query}" if parts.query else ""), body=body, headers=sent)
            answer = connection.getresponse()
            got = Answer(answer.status, answer.headers, answer.read(), url)
            WITNESS.saw(got)
        finally:
            connection.close()
        self._keep(parts.hostname, got.headers.get_all("set-cookie") or [])
        return got

    def follow(self, answer, most=10):
        """Goes where redirects lead."""
        while answer.status in (301, 302, 303, 307, 308):
            most -= 1
            if most < 0:
                raise AssertionError(f"redirected again and again, at last to {answer.location}")
            answer = self.get(answer.location)
        return answer

    def _host(self, parts):
        """HTTP APIs have another name here; CloudFront's and Cognito's are understood as they are."""
        if api := _API.match(parts.hostname or ""):
            return f"{api.group(1)}.execute-api.localhost"
        return parts.netloc

    def _port(self, parts):
        # https stands for a name of AWS, which lies on the emulator; all else says its port.
        return parts.port if parts.scheme == "http" and parts.port else self.emulator.port

    def _keep(self, host, lines):
        kept = self.cookies.setdefault(host, {})
        for line in lines:
            for name, morsel in http.cookies.SimpleCookie(line).items():
                if morsel["max-age"] == "0" or not morsel.value:
                    kept.pop(name, None)
                else:
                    kept[name] = morsel.value
