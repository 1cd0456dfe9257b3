"""Senders that are not who they say: of webhooks, of calls of the function, of workload tokens that nobody issued."""

import hashlib
import hmac
import json
from pathlib import Path

from .base import PEOPLE, SERVE, Broken, attack
from .client import Client, build_of, digest, quoted
from .pipelines import until

# What GitHub sends.
SAMPLES = Path(__file__).resolve().parents[3] / "backend/sources/src/github/samples"
HERE = Path(__file__).resolve().parents[1]
JOBS = "registers or releases builds of another app, or ends another pipeline's promotion, by what their pipeline says"


@attack("a webhook comes in GitHub's name", "sends a webhook in GitHub's name")
def a_webhook(place, case):
    body = json.dumps({"zen": case.unique(), "hook_id": 1, "hook": {"type": "Organization"}}).encode()

    def deliver(secret, content=body, **more):
        signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {"content-type": "application/json", "x-github-event": "ping", "x-github-delivery": "1",
                   "x-hub-signature-256": f"sha256={signature}", **more}
        return place.lead.ask("POST", "/hooks/github/acme", headers, content)

    genuine = hmac.new(place.hook_secret.encode(), body, hashlib.sha256).hexdigest()
    position = case.either(0, lambda rng: rng.randrange(64))
    flipped = f"{genuine[:position]}{'0' if genuine[position] != '0' else '1'}{genuine[position + 1:]}"
    with case.attack():
        answers = [
            deliver("a-secret-of-somebody-else"), deliver(place.hook_secret, body + b" "),
            deliver(place.hook_secret, **{"x-hub-signature-256": f"sha256={flipped}"}),
            deliver(place.hook_secret, **{"x-hub-signature-256": f"sha1={genuine}"}),
        ]
        for answer in answers:
            case.is_so(answer.status == 401, f"it is answered {answer.status} {answer.text}")
        case.is_so(len({answer.body for answer in answers}) == 1, "the answers differ")
    with case.control(changes=False):
        case.succeeds(deliver(place.hook_secret), 202)


