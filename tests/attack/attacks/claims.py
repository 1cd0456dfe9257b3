"""Builds and runs that claim to be others: for a check to count them, or for a pipeline's approval to be given."""

from .base import SERVE, Broken, attack
from .client import build_of, quoted
from .pipelines import RELEASE, approval, deploy, package

ROW = "attests a check with their own permission to report or to register"


def checked(place, case, tested=True, registered=True):
    """A commit that went through the pipeline of end to end tests, the one that registers, or both: the commit, the run of
    the tests, and the build."""
    codepipeline = place.codepipeline
    asked = {"do": "register", "app": "checked", "environment": "dev"}
    codepipeline.declare("checked-e2e", package(), repository="checked" if tested else "nothing")
    stages = [package(), codepipeline.towpath(asked, ["Packages"])]
    codepipeline.declare("checked-dev", *stages, repository="checked" if registered else "nothing")
    codepipeline.builds("checked-dev", ("app.apk", case.bytes()))
    commit = f"{case.rng.getrandbits(160):040x}"
    run, build = None, None
    for execution in codepipeline.commit("checked", commit, "Fix the sign-in"):
        pipeline = "checked-e2e" if codepipeline.knows("checked-e2e", execution) else "checked-dev"
        if (status := codepipeline.outcome(pipeline, execution)) != "Succeeded":
            raise Broken(f"{pipeline} {status}")
        if pipeline == "checked-e2e":
            run = codepipeline.run_id(pipeline, execution)
        else:
            build = place.current("checked", "dev")
    return commit, run, build


def waits_in_vain(place, case, build):
    """A promotion of somebody who may ask does not get past the check: it waits, until it is taken back."""
    promoted = case.succeeds(place.lead.promote(build, "preprod"))
    [words] = [gate["words"] for gate in promoted["gates"] if gate["gate"] == "checks"]
    case.is_so(promoted["state"]["is"] == "waiting", f"the promotion is {promoted['state']}: {words}")
    case.said(words, "0 of 1 check passed")
    case.succeeds(place.lead.post(f"/api/v1/promotions/{promoted['id']}/cancel", {"reason": "in vain"}))


def goes_on(place, case, build):
    """The control: that of a build which a pipeline has proven to be of the commit that was tested is let through."""
    promoted = case.succeeds(place.lead.promote(build, "preprod"))
    [words] = [gate["words"] for gate in promoted["gates"] if gate["gate"] == "checks"]
    if promoted["state"]["is"] != "succeeded" or "1 of 1" not in words:
        raise Broken(f"control: the genuine build is {promoted['state']}: {words}")


TAKEN_BACK = ["promotion-requested", "promotion-canceled"]


@attack("a token pushes bytes of its own as what a tested run has made", ROW, SERVE)
def a_claimed_run(place, case):
    commit, run, _ = checked(place, case, registered=False)
    claims = case.either({"run": run}, lambda rng: rng.choice([
        {"run": run, "attempt": rng.randrange(1, 9)}, {"revision": {"commit": commit}},
        {"run": run, "revision": {"commit": commit}},
    ]))
    intruder = place.token("register", apps=["checked"], environments=["dev"])
    evil = build_of(intruder.push("checked", {"a.apk": case.bytes()}, environment="dev", **claims))
    with case.attack(notes=TAKEN_BACK):
        waits_in_vain(place, case, evil)
    _, _, genuine = checked(place, case)
    with case.control():
        goes_on(place, case, genuine)


@attack("a token reports that its own build has passed the tests", ROW, SERVE)
def a_reported_run(place, case):
    intruder = place.token("register", "report", apps=["checked"], environments=["dev"])
    commit = f"{case.rng.getrandbits(160):040x}"
    push = {"environment": "dev", "revision": {"commit": commit}}
    evil = build_of(intruder.push("checked", {"a.apk": case.bytes()}, **push))
    execution = f"e-{case.rng.getrandbits(64):016x}"
    events = [event(place, "checked-e2e", execution, commit, state) for state in ("STARTED", "SUCCEEDED")]
    many = case.either(1, lambda rng: rng.randrange(2, 5))
    with case.attack(notes=TAKEN_BACK):
        for _ in range(many):
            for each in events:
                case.succeeds(intruder.post("/api/v1/events", each))
        waits_in_vain(place, case, evil)
    # On a local portal, the same from its one user is proven. Elsewhere it has to come from the pipeline.
    local = place.name == "serve"
    commit, _, genuine = checked(place, case, tested=not local)
    with case.control():
        if local:
            for state in ("STARTED", "SUCCEEDED"):
                case.succeeds(place.lead.post("/api/v1/events", event(place, "checked-e2e", f"{execution}-2", commit, state)))
        goes_on(place, case, genuine)


