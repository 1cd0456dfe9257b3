"""Builds that are withdrawn by those who may not, by another verb or for another environment."""

from .base import SERVE, Broken, attack
from .client import build_of

ROW = "uses a token for more, or longer"


def released(place, case, environment="preprod"):
    """A build of `plain` that is current there, over another one; the build, and that one."""
    builds = []
    for _ in range(2):
        builds.append(build_of(place.lead.push("plain", {"a.apk": case.bytes()}, environment="dev")))
        case.succeeds(place.lead.promote(builds[-1], environment))
    return builds[1], builds[0]


@attack("a token that may only promote withdraws a build everywhere, by a rollback", ROW, SERVE)
def a_rollback_that_withdraws(place, case):
    build, _ = released(place, case)
    where = case.either({}, lambda rng: {"apps": ["plain"], **rng.choice([{}, {"environments": ["preprod"]}])})
    intruder, asked = place.token("promote", **where), {"reason": case.either("x", lambda rng: f"x{rng.random()}"), "withdraw": True}
    address = "/api/v1/apps/plain/environments/preprod/rollback"
    with case.attack():
        case.refused(intruder.post(f"/api/v1/builds/{build}/withdraw", {"reason": "x"}), 403, "forbidden")
        case.refused(intruder.post(address, asked), 403, "forbidden")
    allowed = place.token("promote", "withdraw", apps=["plain"])
    with case.control():
        case.succeeds(allowed.post(address, asked))
    if "withdrawn" not in place.lead.read(f"/api/v1/builds/{build}"):
        raise Broken("control: the rollback did not withdraw the build")


@attack("a token for dev withdraws what a later environment serves", ROW, SERVE)
def a_withdrawal_for_another_environment(place, case):
    build, before = released(place, case)
    where = case.either({"environments": ["dev"]}, lambda rng: {"apps": ["plain"], "environments": rng.choice([["dev"], ["dev", "prod"]])})
    intruder, reason = place.token("withdraw", **where), {"reason": "a vulnerability, they say"}
    with case.attack():
        # Nor one that somebody could go back to there.
        for each in (build, before):
            case.refused(intruder.post(f"/api/v1/builds/{each}/withdraw", reason), 403, "forbidden")
    allowed = place.token("withdraw", apps=["plain"], environments=["dev", "preprod"])
    with case.control():
        case.succeeds(allowed.post(f"/api/v1/builds/{build}/withdraw", reason))
    # What was served before does not come back by it: that is for somebody to decide.
    if (served := place.current("plain", "preprod")) is not None:
        raise Broken(f"after a withdrawal, preprod serves {served}")


@attack("anyone who may not restore gives a withdrawn build out again", ROW, SERVE)
def a_restoration(place, case):
    build, _ = released(place, case)
    case.succeeds(place.lead.post(f"/api/v1/builds/{build}/withdraw", {"reason": "it loses drafts"}))
    may, where = case.either((["promote", "register"], {}), lambda rng: (["withdraw"], {"environments": ["dev"]}))
    intruder, allowed = place.token(*may, **where), place.token("withdraw")
    with case.attack():
        case.refused(intruder.post(f"/api/v1/builds/{build}/restore", {"reason": "x"}), 403, "forbidden")
    with case.control():
        case.succeeds(allowed.post(f"/api/v1/builds/{build}/restore", {"reason": "it was another one"}))


@attack("a build cannot be withdrawn, or is released again, since there are more environments than one write takes",
        "releases what was withdrawn, or during a hold")
def a_withdrawal_from_many_environments(place, case):
    count, released_in = case.either((98, 1), lambda rng: (rng.randrange(99, 150), rng.randrange(1, 6)))
    config = '[[apps]]\nid = "many"\nname = "Many"\n' + "".join(
        f'[[environments]]\nid = "e{number}"\nname = "E{number}"\ncolour = "#2e7d32"\n' for number in range(count)
    )
    files, reason = {"a.apk": case.bytes()}, {"reason": "it loses drafts"}
    with place.another(config) as lead:
        for number in range(released_in):
            build = build_of(lead.push("many", files, environment=f"e{number}"))
        address = f"/api/v1/builds/{build}"
        with case.attack():
            case.succeeds(lead.post(f"{address}/withdraw", reason))
            case.is_so("withdrawn" in lead.read(address), "the build is not withdrawn")
            for number in range(released_in + 1):
                case.refused_for(lead.push("many", files, environment=f"e{number}"), "withdrawn")
                served = lead.read(f"/api/v1/apps/many/environments/e{number}").get("current")
                case.is_so(served is None, f"e{number} serves {served}")
        with case.control(changes=False):
            # The log is the other portal's.
            case.succeeds(lead.post(f"{address}/restore", reason))
            case.succeeds(lead.push("many", files, environment=f"e{released_in}"))


@attack("the command line withdraws by a rollback, with a token that may only promote", ROW)
def a_rollback_from_the_command_line(place, case):
    _, before = released(place, case)
    rollback = ["rollback", "--app", "plain", "--environment", "preprod", "--reason", "x", "--withdraw"]
    more = case.either([], lambda rng: rng.choice([["--json"], ["--build", before]]))
    intruder, allowed = place.token("promote"), place.token("promote", "withdraw")
    with case.attack():
        code, text = place.cli(*rollback, *more, bearer=intruder)
        case.is_so(code == 5, f"the exit code is {code}, and 5 is documented: {text}")
    with case.control():
        code, text = place.cli(*rollback, *more, bearer=allowed)
        if code != 0:
            raise Broken(f"control: the exit code is {code}: {text}")