@attack("a delivery that GitHub has signed is sent again, after what came later", "replays or reorders events")
def a_replayed_webhook(place, case):
    number = str(case.rng.randrange(10**8, 10**9))
    requested, completed = (
        (SAMPLES / f"workflow_run-{kind}.json").read_text().replace("octo-org", "acme").replace("289782451", number).encode()
        for kind in ("requested", "completed")
    )

    def deliver(body, again=0):
        signature = hmac.new(place.hook_secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {"content-type": "application/json", "x-github-event": "workflow_run", "x-github-delivery": f"{digest(body)[:8]}-{again}",
                   "x-hub-signature-256": f"sha256={signature}"}
        return case.succeeds(place.lead.ask("POST", "/hooks/github/acme", headers, body))

    def run():
        repository = json.loads(completed)["repository"]["id"]
        found = place.lead.read(f"/api/v1/runs/{quoted(f'github/github.com/{repository}/{number}')}")["run"]
        return [found[name] for name in ("status", "raw_status", "attempt", "started_at", "updated_at")], found["revision"]["value"]

    with case.control(changes=False):
        for body in (requested, completed):
            if deliver(body)["duplicates"]:
                raise Broken("control: what is new counts as known")
        before = run()
    # With the delivery's own identity, or with others, which nothing signs.
    others = case.either([0, 0], lambda rng: [0, *(rng.randrange(1, 99) for _ in range(rng.randrange(1, 5)))])
    with case.attack():
        for again in others:
            for body in (completed, requested):
                known = deliver(body, again)["duplicates"]
                case.is_so(known == 1 or again > 0, "a replay counts as something new")
        case.is_so(run() == before, f"the run was {before} and is {run()}")


@attack("a restriction of a webhook's endpoint is misspelt, and so opens it to everyone", "sends a webhook in GitHub's name")
def a_misspelt_restriction(place, case):
    key = case.either("ower", lambda rng: "".join(rng.sample("owner", 5)).replace("owner", "oowner"))
    file = place.folder / "other-hooks.json"
    config = place.folder / "towpath.toml"
    serve = ["serve", "--config", config, "--data", place.folder / "another", "--listen", "127.0.0.1:0", "--hooks-secrets", file]
    with case.attack():
        file.write_text(json.dumps({"github": {"acme": {"current": place.hook_secret, key: "acme"}}}))
        code, text = place.cli(*serve)
        case.is_so(code not in (0, None), "a portal starts with it")
        case.said(text, key)
    with case.control(changes=False):
        # The portal that is attacked here started with such a file, and takes deliveries.
        if place.lead.get("/healthz").status != 200:
            raise Broken("control: the portal does not answer")


@attack("somebody who may call the function makes up a job", JOBS, SERVE)
def a_made_up_job(place, case):
    build = build_of(place.lead.push("loose", {"a.apk": case.bytes()}))
    parameters = {
        "do": "release", "app": "loose", "environment": "prod", "build": build, "pipeline": "loose-prod", "execution": "e-1",
    }
    account = case.either("999900001111", lambda rng: rng.choice(["123456789012", f"{rng.randrange(10**11, 10**12)}"]))
    identifier = f"11111111-2222-3333-4444-{case.rng.getrandbits(48):012x}"
    event = {"CodePipeline.job": {
        "id": identifier,
        "accountId": account,
        "data": {
            "actionConfiguration": {"configuration": {"FunctionName": "action", "UserParameters": json.dumps(parameters)}},
            "inputArtifacts": [],
            "artifactCredentials": {"accessKeyId": "simulator", "secretAccessKey": "simulator", "sessionToken": "simulator"},
        },
    }}
    invoke = f"{place.aws}/2015-03-31/functions/action/invocations"
    with case.attack():
        kind = {"content-type": "application/json", "x-amz-invocation-type": "Event"}
        answer = place.lead.ask("POST", invoke, kind, json.dumps(event).encode())
        case.is_so(answer.status == 202, f"the call is answered {answer.status}")
        # What the job could do comes before its answer, which CodePipeline does not take.
        until("the end of the made-up job", lambda: identifier in place.log())
        case.is_so(place.current("loose", "prod") != build, "the build is released")
    codepipeline = place.codepipeline
    codepipeline.declare("loose-prod", codepipeline.towpath({**parameters, "pipeline": "", "execution": ""}))
    with case.control():
        execution = codepipeline.start("loose-prod")
        if (status := codepipeline.outcome("loose-prod", execution)) != "Succeeded":
            raise Broken(f"control: the pipeline {status}")


@attack("a job shows a token that no issuer of the portal has signed", "another repository's job comes in")
def a_foreign_workload(place, case):
    # The claims of a job of GitHub Actions, signed by nobody.
    token = case.either(
        "eyJhbGciOiJub25lIn0.eyJpc3MiOiJodHRwczovL3Rva2VuLmFjdGlvbnMuZ2l0aHVidXNlcmNvbnRlbnQuY29tIn0.",
        lambda rng: f"eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJodHRwczovL2V2aWwuZXhhbXBsZSJ9.{rng.getrandbits(200):x}",
    )
    program = place.client(authorization=f"Bearer {token}")
    genuine = place.token("register")
    with case.attack():
        case.refused(program.push("wallet", {"a.apk": b"bytes"}, environment="dev"), 401, "unauthorized")
        case.refused(program.get("/api/v1/overview"), 401, "unauthorized")
    with case.control():
        case.succeeds(genuine.push("wallet", {"a.apk": case.bytes()}, environment="dev"))


@attack("another workflow of the repository, or what a stranger's comment starts, passes for the release workflow",
        "makes another workflow of the repository, or what a stranger can start, pass for the release", PEOPLE)
def another_workflow(place, case):
    run = case.rng.randrange(1, 1 << 40)
    folder = "acme/wallet/.github/workflows"
    others = case.either(
        [{"workflow_ref": f"{folder}/ci.yml@refs/heads/main"}, {"event_name": "issue_comment"}, {"event_name": "workflow_run"}],
        lambda rng: [
            {"workflow_ref": f"{folder}/{rng.getrandbits(32):x}.yml@refs/heads/main"},
            {"workflow_ref": f"{folder}/release.yml@refs/heads/{rng.getrandbits(32):x}"},
            {"workflow_ref": f"acme/{rng.getrandbits(32):x}/.github/workflows/release.yml@refs/heads/main"},
            # It is called by another one, and has the release workflow's file in this claim alone.
            {"workflow_ref": f"{folder}/ci.yml@refs/heads/main", "job_workflow_ref": f"{folder}/release.yml@refs/heads/main"},
            {"event_name": rng.choice(["schedule", "issues", "fork", "pull_request_target"])},
        ],
    )
    with case.attack():
        for other in others:
            answer = place.job(run, **other).push("wallet", {"a.apk": b"bytes"}, environment="lab")
            claim = "workflow file" if "workflow_ref" in other else "event"
            case.refused(answer, 401, "unauthorized", f"its {claim} does not fit")
    with case.control():
        case.succeeds(place.job(run).push("wallet", {"a.apk": case.bytes()}, environment="lab"))


@attack("who knows the secret of one repository's webhook forges a run of its neighbour",
        "forges runs of a neighbouring repository, by the secret of a webhook")
def a_neighbours_webhook(place, case):
    number = case.rng.randrange(10**8, 10**9)
    sample = json.loads((SAMPLES / "workflow_run-completed.json").read_text())

    def deliver(name, identifier):
        sample["repository"] |= {"full_name": f"acme/{name}", "id": identifier}
        body = json.dumps(sample).replace("289782451", str(number)).encode()
        signature = hmac.new(place.own_secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {"content-type": "application/json", "x-github-event": "workflow_run", "x-github-delivery": digest(body)[:20],
                   "x-hub-signature-256": f"sha256={signature}"}
        return place.lead.ask("POST", "/hooks/github/shop", headers, body)

    def status(identifier):
        return place.lead.get(f"/api/v1/runs/{quoted(f'github/github.com/{identifier}/{number}')}").status

    neighbour = case.either(74, lambda rng: rng.randrange(100, 10**9))
    with case.attack():
        # By name and number, by the name alone, which lists it there, and by the number alone, which is that of its runs.
        for name, identifier in (("wallet", neighbour), ("wallet", 75), ("shop", neighbour)):
            answer = deliver(name, identifier)
            case.is_so(answer.status == 202 and answer.json["events"] == [], f"it is answered {answer.status} {answer.text}")
        case.is_so({status(75), status(neighbour)} == {404}, "there is such a run")
    with case.control(changes=False):
        case.succeeds(deliver("shop", 75))
        if status(75) != 200:
            raise Broken("control: there is no such run")


@attack("a link or a token that leaked downloads without end", "downloads without end, at the team's expense")
def downloads_without_end(place, case):
    principal, link, by_link = case.either((3, 2, 1), lambda rng: (rng.randrange(2, 6), rng.randrange(2, 5), 1))
    limits = f"\n[downloads]\nprincipal_per_day = {principal}\nlink_per_day = {link}\n"
    config = "".join((HERE / f"{name}.toml").read_text() for name in ("environments", "apps")) + limits

    def tap(address):
        return lead.ask("POST", address, {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}, b"")

    with place.another(config) as lead:
        package = case.bytes()
        build = build_of(lead.push("loose", {"a.apk": package}, environment="dev"))
        file = f"/api/v1/builds/{build}/files/{digest(package)}"
        asked = {"label": "leaked", "permit": {"may": ["download"]}, "hours": 1}
        bearer = case.succeeds(lead.post("/api/v1/tokens", asked))["bearer"]
        found = Client(lead.send, {"authorization": f"Bearer {bearer}"})
        ask = {"to": {"kind": "build", "build": build}, "hours": 1}
        links = [case.succeeds(lead.post("/api/v1/links", {**ask, **own}))["address"] for own in ({}, {"per_day": by_link})]
        with case.control(changes=False):
            for _ in range(principal):
                case.succeeds(found.get(file), 302)
            for address, most in zip(links, (link, by_link)):
                for _ in range(most):
                    case.succeeds(tap(address), 303)
        with case.attack():
            case.refused(found.get(file), 429, "too-many", "downloads resume at", "principal_per_day")
            for address in links:
                answer = tap(address)
                case.is_so(answer.status == 429 and not answer.headers["location"], f"it is answered {answer.status}")
                case.is_so(0 < int(answer.headers["retry-after"]) <= 24 * 3600, "it does not say how long to wait")
