"""Jobs of CodePipeline: what the owner of one pipeline can make the portal do to the builds of another team.

The simulator hands the jobs out, answers what Towpath asks about them, and puts variables into `UserParameters` without
escaping, all as CodePipeline does.
"""

import json
import re

from .base import SERVE, Broken, attack
from .client import build_of
from .pipelines import RELEASE, package

ROW = "registers or releases builds of another app, or ends another pipeline's promotion, by what their pipeline says"
ENDLESS = "stops an environment by a promotion that cannot end"
MISTAKE = "ConfigurationError"


def job(place, pipeline, parameters, **variables):
    """Starts a pipeline whose action hands this job to the portal; gives the execution once it ended."""
    codepipeline = place.codepipeline
    codepipeline.declare(pipeline, codepipeline.towpath(parameters))
    execution = codepipeline.start(pipeline, **variables)
    codepipeline.outcome(pipeline, execution)
    return execution


def refused(case, pipeline, execution, *words, kind=MISTAKE):
    """The action failed with these words; as a mistake of the pipeline's owner, unless it says another kind."""
    codepipeline = case.place.codepipeline
    status = codepipeline.action(pipeline, execution, "Towpath")["status"]
    if status != "Failed":
        raise Broken(f"the action {status}")
    found, message = codepipeline.code(pipeline, execution), codepipeline.message(pipeline, execution)
    if found != kind:
        raise Broken(f"expected {kind}, and it is {found}: {message}")
    case.said(message, *words)


def succeeded(case, pipeline, execution):
    """The control's execution."""
    codepipeline = case.place.codepipeline
    status = codepipeline.action(pipeline, execution, "Towpath")["status"]
    if status != "Succeeded":
        raise Broken(f"control: the action {status}: {codepipeline.message(pipeline, execution)}")


def stranger(case):
    """The name of a pipeline that no entry of the configuration has."""
    return case.either("no-such-pipeline", lambda rng: f"nightly-{rng.randrange(1 << 30)}")


@attack("a pipeline that is in no entry of the configuration releases another team's build", ROW, SERVE)
def a_release_by_a_stranger(place, case):
    build = build_of(place.lead.push("loose", {"a.apk": case.bytes()}))
    asked = {"do": "release", "app": "loose", "environment": "prod", "build": build}
    # Once with the name of a pipeline that may, which is only what it says.
    said = case.either({"pipeline": "loose-prod", "execution": "e-1"}, lambda _: {})
    words = case.either(['Remove "pipeline"'], lambda _: ["may not move builds of loose to prod", "[[pipelines]]"])
    pipeline = stranger(case)
    with case.attack():
        refused(case, pipeline, job(place, pipeline, asked | said), *words)
    with case.control():
        succeeded(case, "loose-prod", job(place, "loose-prod", asked))


@attack("a pipeline that is in no entry of the configuration asks for a promotion", ROW, SERVE)
def a_gate_of_a_stranger(place, case):
    build = build_of(place.lead.push("plain", {"a.apk": case.bytes()}, environment="dev"))
    asked = {"do": "gate", "app": "plain", "environment": "preprod", "build": build}
    # One that is known, but of another app, is no better.
    pipeline = case.either("no-such-pipeline", lambda rng: rng.choice(["shop-dev", "wallet-preprod"]))
    with case.attack():
        execution = job(place, pipeline, asked)
        refused(case, pipeline, execution, "may not move builds of plain to preprod")
    with case.control():
        succeeded(case, "plain-preprod", job(place, "plain-preprod", asked))


@attack("a pipeline registers builds of another team's app", ROW, SERVE)
def a_registration_for_another_app(place, case):
    codepipeline = place.codepipeline
    environment = case.either("dev", lambda rng: rng.choice(["dev", None]))

    def registers(app):
        asked = {"do": "register", "app": app, **({"environment": environment} if environment else {})}
        codepipeline.declare("shop-dev", package(), codepipeline.towpath(asked, ["Packages"]))
        codepipeline.builds("shop-dev", ("app.apk", case.bytes()))
        execution = codepipeline.start("shop-dev")
        codepipeline.outcome("shop-dev", execution)
        return execution

    with case.attack():
        refused(case, "shop-dev", registers("wallet"), "may not register builds of wallet", "[[pipelines]]")
    with case.control():
        succeeded(case, "shop-dev", registers("shop"))


@attack("a pipeline releases into its own environment without the promotion that the path asks for",
        "releases by a push or a job where a promotion is asked for", SERVE)
def a_release_past_the_path(place, case):
    build = build_of(place.lead.push("wallet", {"a.apk": case.bytes()}, environment="dev"))
    asked = {"do": "release", "app": "wallet", "environment": "preprod", "build": build}
    said = case.either({}, lambda rng: {"promotion": " " * rng.randrange(1, 5)})
    with case.attack():
        execution = job(place, "wallet-preprod", asked | said)
        refused(case, "wallet-preprod", execution, "preprod is on wallet's path")
    build = build_of(place.lead.push("loose", {"a.apk": case.bytes()}))
    with case.control():
        asked |= {"app": "loose", "environment": "prod", "build": build}
        succeeded(case, "loose-prod", job(place, "loose-prod", asked | said))