def event(place, pipeline, execution, commit, state, time="2026-11-20T10:00:00Z"):
    """What EventBridge would say of an execution."""
    codepipeline = place.codepipeline
    return {
        "version": "0",
        "id": f"{execution}-{state}-{time}",
        "detail-type": "CodePipeline Pipeline Execution State Change",
        "source": "aws.codepipeline",
        "account": codepipeline.account,
        "time": time,
        "region": codepipeline.region,
        "resources": [f"arn:aws:codepipeline:{codepipeline.region}:{codepipeline.account}:{pipeline}"],
        "detail": {
            "pipeline": pipeline,
            "execution-id": execution,
            "state": state,
            "version": 1.0,
            "execution-trigger": {"trigger-type": "WebhookV2", "commit-id": commit},
        },
    }


@attack("a token reports that the pipeline which carries a promotion out has ended", ROW, SERVE)
def a_reported_end(place, case):
    codepipeline = place.codepipeline
    codepipeline.declare("deployed-release", package(), codepipeline.towpath(RELEASE))
    codepipeline.holds("deployed-release", "Package")
    build = build_of(place.lead.push("deployed", {"a.apk": case.bytes()}, environment="dev"))
    promotion = case.succeeds(place.lead.promote(build, "prod"))["id"]
    run = place.lead.read(f"/api/v1/promotions/{promotion}")["promotion"]["run"]
    execution = run.rsplit("/", 1)[-1]
    codepipeline.at_work("deployed-release", execution, "Package")
    # By clocks that are long over, or far ahead.
    times = case.either(["2026-11-20T10:00:00Z"], lambda rng: [f"{rng.randrange(2000, 2026)}-01-02T03:04:05Z",
                                                               f"{rng.randrange(2030, 2100)}-01-02T03:04:05Z"])
    intruder = place.token("report")
    with case.attack():
        for state in ("SUCCEEDED", "FAILED"):
            for time in times:
                case.succeeds(intruder.post("/api/v1/events", event(place, "deployed-release", execution, "0" * 40, state, time)))
        case.is_so(place.promotion(promotion) == "running", f"the promotion is {place.promotion(promotion)}")
        found = place.lead.read(f"/api/v1/runs/{quoted(run)}")["run"]["status"]
        case.is_so(found == "running", f"the run is {found}")
    with case.control():
        codepipeline.goes_on("deployed-release")
        codepipeline.outcome("deployed-release", execution)
        if (state := place.promotion(promotion)) != "succeeded":
            raise Broken(f"control: the promotion is {state}")


@attack("an approval is given to an execution with other bytes, since a harmless build claims to be of it",
        "gets other bytes approved than people saw", SERVE)
def a_claimed_approval(place, case):
    codepipeline = place.codepipeline
    codepipeline.declare("trusting-release", package(), approval(), deploy())
    waiting = codepipeline.start("trusting-release")
    codepipeline.at_work("trusting-release", waiting, "Ask")
    claims = {"run": codepipeline.run_id("trusting-release", waiting)}
    claims |= case.either({}, lambda rng: {"attempt": rng.randrange(1, 9)})
    intruder = place.token("register", apps=["trusting"], environments=["dev"])
    harmless = build_of(intruder.push("trusting", {"a.apk": case.bytes()}, environment="dev", **claims))
    with case.attack(notes=["promotion-requested", "promotion-started", "promotion-failed"]):
        promoted = case.succeeds(place.lead.promote(harmless, "prod"))
        case.is_so(promoted["state"]["is"] == "failed", f"the promotion is {promoted['state']}")
        case.said(promoted["state"]["why"], "carries build")
        asks = codepipeline.action("trusting-release", waiting, "Ask")
        case.is_so(asks["status"] == "InProgress", f"the approval is {asks['status']}")
    # Of the pipeline that registers what it has built, the same promotion answers the approval.
    asked = {"do": "register", "app": "approved", "environment": "dev"}
    stages = [package(), codepipeline.towpath(asked, ["Packages"]), approval(), deploy()]
    codepipeline.declare("approved-release", *stages)
    codepipeline.builds("approved-release", ("app.apk", case.bytes()))
    execution = codepipeline.start("approved-release")
    codepipeline.at_work("approved-release", execution, "Ask")
    with case.control():
        case.succeeds(place.lead.promote(place.current("approved", "dev"), "prod"))
        if (status := codepipeline.outcome("approved-release", execution)) != "Succeeded":
            raise Broken(f"control: the pipeline {status}")
