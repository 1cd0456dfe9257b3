"""Inputs that want to become something else: markup, a header, a path, another address, a formula, a bomb."""

import base64
import hashlib
import html
import json
import re
import struct
import urllib.parse
import zlib

from .base import PEOPLE, SERVE, Broken, attack
from .client import JSON, build_of, digest

MARKUP = ['<img src=x onerror=alert(1)>', "<script>alert(1)</script>", '"><svg onload=alert(1)>', "'-alert(1)-'", "{{7*7}}<!--"]


@attack("a build's name, version, commit or address becomes markup of a page",
        "puts a page of ours into a frame, or a script into it", SERVE)
def markup(place, case):
    name, version, message, branch, script = case.either(
        ('<img src=x onerror=alert(1)>.apk', "<script>alert(1)</script>", '"><svg onload=alert(1)>', "<b>", "javascript:alert(1)"),
        lambda rng: (
            f"{rng.choice(MARKUP).replace('/', ' ')}.apk", *(f"{rng.choice(MARKUP)} {rng.randrange(99)}" for _ in range(3)),
            rng.choice(["JaVaScRiPt:alert(1)", "data:text/html,<script>alert(1)</script>", "vbscript:msgbox(1)"]),
        ),
    )
    revision = {"commit": f"{case.rng.getrandbits(160):040x}", "message": message, "branch": branch, "url": script}
    hostile = {"environment": "dev", "version": version, "revision": revision}
    with case.control():
        build = build_of(place.lead.push("shop", {name: case.bytes()}, **hostile))
    pages = ["/", "/shop", "/shop/builds", "/shop/dev", f"/shop/builds/{build}"]
    with case.attack():
        seen = 0
        for address in pages:
            page = place.lead.get(address)
            for text in (name, version, message, branch):
                if "<" in text and text in page.text:
                    raise Broken(f"{address} holds {text} as it came")
                seen += html.escape(text) in page.text or html.escape(text, quote=False) in page.text
            schemes = re.findall(r'(?:href|src|action)="\s*(javascript|data|vbscript):', page.text, re.IGNORECASE)
            case.is_so(not schemes, f"{address} leads to {schemes}")
            policy = page.headers["content-security-policy"] or ""
            case.is_so("default-src 'none'" in policy and "unsafe-inline" not in policy, f"{address} has the policy {policy}")
        # They are there, and escaped: else nothing was shown by it.
        case.is_so(seen >= 3, f"of the hostile texts {seen} were found escaped")


@attack("a file's name becomes a header of its download", "puts a page of ours into a frame, or a script into it", SERVE)
def a_disposition(place, case):
    name = case.either(
        'a"; filename="evil.html', lambda rng: "".join(rng.sample(['"', ";", "%0d%0a", "'", "filename*=", "é", " ", "=", "%"], 6))
    )
    content = case.bytes()
    with case.control():
        build = build_of(place.lead.push("shop", {f"{name}.txt": content}))
    with case.attack():
        answer = place.lead.get(f"/api/v1/builds/{build}/files/{digest(content)}")
        download = place.lead.get(answer.headers["location"])
        case.is_so(download.status == 200, f"the download is answered {download.status}")
        disposition = download.headers.get_all("content-disposition")
        case.is_so(len(disposition) == 1 and disposition[0].startswith("attachment; "), f"it is {disposition}")
        # What browsers that know the encoded form take, and what the others do.
        [encoded] = re.findall(r"filename\*=UTF-8''(\S+)$", disposition[0])
        case.is_so(urllib.parse.unquote(encoded) == f"{name}.txt", f"the name is {encoded}")
        plain = disposition[0].split("; filename*=")[0]
        case.is_so(re.fullmatch(r'attachment; filename="[^"\\\r\n]*"', plain) is not None, f"the plain name is {plain}")


@attack("a file's name climbs out of its folder, or breaks a line", "writes over somebody's files", SERVE)
def a_name_that_climbs(place, case):
    names = case.either(
        ["../../secret", "..", "a/b.apk", "a\\b.apk", "a\r\nx-evil: 1", "a\0.apk"],
        lambda rng: ["/".join([".."] * rng.randrange(1, 6)) + "/artifacts/wallet/a.apk", "x" * rng.randrange(201, 400), ""],
    )
    with case.attack():
        for name in names:
            refused = place.lead.push("shop", {name: b"bytes"})
            case.refused(refused, 400, "invalid", "files[0].name")
    with case.control():
        case.succeeds(place.lead.push("shop", {"..a..apk": case.bytes()}))


