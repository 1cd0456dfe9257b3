"""What one person does to another's: uploads, sessions, tokens, apps that are not theirs."""

from .base import PEOPLE, SERVE, Broken, attack
from .client import build_of

ROW = "goes on with somebody's upload, or changes what is said of it"


@attack("somebody rewrites what another person's pending upload says of its build", ROW, PEOPLE)
def a_rewritten_upload(place, case):
    sender, intruder = place.person("developer"), place.person("release-manager")
    files, number = {"a.apk": case.bytes()}, case.rng.randrange(1, 1 << 40)
    said = {"run": f"github/github.com/74/{number}", "version": "5.2.0", "revision": {"commit": "a" * 40}}
    evil = case.either(
        {"version": "6.6.6", "revision": {"commit": "b" * 40, "url": "https://evil.example/"}},
        lambda rng: rng.choice([
            {"version": f"{rng.randrange(99)}.0"}, {"revision": {"commit": f"{rng.getrandbits(160):040x}"}}, {"attempt": 1},
        ]),
    )
    plan = case.succeeds(sender.promise("wallet", files, **said))
    address = f"/api/v1/uploads/{plan['id']}"
    with case.attack():
        # The same promise is an upload of their own, which is not the other's.
        again = case.succeeds(intruder.promise("wallet", files, **(said | evil)))
        case.is_so(again["id"] != plan["id"], "it is the same upload")
        case.refused(intruder.get(address), 404, "not-found")
        case.refused(intruder.post(f"{address}/complete"), 404, "not-found")
        # Nor do its own sender's words change half way.
        if "attempt" not in evil:
            case.refused(sender.promise("wallet", files, **(said | evil)), 409, "conflict")
    with case.control():
        sender.put(plan, files)
        done = case.succeeds(sender.complete(plan["id"]))["build"]
        found = (done["version"], done["revision"]["commit"], done["run"])
        if found != ("5.2.0", "a" * 40, said["run"]):
            raise Broken(f"control: the build says {found}")


@attack("somebody takes a run's registration before its job comes", ROW, PEOPLE)
def a_taken_registration(place, case):
    sender, intruder = place.person("developer"), place.person("release-manager")
    claim = {"run": f"github/github.com/74/{case.rng.randrange(1, 1 << 40)}", "attempt": case.either(1, lambda rng: rng.randrange(1, 9))}
    evil = build_of(intruder.push("wallet", {"a.apk": case.bytes()}, **claim))
    with case.control():
        # The job of that run gets no 409.
        genuine = case.succeeds(sender.push("wallet", {"a.apk": case.bytes()}, **claim))["build"]
        if genuine["id"] == evil:
            raise Broken("control: the job is given the other's build")
    with case.attack():
        # What one sends a second time for it is refused as before.
        again = intruder.push("wallet", {"b.apk": case.bytes()}, **claim)
        case.refused(again, 409, "conflict")
        origin = sender.read(f"/api/v1/builds/{evil}")["build"].get("origin", {})
        case.is_so(origin.get("run", "claimed") == "claimed", f"the claim counts as {origin}")


@attack("somebody without a session reads or does anything", "sees or does anything without proving who they are", PEOPLE)
def nobody(place, case):
    stranger = place.client()
    reads = case.either(
        ["/api/v1/overview", "/api/v1/audit", "/api/v1/apps/wallet/builds", "/api/v1/tokens", "/api/v1/configuration"],
        lambda rng: rng.sample(["/api/v1/me", "/api/v1/holds", "/api/v1/links", "/api/v1/sessions", "/api/v1/apps/wallet",
                                  "/api/v1/promotions", "/api/v1/audit/seals", "/api/v1/unassigned/runs"], 4),
    )
    with case.attack():
        for address in reads:
            case.refused(stranger.get(address), 401, "unauthorized")
        case.refused(stranger.push("wallet", {"a.apk": b"bytes"}), 401, "unauthorized")
        case.refused(stranger.post("/api/v1/holds", {"environment": "prod", "reason": "x"}), 401, "unauthorized")
    with case.control(changes=False):
        for address in reads:
            case.succeeds(place.lead.get(address))


