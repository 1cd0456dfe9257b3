"""Remembers what passed by a browser: what must be secret, and what the portal said when it refused."""

import re
import urllib.parse

# What is a secret by its shape alone: a signature of a link, a token of an issuer, a token and a share link of our own.
# The name of an API token and of a share link (the part before the secret) is none.
SHAPES = {
    "a link's signature": re.compile(r"X-Amz-Signature=([0-9a-f]{64})"),
    "a link's session": re.compile(r"X-Amz-Security-Token=([^&\"\s]{20,})"),
    "an issuer's token": re.compile(r"(eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,})"),
    "an API token": re.compile(r"towpath_[0-9A-HJKMNP-TV-Z]{26}_([\w-]{43})"),
    "a share link": re.compile(r"/share/[0-9A-HJKMNP-TV-Z]{26}\.([\w-]{43})"),
}

# What is in the address that the issuer sends people back to.
CALLBACK = ("code", "state")


class Witness:
    """Everything that browsers saw in a run."""

    def __init__(self):
        self.secrets: dict[str, str] = {}
        self.refusals: list[tuple[str, str]] = []

    def keep(self, what, secret):
        """Something that may be nowhere. A text that is too short would be found anywhere."""
        if secret and len(secret) >= 16:
            self.secrets[secret] = what

    def saw(self, answer):
        """One answer, with the address that was asked."""
        for name, value in (line.split(";")[0].split("=", 1) for line in answer.headers.get_all("set-cookie") or []):
            self.keep(f"the cookie {name}", value)
        texts = [answer.url, answer.headers["location"] or "", answer.body.decode(errors="replace")]
        for what, shape in SHAPES.items():
            for text in texts:
                for found in shape.findall(text):
                    self.keep(what, urllib.parse.unquote(found))
        for text in texts[:2]:
            query = urllib.parse.parse_qs(urllib.parse.urlsplit(text).query)
            for name in CALLBACK:
                for value in query.get(name, []):
                    self.keep(f"a sign-in's {name}", value)
        if answer.status >= 400:
            self.refusals.append((f"{answer.status} of {answer.url.split('?')[0]}", texts[2]))