@attack("a pipeline registers a build straight into an environment whose gates it would have to pass",
        "releases by a push or a job where a promotion is asked for", SERVE)
def a_registration_past_the_path(place, case):
    codepipeline = place.codepipeline

    def registers(**where):
        asked = {"do": "register", "app": "wallet", **where}
        codepipeline.declare("wallet-preprod", package(), codepipeline.towpath(asked, ["Packages"]))
        codepipeline.builds("wallet-preprod", (case.either("app.apk", lambda rng: f"app-{rng.randrange(99)}.apk"), case.bytes()))
        execution = codepipeline.start("wallet-preprod")
        codepipeline.outcome("wallet-preprod", execution)
        return execution

    with case.attack():
        refused(case, "wallet-preprod", registers(environment="preprod"), "preprod is on wallet's path")
    with case.control():
        succeeded(case, "wallet-preprod", registers())


@attack("a pipeline releases by a promotion that somebody has abandoned", ENDLESS, SERVE)
def an_abandoned_promotion(place, case):
    codepipeline = place.codepipeline
    codepipeline.declare("deployed-release", package(), codepipeline.towpath(RELEASE))
    codepipeline.holds("deployed-release", "Package")
    builds = [build_of(place.lead.push("deployed", {"a.apk": case.bytes()}, environment="dev")) for _ in range(2)]
    promotion = case.succeeds(place.lead.promote(builds[0], "prod"))["id"]
    execution = execution_of(place, promotion)
    intruder = place.token("promote", "hold", "withdraw")
    reason = {"reason": case.either("it hangs", lambda rng: f"it hangs {rng.random()}")}
    with case.attack():
        # While it is under way nothing else starts there, and no token ends it.
        case.refused(intruder.post(f"/api/v1/promotions/{promotion}/abandon", reason), 403, "forbidden")
        case.refused(place.lead.post(f"/api/v1/promotions/{promotion}/cancel", reason), 409, "conflict")
    case.succeeds(place.lead.post(f"/api/v1/promotions/{promotion}/abandon", reason))
    with case.attack():
        codepipeline.goes_on("deployed-release")
        codepipeline.outcome("deployed-release", execution)
        refused(case, "deployed-release", execution, "abandoned", kind="JobFailed")
    with case.control():
        again = case.succeeds(place.lead.promote(builds[1], "prod"))["id"]
        execution = execution_of(place, again)
        codepipeline.outcome("deployed-release", execution)
        succeeded(case, "deployed-release", execution)
        if place.current("deployed", "prod") != builds[1]:
            raise Broken(f"control: the promotion is {place.promotion(again)}")


def execution_of(place, promotion):
    """The execution that carries a promotion out."""
    found = place.lead.read(f"/api/v1/promotions/{promotion}")["promotion"]
    return found["run"].rsplit("/", 1)[-1]


VERSION = '1.0","type":"PLAINTEXT"},{"name":"DEPLOY_SCRIPT","value":"tool/other.sh'


@attack("a build's version adds variables to the job that deploys it", "makes a version part of a deployment's variables", SERVE)
def a_version_with_structure(place, case):
    codepipeline = place.codepipeline
    codepipeline.declare("deployed-release", codepipeline.towpath(RELEASE))
    hostile = case.either(VERSION, lambda rng: "1." + "".join(rng.choices('",:{}[]\\\'$`#', k=12)) + str(rng.randrange(99)))

    def variables(version):
        """What the pipeline is started with."""
        build = build_of(place.lead.push("deployed", {"a.apk": case.bytes()}, environment="dev", version=version))
        promotion = case.succeeds(place.lead.promote(build, "prod"))["id"]
        execution = execution_of(place, promotion)
        codepipeline.outcome("deployed-release", execution)
        found = codepipeline.call("GetPipelineExecution", pipelineName="deployed-release", pipelineExecutionId=execution)
        return {each["name"]: each["resolvedValue"] for each in found["pipelineExecution"]["variables"]}

    with case.control():
        started, usual = variables(hostile), variables("5.2.0")
        if usual["version"] != "5.2.0":
            raise Broken(f"control: the version is {usual['version']}")
    with case.attack():
        strange = {name: value for name, value in started.items() if not re.fullmatch(r"[A-Za-z0-9._+ -]*", value)}
        case.is_so(not strange, f"the pipeline is started with {strange}")
        case.is_so(started["version"].strip() not in ("", "5.2.0"), f"its version is {started['version']}")