@attack("somebody of one app reaches another by its identifiers", "reaches another app or environment by its identifiers", PEOPLE)
def anothers_identifiers(place, case):
    theirs = place.things[1]
    role = case.either("release-manager", lambda rng: rng.choice(["viewer", "developer", "admin", "auditor"]))
    intruder = place.person(role)
    addresses = [f"/api/v1/apps/{theirs['app']}", f"/api/v1/apps/{theirs['app']}/builds"]
    addresses += [f"/api/v1/builds/{build}" for build in theirs["builds"]]
    addresses += [f"/api/v1/promotions/{promotion}" for promotion in theirs["promotions"]]
    with case.attack():
        for address in addresses:
            case.refused(intruder.get(address), 404, "not-found")
        for build in theirs["builds"]:
            case.refused(intruder.post(f"/api/v1/builds/{build}/withdraw", {"reason": "x"}), 404, "not-found")
            case.refused(intruder.promote(build, "dev"), 404, "not-found")
    with case.control(changes=False):
        for address in addresses:
            case.succeeds(place.lead.get(address))


@attack("a list's cursor leads into the list of another app", "reaches another app or environment by its identifiers", PEOPLE)
def a_foreign_cursor(place, case):
    theirs, mine = place.things[1], place.things[0]
    limit = case.either(1, lambda rng: rng.randrange(1, 3))
    cursor = place.lead.read(f"/api/v1/apps/{theirs['app']}/builds?limit={limit}")["next"]
    own = place.person("viewer").read(f"/api/v1/apps/{mine['app']}/builds?limit={limit}")["next"]
    with case.attack():
        answer = place.person("viewer").get(f"/api/v1/apps/{mine['app']}/builds?cursor={cursor}")
        # Whether it is refused or only a place in one's own list: nothing of the other's comes back.
        found = answer.json.get("items", []) if answer.status == 200 else []
        case.is_so(answer.status in (200, 400), f"it is answered {answer.status}")
        case.is_so(all(build["app"] == mine["app"] for build in found), f"it leads to {found}")
        case.is_so(theirs["mark"] not in answer.text, "it tells of the other app")
    with case.control(changes=False):
        page = case.succeeds(place.person("viewer").get(f"/api/v1/apps/{mine['app']}/builds?cursor={own}"))
        if not page["items"]:
            raise Broken("control: one's own cursor leads to nothing")


@attack("somebody ends another person's session or token", "goes on with a stolen cookie", PEOPLE)
def anothers_session(place, case):
    victim, intruder = place.person("release-manager"), place.person(case.either("developer", lambda rng: rng.choice(["viewer", "tester"])))
    [session] = [each["id"] for each in victim.read("/api/v1/sessions")["sessions"] if each["current"]]
    made = case.succeeds(victim.post("/api/v1/tokens", {"label": case.either("own", lambda _: "own-too"), "permit": {"may": ["view"]}, "hours": 1}))
    token = made["token"]["id"]
    with case.attack():
        case.refused(intruder.post(f"/api/v1/sessions/{session}/end"), 404, "not-found")
        case.refused(intruder.post(f"/api/v1/tokens/{token}/revoke"), 404, "not-found")
        person = {"person": "release-manager@example.com"}
        case.refused(intruder.post("/api/v1/sessions/end-all", person), 403, "forbidden")
    with case.control():
        case.succeeds(victim.post(f"/api/v1/tokens/{token}/revoke"))
    if victim.get("/api/v1/me").status != 200:
        raise Broken("the session has ended")


ROW_PRIVACY = "takes what is kept of a colleague, or erases their name, also by a token"