@attack("somebody uploads other bytes than they promised", "promises one file and uploads another", SERVE)
def other_bytes(place, case):
    promised = case.bytes()
    spoiled = bytearray(promised)
    spoiled[case.either(0, lambda rng: rng.randrange(len(promised)))] ^= case.either(1, lambda rng: rng.randrange(1, 256))
    plan = case.succeeds(place.lead.promise("shop", {"a.apk": promised}, environment="dev"))
    [file] = plan["files"]
    with case.attack():
        sent = place.lead.ask("PUT", file["url"], file["headers"], bytes(spoiled))
        case.is_so(sent.status == 400, f"the bucket answers {sent.status} to other bytes")
        own = {name: base64.b64encode(hashlib.sha256(spoiled).digest()).decode() for name in file["headers"]}
        sent = place.lead.ask("PUT", file["url"], own, bytes(spoiled))
        case.is_so(sent.status == 403, f"the bucket answers {sent.status} to another digest")
        case.refused(place.lead.post(f"/api/v1/uploads/{plan['id']}/complete"), 400, "invalid", "files[0]")
    with case.control():
        case.succeeds(place.lead.push("shop", {"a.apk": promised}, environment="dev"))


@attack("a link to bytes is altered to live longer, to lead elsewhere or to be shown as a page", "keeps a link to bytes", SERVE)
def an_altered_link(place, case):
    content = case.bytes()
    build = build_of(place.lead.push("shop", {"a.apk": content}))
    link = place.lead.get(f"/api/v1/builds/{build}/files/{digest(content)}").headers["location"]
    parts = urllib.parse.urlsplit(link)
    query = dict(urllib.parse.parse_qsl(parts.query))
    alterations = case.either(
        [{"X-Amz-Expires": "86400"}, {"response-content-disposition": "inline"}, {"response-content-type": "text/html"}],
        lambda rng: [
            {"X-Amz-Expires": str(rng.randrange(301, 604800))},
            {rng.choice([name for name in query if name.startswith("response-")]): f"{rng.random()}"},
            {"X-Amz-Signature": f"{rng.getrandbits(256):064x}"},
        ],
    )
    with case.attack():
        for altered in alterations:
            address = urllib.parse.urlunsplit(parts._replace(query=urllib.parse.urlencode(query | altered)))
            case.is_so(place.lead.get(address).status == 403, f"with {altered} it is answered")
        elsewhere = link.replace("/artifacts/shop/", "/artifacts/wallet/")
        case.is_so(place.lead.get(elsewhere).status == 403, "it leads to another object")
        case.is_so(place.lead.ask("PUT", link, body=b"other bytes").status == 403, "it lets somebody write")
        case.is_so(place.lead.get(link.split("?")[0]).status == 403, "it works without its signature")
    with case.control(changes=False):
        got = place.lead.get(link)
        if got.body != content:
            raise Broken(f"control: the link is answered {got.status}")


REDIRECTS = [
    "//evil.example/", "/\\evil.example/", "/.//evil.example/", "\\\\evil.example", "https://evil.example/", "https:evil.example",
    "/%09/evil.example", "///evil.example", "/\t/evil.example", "//evil.example/%2e%2e",
]


@attack("the page to return to after signing in is another site's", "leads people elsewhere after they signed in")
def a_redirect(place, case):
    forms = case.either(REDIRECTS, lambda rng: [
        f"{rng.choice(['//', '/.//', '/%5c', chr(92) * 2, 'http://', '/' + chr(9) + '/', '//x@'])}evil-{rng.randrange(99)}.example/"
        for _ in range(6)
    ])
    with case.attack():
        for form in forms:
            answer = place.lead.get("/sign-in?" + urllib.parse.urlencode({"return": form}))
            leads = urllib.parse.urljoin("http://portal.example/sign-in", (answer.headers["location"] or "").replace("\\", "/"))
            host = urllib.parse.urlsplit(re.sub(r"[\t\r\n]", "", leads)).netloc
            case.is_so(host == "portal.example", f"{form!r} leads to {leads}")
    with case.control(changes=False):
        answer = place.lead.get("/sign-in?return=/wallet/dev")
        if answer.headers["location"] != "/wallet/dev":
            raise Broken(f"control: a page of the portal leads to {answer.headers['location']}")


