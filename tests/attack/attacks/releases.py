"""Releases that go around the path: by a push, by pushing a build again, during a hold, from the command line."""

from .base import PEOPLE, SERVE, Broken, attack
from .client import build_of

ROW = "releases by a push or a job where a promotion is asked for"


def hostile_push(case):
    """What a push says of itself, and where it wants to go."""
    original = ("prod", {"version": "6.6.6"})

    def generate(rng):
        version = ".".join(str(rng.randrange(100)) for _ in range(3))
        commit = f"{rng.getrandbits(160):040x}"
        said = {"version": version, "attempt": rng.randrange(1, 9), "revision": {"commit": commit}}
        return rng.choice(["preprod", "prod"]), said

    return case.either(original, generate)


@attack("a token that may register pushes into an environment whose gates it would have to pass", ROW, SERVE)
def a_push_past_the_path(place, case):
    environment, said = hostile_push(case)
    files = {case.either("a.apk", lambda rng: f"app-{rng.randrange(1000)}.apk"): case.bytes()}
    intruder = place.token("register")
    with case.attack():
        refused = intruder.push("wallet", files, environment=environment, **said)
        case.refused_for(refused, "needs-promotion")
        case.said(refused.text, f"{environment} is on wallet's path", "push to dev, then run towpath promote")
    with case.control():
        case.succeeds(intruder.push("wallet", files, environment="dev", **said))
    # Nor does it promote what it pushed: that is another permission.
    build = place.current("wallet", "dev")
    with case.attack():
        refused = intruder.promote(build, "preprod")
        case.refused(refused, 403, "forbidden")


@attack("a release manager pushes into an environment where somebody else has to agree", ROW, PEOPLE)
def a_push_by_a_person(place, case):
    app, first, gated = place.gated
    manager, files = place.person("release-manager"), {"a.apk": case.bytes()}
    said = case.either({"version": "6.6.6"}, lambda rng: {"version": f"{rng.randrange(99)}.0", "attempt": rng.randrange(1, 9)})
    with case.attack():
        case.refused_for(manager.push(app, files, environment=gated, **said), "needs-promotion")
    with case.control():
        # Registered without an environment, and asked for as everyone has to.
        build = build_of(manager.push(app, files, **said))
        case.succeeds(place.lead.promote(build, first))
        asked = case.succeeds(manager.promote(build, gated))
    case.succeeds(manager.post(f"/api/v1/promotions/{asked['id']}/cancel", {"reason": "it was a test"}))


@attack("a build that dev serves is pushed once more, into a later environment", ROW, SERVE)
def a_registered_build_pushed_again(place, case):
    intruder = place.token("register")
    files, said = {"a.apk": case.bytes()}, case.either({}, lambda rng: {"attempt": rng.randrange(1, 9)})
    case.succeeds(intruder.push("wallet", files, environment="dev", **said))
    build = place.current("wallet", "dev")
    environment = case.either("prod", lambda rng: rng.choice(["preprod", "prod"]))
    with case.attack():
        case.refused_for(intruder.push("wallet", files, environment=environment, **said), "needs-promotion")
    with case.control(changes=False):
        again = case.succeeds(intruder.push("wallet", files, environment="dev", **said))
        if again["build"]["id"] != build:
            raise Broken(f"control: the same push is another build, {again['build']['id']}")


@attack("a push goes into an environment that somebody holds", "releases what was withdrawn, or during a hold", SERVE)
def a_push_during_a_hold(place, case):
    # Into a later environment that is held there are two reasons, and both are told.
    environment, reasons = case.either(("prod", ["needs-promotion", "hold"]), lambda _: ("dev", ["hold"]))
    intruder, files = place.token("register"), {"a.apk": case.bytes()}
    held = {"environment": environment, "app": "wallet", "reason": "the servers are on fire"}
    case.succeeds(place.lead.post("/api/v1/holds", held))
    try:
        with case.attack():
            refused = intruder.push("wallet", files, environment=environment)
            case.refused_for(refused, *reasons)
            case.said(refused.text, "the servers are on fire")
        # Nor does the one who pushes lift it.
        on = {"what": "environment", "environment": environment, "app": "wallet"}
        with case.attack():
            case.refused(intruder.post("/api/v1/holds/lift", {"on": on}), 403, "forbidden")
    finally:
        on = {"what": "environment", "environment": environment, "app": "wallet"}
        case.succeeds(place.lead.post("/api/v1/holds/lift", {"on": on}))
    with case.control():
        case.succeeds(intruder.push("wallet", files, environment="dev"))