@attack("somebody exports what is kept of another person, or erases their name", ROW_PRIVACY, PEOPLE)
def anothers_privacy(place, case):
    role = case.either("release-manager", lambda rng: rng.choice(["viewer", "tester", "developer", "auditor", "admin"]))
    intruder = place.person(role)
    victim = {"person": case.either("admins@example.com", lambda rng: f"{rng.getrandbits(128):032x}")}
    erase = victim | {"reason": case.unique()}
    with case.attack():
        case.refused(intruder.post("/api/v1/privacy/export", victim), 403, "forbidden")
        case.refused(intruder.post("/api/v1/privacy/erase", erase), 403, "forbidden")
    with case.control():
        own = case.succeeds(intruder.post("/api/v1/privacy/export", {}))
        if not any(kept["partition"].startswith("SESSIONS#") for kept in own["records"]):
            raise Broken("control: one's own session is not in one's export")
    nobody = {"person": f"{case.rng.getrandbits(128):032x}"}
    with case.control():
        case.succeeds(place.lead.post("/api/v1/privacy/export", nobody))
        case.succeeds(place.lead.post("/api/v1/privacy/erase", nobody | {"reason": case.unique()}))


@attack("a token of an administrator exports or erases a person", ROW_PRIVACY, PEOPLE)
def privacy_by_token(place, case):
    may = case.either(["view", "audit"], lambda rng: rng.sample(["view", "audit", "promote", "hold", "withdraw", "report"], 3))
    made = case.succeeds(place.lead.post("/api/v1/tokens", {"label": case.either("privacy", lambda _: "privacy-too"), "permit": {"may": may}, "hours": 1}))
    program = place.client(authorization=f"Bearer {made['bearer']}")
    person = {"person": f"{case.rng.getrandbits(128):032x}"}
    with case.attack():
        case.refused(program.post("/api/v1/privacy/export", {}), 403, "forbidden")
        case.refused(program.post("/api/v1/privacy/export", person), 403, "forbidden")
        case.refused(program.post("/api/v1/privacy/erase", person | {"reason": case.unique()}), 403, "forbidden")
    with case.control():
        case.succeeds(program.get("/api/v1/overview"))
        case.succeeds(place.lead.post("/api/v1/privacy/erase", person | {"reason": case.unique()}))
        case.succeeds(place.lead.post(f"/api/v1/tokens/{made['token']['id']}/revoke"))


@attack("a token for one app or environment reaches another", "uses a token for more, or longer", SERVE)
def a_token_elsewhere(place, case):
    build = build_of(place.lead.push("shop", {"a.apk": case.bytes()}, environment="dev"))
    may = case.either(["view", "register", "promote", "withdraw"], lambda rng: rng.sample(["view", "register", "promote", "withdraw", "hold"], 3))
    intruder = place.token(*may, apps=["wallet"])
    elsewhere = place.token("register", environments=["prod"])
    with case.attack():
        case.refused(intruder.get(f"/api/v1/builds/{build}"), 404, "not-found")
        case.refused(intruder.post(f"/api/v1/builds/{build}/withdraw", {"reason": "x"}), 404, "not-found")
        case.refused(intruder.promote(build, "preprod"), 404, "not-found")
        case.refused(intruder.push("shop", {"a.apk": b"bytes"}, environment="dev"), 404, "not-found")
        case.refused(elsewhere.push("shop", {"a.apk": b"bytes"}, environment="dev"), 403, "forbidden")
    allowed = place.token("register", apps=["shop"], environments=["dev"])
    with case.control():
        case.succeeds(allowed.push("shop", {"a.apk": case.bytes()}, environment="dev"))


@attack("a revoked token goes on", "goes on using what was revoked", SERVE)
def a_revoked_token(place, case):
    permit = {"may": case.either(["register"], lambda rng: [rng.choice(["view", "promote", "register"])])}
    made = case.succeeds(place.lead.post("/api/v1/tokens", {"label": case.either("gone", lambda _: "gone-too"), "permit": permit, "hours": 1}))
    program = place.client(authorization=f"Bearer {made['bearer']}")
    with case.control():
        case.succeeds(program.get("/api/v1/overview"))
        case.succeeds(place.lead.post(f"/api/v1/tokens/{made['token']['id']}/revoke"))
    with case.attack():
        case.refused(program.get("/api/v1/overview"), 401, "unauthorized")
        case.refused(program.push("wallet", {"a.apk": b"bytes"}), 401, "unauthorized")