@attack("a page of another site sends a request through somebody's browser", "sends a form in somebody's name", SERVE, PEOPLE)
def a_cross_site_request(place, case):
    held = {"environment": "prod", "reason": case.unique()}
    headers = case.either(
        [{"sec-fetch-site": "cross-site", "origin": "https://evil.example"}, {"origin": "https://evil.example"}, {"origin": "null"}],
        lambda rng: [{"origin": f"https://evil-{rng.randrange(99)}.example"},
                      {"sec-fetch-site": rng.choice(["cross-site", "same-site"]), "origin": "https://evil.example"}],
    )
    form = urllib.parse.urlencode({"environment": "prod", "reason": "evil"}).encode()
    plain = {"content-type": "application/x-www-form-urlencoded"}
    person = place.person(place.approvers[-1]) if place.approvers else place.lead
    with case.attack():
        for each in headers:
            case.is_so(person.ask("POST", "/holds", {**plain, **each}, form).status == 403, f"a form with {each} is taken")
            sent = person.ask("POST", "/api/v1/holds", {**JSON, **each}, json.dumps(held).encode())
            case.refused(sent, 403, "forbidden")
        # What a page may send anywhere without asking first is no JSON, whatever is in it.
        for kind in ("text/plain", "application/x-www-form-urlencoded"):
            sent = person.ask("POST", "/api/v1/holds", {"content-type": kind}, json.dumps(held).encode())
            case.is_so(sent.status == 415, f"JSON that is said to be {kind} is answered {sent.status}")
    with case.control():
        case.succeeds(place.lead.post("/api/v1/holds", held))
        on = {"what": "environment", "environment": "prod"}
        case.succeeds(place.lead.post("/api/v1/holds/lift", {"on": on}))


@attack("a body says something twice, of which one reader takes the first and another the last",
        "makes a commit's message, or any other text, part of what is asked for", SERVE, PEOPLE)
def a_doubled_member(place, case):
    # Also one that is spelt otherwise the second time.
    again = case.either(lambda name: name, lambda rng: lambda name: spelt(rng, name))
    build = build_of(place.lead.push("wallet", {"a.apk": case.bytes()}))
    event = ('{"id":"e1","source":"aws.codepipeline","detail-type":"CodePipeline Pipeline Execution State Change","account":"123456789012",'
             '"region":"eu-west-1","time":"2026-01-02T03:04:00Z","detail":{"pipeline":"wallet-dev","%s":"shop-dev","execution-id":"x1",'
             '"state":"STARTED"}}' % again("pipeline"))
    bodies = {
        "/api/v1/holds": '{"environment":"dev","reason":"x","%s":"prod"}' % again("environment"),
        "/api/v1/apps/wallet/uploads": '{"files":[{"name":"a.apk","size":1,"sha256":"%s","%s":"b.apk"}]}' % ("0" * 64, again("name")),
        "/api/v1/promotions": '{"build":"%s","to":"dev","reason":"x","%s":"prod"}' % (build, again("to")),
        "/api/v1/tokens": '{"label":"t","hours":1,"permit":{"may":["view"],"%s":["register"]}}' % again("may"),
        "/api/v1/events": event,
        "/api/v1/events?": f"[{event}]",
    }
    with case.attack():
        for address, body in bodies.items():
            case.refused(place.lead.ask("POST", address, JSON, body.encode()), 400, "invalid", "is there twice")
    with case.control():
        case.succeeds(place.lead.ask("POST", "/api/v1/holds", JSON, b'{"environment":"prod","reason":"x"}'))
        case.succeeds(place.lead.post("/api/v1/holds/lift", {"on": {"what": "environment", "environment": "prod"}}))


def spelt(rng, name):
    """The same name of a member, with one of its letters escaped."""
    at = rng.randrange(len(name))
    return f"{name[:at]}\\u{ord(name[at]):04x}{name[at + 1:]}"


@attack("a site's name that resolves to this machine reads a local portal, or what it stores in",
        "reads a local portal by a name that resolves to loopback")