@attack("a withdrawn build is released by pushing it again", "releases what was withdrawn, or during a hold", SERVE)
def a_withdrawn_build_pushed_again(place, case):
    intruder, files = place.token("register"), {"a.apk": case.bytes()}
    build = build_of(intruder.push("wallet", files, environment="dev"))
    case.succeeds(place.lead.post(f"/api/v1/builds/{build}/withdraw", {"reason": "it loses drafts"}))
    said = case.either({}, lambda rng: {"version": f"{rng.randrange(9)}.0.{rng.randrange(9)}"})
    with case.attack():
        case.refused_for(intruder.push("wallet", files, environment="dev", **said), "withdrawn")
    with case.control():
        case.succeeds(intruder.push("wallet", {"a.apk": case.bytes()}, environment="dev"))


@attack("the command line pushes into an environment whose gates it would have to pass", ROW)
def the_command_line_past_the_path(place, case):
    environment, said = hostile_push(case)
    file = place.folder / f"a-{case.varied}.apk"
    file.write_bytes(case.bytes())
    intruder = place.token("register")
    push = ["push", file, "--app", "wallet", "--version", said["version"]]
    with case.attack():
        code, text = place.cli(*push, "--environment", environment, bearer=intruder)
        case.is_so(code == 5, f"the exit code is {code}, and 5 is documented: {text}")
        case.said(text, f"{environment} is on wallet's path")
    with case.control():
        code, text = place.cli(*push, "--environment", "dev", bearer=intruder)
        if code != 0:
            raise Broken(f"control: the exit code is {code}: {text}")


def promoted(place, case, count=2):
    """Builds of `plain` that were released in preprod one after the other."""
    builds = []
    for _ in range(count):
        builds.append(build_of(place.lead.push("plain", {"a.apk": case.bytes()}, environment="dev")))
        case.succeeds(place.lead.promote(builds[-1], "preprod"))
    return builds


@attack("a rollback or a promotion goes into an environment that somebody holds", "releases what was withdrawn, or during a hold",
        SERVE)
def a_rollback_during_a_hold(place, case):
    before, _ = promoted(place, case)
    newer = build_of(place.lead.push("plain", {"a.apk": case.bytes()}, environment="dev"))
    intruder = place.token("promote", "register")
    # The hold of every app's environment stops it as that of this app alone does.
    whose = case.either({"app": "plain"}, lambda rng: rng.choice([{}, {"app": "plain"}]))
    on = {"what": "environment", "environment": "preprod", **whose}
    asked = {"reason": "x", **case.either({}, lambda rng: rng.choice([{}, {"build": before}]))}
    address = "/api/v1/apps/plain/environments/preprod/rollback"
    case.succeeds(place.lead.post("/api/v1/holds", {"environment": "preprod", "reason": "the servers are on fire", **whose}))
    try:
        with case.attack(notes=["promotion-refused"]):
            case.refused_for(intruder.post(address, asked), "hold")
            case.refused_for(intruder.promote(newer, "preprod"), "hold")
            # Nobody goes past a hold.
            past = {"bypass": {"gates": ["hold"], "reason": "it is urgent"}}
            case.refused_for(place.lead.post(address, {**asked, **past}), "bypass", "hold")
    finally:
        case.succeeds(place.lead.post("/api/v1/holds/lift", {"on": on}))
    with case.control():
        case.succeeds(intruder.post(address, asked))
    case.is_so(place.current("plain", "preprod") == before, "the rollback did not reach the environment")
    # Which stops automatic promotions there.
    place.lead.post("/api/v1/holds/lift", {"on": {"what": "automatic", "environment": "preprod", "app": "plain"}})