@attack("a pipeline ends a promotion that another pipeline carries out", ROW, SERVE)
def anothers_promotion(place, case):
    codepipeline = place.codepipeline
    codepipeline.declare("deployed-release", package(), codepipeline.towpath(RELEASE))
    codepipeline.holds("deployed-release", "Package")
    build = build_of(place.lead.push("deployed", {"a.apk": case.bytes()}, environment="dev"))
    promotion = case.succeeds(place.lead.promote(build, "prod"))["id"]
    # The one feeds the same environment; the other may nothing.
    pipeline = case.either("deployed-prod", lambda rng: rng.choice(["deployed-prod", stranger(case)]))
    with case.attack():
        execution = job(place, pipeline, RELEASE, build=build, promotion=promotion)
        words = f"is not carried out by the pipeline {pipeline}" if pipeline == "deployed-prod" else "may not move builds"
        refused(case, pipeline, execution, words)
    with case.control():
        codepipeline.goes_on("deployed-release")
        execution = execution_of(place, promotion)
        codepipeline.outcome("deployed-release", execution)
        succeeded(case, "deployed-release", execution)
        if (state := place.promotion(promotion)) != "succeeded":
            raise Broken(f"control: the promotion is {state}")


MESSAGE = 'Fix typo","app":"shop","environment":"prod","branch":"main'


def hostile_message(rng):
    """A commit message that becomes structure between the quotation marks of a JSON text."""
    members = [
        ("app", "shop"), ("environment", "prod"), ("do", "release"), ("execution", "e-1"), ("pipeline", "shop-dev"),
    ]
    name, value = rng.choice(members)
    letter = rng.choice([name[0], f"\\u{ord(name[0]):04x}"])
    return f'Tidy up {rng.randrange(100)}","{letter}{name[1:]}":"{value}","branch":"main'


@attack("the message of a commit chooses another app and environment",
        "makes a commit's message, or any other text, part of what is asked for", SERVE)
def a_commit_message(place, case):
    codepipeline = place.codepipeline
    # What earlier versions recommended.
    template = {
        "do": "register", "app": "wallet", "environment": "dev", "pipeline": "wallet-dev",
        "execution": "#{codepipeline.PipelineExecutionId}", "commit": "#{Source.CommitId}",
        "message": "#{Source.CommitMessage}",
    }
    codepipeline.declare("wallet-dev", package(), codepipeline.towpath(json.dumps(template), ["Packages"]))

    def commits(message):
        codepipeline.builds("wallet-dev", ("app.apk", case.bytes()))
        [execution] = codepipeline.commit("wallet-dev", f"{case.rng.getrandbits(160):040x}", message)
        codepipeline.outcome("wallet-dev", execution)
        return execution

    with case.attack():
        execution = commits(case.either(MESSAGE, hostile_message))
        refused(case, "wallet-dev", execution, "is there twice", "without commit messages")
    with case.control():
        succeeded(case, "wallet-dev", commits(case.either("Fix typo", lambda rng: f"Tidy up {rng.randrange(100)}")))


@attack("anyone who starts a pipeline approves, as the second person, what its gate asked for",
        "starts a pipeline that asks for the promotion, and approves it as the second person", SERVE)
def the_second_person(place, case):
    codepipeline = place.codepipeline
    pusher, *others = [place.person(name) for name in place.approvers] or [place.lead]
    build = build_of(pusher.push("wallet", {"a.apk": case.bytes()}, environment="dev"))
    asked = {"do": "gate", "app": "wallet", "environment": "preprod", "build": build}
    more = case.either({}, lambda rng: {"promotion": " " * rng.randrange(1, 5)})
    codepipeline.declare("wallet-preprod", codepipeline.towpath(asked | more))
    execution = codepipeline.start("wallet-preprod")
    said = codepipeline.waits("wallet-preprod", execution, "Towpath")
    waiting = place.lead.read("/api/v1/promotions")
    [promotion] = [each for each in waiting["waiting_for_you"] + waiting["others"] if each["build"] == build]
    address = f"/api/v1/promotions/{promotion['id']}"
    agrees = {"digest": promotion["digest"], "comment": "I looked at it myself"}
    with case.attack(notes=["approved"]):
        case.said(str(said), "needs 2 approvals", "no person asked")
        answer = pusher.post(f"{address}/approve", agrees)
        # The approval counts as the one that it is, or the portal's one user is not asked at all.
        if answer.status != 200:
            case.refused(answer, 403, "forbidden")
        if (state := place.promotion(promotion["id"])) != "waiting":
            raise Broken(f"after one approval the promotion is {state}")
        again = pusher.post(f"{address}/approve", agrees)
        case.is_so(again.status in (403, 409), f"a second approval of the same person is answered {again.status}")
    if others:
        with case.control():
            case.succeeds(others[0].post(f"{address}/approve", agrees))
            codepipeline.outcome("wallet-preprod", execution)
            succeeded(case, "wallet-preprod", execution)
        return
    case.succeeds(place.lead.post(f"{address}/reject", {"reason": "not today"}))
    codepipeline.outcome("wallet-preprod", execution)
    # The same job for a step that asks for nobody's approval.
    build = build_of(place.lead.push("plain", {"a.apk": case.bytes()}, environment="dev"))
    with case.control():
        asked |= {"app": "plain", "build": build}
        succeeded(case, "plain-preprod", job(place, "plain-preprod", asked | more))