def a_rebound_name(place, case):
    host = case.either("evil.example", lambda rng: f"{rng.choice(['a.', ''])}evil-{rng.randrange(99)}.example:{rng.randrange(1024, 65536)}")
    job = "/2015-03-31/functions/action/invocations"
    with case.attack():
        case.refused(place.lead.get("/api/v1/overview", host=host), 421, "misdirected")
        case.is_so(place.lead.get("/", host=host).status == 421, "the page is shown")
        origin = {"origin": f"https://{host}", "content-type": "application/json"}
        case.is_so(place.lead.ask("POST", place.aws + job, origin, b"{}").status == 403, "a page may start a job")
        case.is_so(place.lead.ask("POST", place.aws + "/", origin, b"{}").status == 403, "a page may send events")
        for name, address in (("S3", place.s3), ("DynamoDB", place.dynamodb)):
            for headers in ({"origin": f"https://{host}"}, {"host": host}):
                status = place.lead.ask("POST", f"{address}/", headers, b"{}").status
                case.is_so(status in (403, 421), f"{name} answers {status} to {headers}")
    with case.control(changes=False):
        for name in ("127.0.0.1", "localhost"):
            case.succeeds(place.lead.get("/api/v1/overview", host=name))


@attack("a text becomes a formula of anyone who opens the exported audit log", "removes or changes an entry of the audit log")
def a_formula(place, case):
    formula = case.either("=HYPERLINK(\"https://evil.example\")", lambda rng: f"{rng.choice('=+-@')}cmd|' /C calc'!A{rng.randrange(1, 99)}")
    on = {"what": "environment", "environment": "prod", "app": "loose"}
    with case.control():
        case.succeeds(place.lead.post("/api/v1/holds", {"environment": "prod", "app": "loose", "reason": formula}))
        case.succeeds(place.lead.post("/api/v1/holds/lift", {"on": on}))
    with case.attack():
        table = place.lead.get("/api/v1/audit?format=csv").text
        cell = formula.replace('"', '""')
        case.is_so(cell in table, "the text is not in the table")
        for before in re.findall(r"(.?)" + re.escape(cell), table):
            case.is_so(before == "'", f"before the formula is {before!r}")


@attack("an altered or foreign token opens the portal", "guesses a token or a link", SERVE)
def an_altered_token(place, case):
    program = place.token("view")
    bearer = program.headers["authorization"]
    other = bearer[:-1] + ("A" if bearer[-1] != "A" else "B")
    claims = "eyJhbGciOiJub25lIn0.eyJpc3MiOiJodHRwczovL2V2aWwuZXhhbXBsZSIsInN1YiI6ImFkYSJ9."
    shown = case.either([other, f"Bearer {claims}"], lambda rng: [
        f"Bearer towpath_{'0' * 26}_{'A' * 43}", bearer[:20] + rng.choice("0123456789") + bearer[21:-1] + rng.choice("-_"),
    ])
    with case.attack():
        for each in shown:
            if each != bearer:
                case.refused(place.client(authorization=each).get("/api/v1/overview"), 401, "unauthorized")
    with case.control(changes=False):
        case.succeeds(program.get("/api/v1/overview"))


def bomb(entry, size, tail):
    """A zip whose one entry unpacks to far more than it is; its directory says `size`."""
    squeezer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = squeezer.compress(bytes(16 << 20)) + squeezer.flush(zlib.Z_FULL_FLUSH)
    packed = block * 112 + tail
    name = entry.encode()
    fields = (0, 8, 0, 0x5C21, 0, len(packed), size, len(name), 0)
    local = struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, *fields) + name
    central = struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 20, 20, *fields, 0, 0, 0, 0, 0) + name
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 1, 1, len(central), len(local) + len(packed), 0)
    return local + packed + central + end


@attack("a package of two megabytes unpacks to nearly two gigabytes", "stops the portal with a file")
def a_bomb(place, case):
    size = case.either((16 << 20) * 112, lambda rng: rng.randrange(1, 1 << 20))
    package = bomb("AndroidManifest.xml", size, case.bytes())
    before = place.memory()
    with case.control():
        kept = case.succeeds(place.lead.push("shop", {"a.apk": package}))
    with case.attack():
        [artifact] = kept["build"]["artifacts"]
        # Of what cannot be read within bounds, the reason is kept.
        [unread] = artifact["package"]["unread"]
        words = "larger than" if not case.varied else "directory says"
        case.is_so(unread["what"] == "manifest" and words in unread["why"], f"it says of it: {unread}")
        case.is_so(place.memory() - before < 256 << 20, f"it took {place.memory() - before} bytes of memory")
        page = place.lead.get(f"/shop/builds/{kept['build']['id']}")
        case.is_so(page.status == 200, f"its page is answered {page.status}")
