"""A client of the portal's API, and what an attack asks of it again and again."""

import hashlib
import json
import time
import urllib.parse
from dataclasses import dataclass

from .base import State

JSON = {"content-type": "application/json"}


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: object
    body: bytes

    @property
    def text(self):
        return self.body.decode(errors="replace")

    @property
    def json(self):
        return json.loads(self.body)


class Client:
    """Somebody at the portal. `send(method, address, headers, body)` asks; `headers` are sent with every request there."""

    def __init__(self, send, headers=None):
        self.send, self.headers = send, headers or {}

    def ask(self, method, address, headers=None, body=None):
        """One request; to another address than the portal's without what says who asks."""
        own = {} if "://" in address else self.headers
        return self.send(method, address, {**own, **(headers or {})}, body)

    def get(self, address, **headers):
        return self.ask("GET", address, headers)

    def post(self, address, value=None):
        return self.ask("POST", address, JSON, json.dumps(value or {}).encode())

    def read(self, address):
        """What is there, which has to be."""
        answer = self.get(address)
        if answer.status != 200:
            raise AssertionError(f"{address}: {answer.status} {answer.text[:400]}")
        return answer.json

    def promise(self, app, files, **more):
        """Begins an upload of files by their names."""
        promised = [{"name": name, "size": len(content), "sha256": digest(content)} for name, content in files.items()]
        return self.post(f"/api/v1/apps/{app}/uploads", {"files": promised, **more})

    def put(self, plan, files):
        """Puts what the plan of an upload asks for."""
        for file in plan["files"]:
            if file["state"] == "put":
                sent = self.ask("PUT", file["url"], file["headers"], files[file["name"]])
                if sent.status != 200:
                    raise AssertionError(f"PUT {file['name']}: {sent.status} {sent.text[:400]}")

    def push(self, app, files, **more):
        """Uploads and registers; gives the first answer that refuses, or the last one."""
        plan = self.promise(app, files, **more)
        if plan.status != 200:
            return plan
        if "build" in plan.json:
            return self.get(f"/api/v1/builds/{plan.json['build']}")
        self.put(plan.json, files)
        return self.complete(plan.json["id"])

    def complete(self, upload):
        """Has an upload registered; gives the build, or the first answer that refuses."""
        answer = self.post(f"/api/v1/uploads/{upload}/complete")
        for _ in range(300):
            if answer.status not in (200, 202):
                return answer
            if "build" in answer.json:
                return self.get(f"/api/v1/builds/{answer.json['build']}")
            if "registering" not in answer.json:
                raise AssertionError(f"upload {upload}: {answer.text[:400]}")
            time.sleep(0.1)
            answer = self.get(f"/api/v1/uploads/{upload}")
        raise AssertionError(f"upload {upload} is not registered: {answer.text[:400]}")

    def promote(self, build, to, **more):
        return self.post("/api/v1/promotions", {"build": build, "to": to, "reason": "asked for by the suite", **more})


def written(value):
    """A value as a text that can be compared."""
    return value and json.dumps(value, sort_keys=True)


def digest(content):
    return hashlib.sha256(content).hexdigest()


def quoted(text):
    return urllib.parse.quote(text, safe="")


def build_of(answer):
    """The identifier in the answer to a push."""
    return answer.json["build"]["id"]


class Place:
    """Where attacks run: a portal with `lead`, who may do everything there. Subclasses know how to reach it."""

    name = None
    # Who agrees to promotions where people do, each by a name of `person`.
    approvers = ()

    def __init__(self, lead):
        self.lead = lead
        self._tokens = {}

    def client(self, **headers):
        """Somebody with those headers."""
        raise NotImplementedError

    def person(self, role):
        """Somebody of a role, signed in."""
        raise NotImplementedError

    def token(self, *may, **where):
        """A program with a token of the lead that may do that, in those `apps` and `environments`."""
        permit = {"may": list(may), **{name: list(values) for name, values in where.items()}}
        key = json.dumps(permit)
        if key not in self._tokens:
            asked = {"label": f"attack-{len(self._tokens) + 1}", "permit": permit, "hours": 1}
            answer = self.lead.post("/api/v1/tokens", asked)
            if answer.status not in (200, 201):
                raise AssertionError(f"a token: {answer.status} {answer.text[:400]}")
            self._tokens[key] = answer.json["bearer"]
        return self.client(authorization=f"Bearer {self._tokens[key]}")

    def current(self, app, environment):
        """The build that an environment serves; none if it serves nothing."""
        view = self.lead.read(f"/api/v1/apps/{app}/environments/{environment}")
        found = view.get("current")
        return found and found["release"]["build"]

    def promotion(self, identifier):
        """The state of a promotion."""
        return self.lead.read(f"/api/v1/promotions/{identifier}")["promotion"]["state"]["is"]

    def state(self):
        """Everything that an attack may not change."""
        facts = {}
        for row in self.lead.read("/api/v1/overview")["apps"]:
            app = row["app"]["id"]
            for cell in row["cells"]:
                facts[f"{app} in {cell['environment']}"] = written(cell.get("current"))
            for build in self.lead.read(f"/api/v1/apps/{app}/builds?limit=10")["items"]:
                facts[f"build {build['id']}"] = written(build)
        promotions = self.lead.read("/api/v1/promotions")
        for promotion in promotions["waiting_for_you"] + promotions["others"]:
            facts[f"promotion {promotion['id']}"] = promotion["state"]["is"]
        for hold in (found["hold"] for found in self.lead.read("/api/v1/holds")["holds"]):
            facts[f"hold {written(hold['on'])}"] = written(hold)
        for token in self.lead.read("/api/v1/tokens")["tokens"]:
            facts[f"token {token['id']}"] = token["standing"]
        for link in self.lead.read("/api/v1/links")["links"]:
            facts[f"link {link['id']}"] = link["standing"]
        return State(facts, self.entries())

    def entries(self):
        """How many entries the audit log has."""
        items = self.lead.read("/api/v1/audit?limit=1")["entries"]["items"]
        return items[0]["number"] if items else 0

    def entries_between(self, first, last):
        """The entries of the audit log behind the one number up to the other, the newest first."""
        if first == last:
            return []
        newest = self.lead.read(f"/api/v1/audit?limit={min(last - first, 100)}")["entries"]["items"]
        return [entry for entry in newest if first < entry["number"]]