@attack("a withdrawn build is promoted, or gone back to", "releases what was withdrawn, or during a hold", SERVE)
def a_withdrawn_build_promoted(place, case):
    before, gone, _ = promoted(place, case, 3)
    newer = build_of(place.lead.push("plain", {"a.apk": case.bytes()}, environment="dev"))
    for build in (gone, newer):
        case.succeeds(place.lead.post(f"/api/v1/builds/{build}/withdraw", {"reason": "it loses drafts"}))
    intruder = case.either(place.lead, lambda _: place.token("promote"))
    address = "/api/v1/apps/plain/environments/preprod/rollback"
    with case.attack(notes=["promotion-refused"]):
        case.refused_for(intruder.post(address, {"reason": "x", "build": gone}), "withdrawn")
        case.refused_for(intruder.promote(newer, "preprod"), "withdrawn")
    with case.control():
        # Without a name, it is the newest that is not withdrawn.
        case.succeeds(intruder.post(address, {"reason": "x"}))
    case.is_so(place.current("plain", "preprod") == before, "the rollback does not lead to the build before")
    place.lead.post("/api/v1/holds/lift", {"on": {"what": "automatic", "environment": "preprod", "app": "plain"}})


@attack("the command line pushes and promotes in one, past a step of the path or without the permission", ROW)
def push_and_promote(place, case):
    file = place.folder / f"promoted-{case.varied}.apk"
    file.write_bytes(case.bytes())
    push = ["push", file, "--app", "wallet", "--environment", "dev", "--version", "1.0.0"]
    more = case.either([], lambda rng: rng.choice([["--json"], ["--attempt", rng.randrange(2, 9)]]))
    # What may be done by it is done before.
    registrar, promoter = place.token("register"), place.token("register", "promote")
    for bearer in (registrar, promoter):
        code, text = place.cli(*push, *more, bearer=bearer)
        if code != 0:
            raise Broken(f"the push without a promotion has the exit code {code}: {text}")
    with case.attack(notes=["promotion-refused"]):
        for bearer, to, words in ((registrar, "preprod", "promote"), (promoter, "prod", "preprod")):
            code, text = place.cli(*push, *more, "--promote", to, "--reason", "x", bearer=bearer)
            case.is_so(code == 5, f"the exit code is {code}, and 5 is documented: {text}")
            case.said(text, words)
    with case.control():
        code, text = place.cli(*push, *more, "--promote", "preprod", "--reason", "x", bearer=promoter)
        if code != 0:
            raise Broken(f"control: the exit code is {code}: {text}")
    waiting = place.lead.read("/api/v1/promotions")
    for promotion in waiting["waiting_for_you"] + waiting["others"]:
        if promotion["app"] == "wallet":
            place.lead.post(f"/api/v1/promotions/{promotion['id']}/cancel", {"reason": "it was a test"})


@attack("a promotion whose target does not exist keeps an environment to itself", "stops an environment by a promotion that cannot end")
def a_target_that_does_not_exist(place, case):
    first, second = (build_of(place.lead.push("lost", {"a.apk": case.bytes()}, environment="dev")) for _ in range(2))
    program = place.token("promote", apps=["lost"])
    asker = case.either(place.lead, lambda _: program)
    with case.attack(notes=["promotion-requested", "promotion-started", "promotion-failed"]):
        for build in (first, second):
            # The second one finds the environment free.
            promotion = case.succeeds(asker.promote(build, "prod"))
            case.is_so(promotion["state"]["is"] == "failed", f"the promotion is {promotion['state']}")
            case.said(promotion["state"]["why"], "no-such-bucket", "correct the step's target")
        # Nor does the command line take it for a release.
        code, text = place.cli("promote", second, "--to", "prod", "--reason", "x", bearer=program)
        case.is_so(code == 6, f"the exit code is {code}, and 6 is documented: {text}")
    build = build_of(place.lead.push("copied", {"a.apk": case.bytes()}, environment="dev"))
    with case.control():
        promotion = case.succeeds(place.lead.promote(build, "prod"))
        if promotion["state"]["is"] != "succeeded":
            raise Broken(f"control: the promotion is {promotion['state']}")
