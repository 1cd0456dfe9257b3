"""The audit log, filled by whoever may not do anything."""

from .base import SERVE, Broken, attack
from .client import build_of

# A log that grows at all is found with as few.
REQUESTS = 12


@attack("a token that may only look fills the audit log with requests", "fills the audit log with what they may not ask for",
        SERVE)
def requests_without_a_right(place, case):
    # Over another one, to which somebody else could go back.
    for _ in range(2):
        build = build_of(place.lead.push("wallet", {"a.apk": case.bytes()}, environment="dev"))
    may = case.either(["view"], lambda rng: [rng.choice(["view", "download", "register", "audit"])])
    to = case.either("prod", lambda rng: rng.choice(["preprod", "prod", "dev"]))
    intruder = place.token(*may)
    with case.attack():
        for _ in range(REQUESTS):
            case.refused(intruder.promote(build, to), 403, "forbidden")
        case.refused(intruder.post("/api/v1/apps/wallet/environments/dev/rollback", {"reason": "x"}), 403, "forbidden")
        case.refused(intruder.post("/api/v1/holds", {"environment": "prod", "reason": "x"}), 403, "forbidden")
    # A request of somebody who may ask, and is refused for what they ask, is noted.
    allowed = place.token("promote")
    with case.control():
        before = place.entries()
        case.refused_for(allowed.promote(build, "prod"), *reasons(allowed.promote(build, "prod")))
        deeds = {entry["deed"] for entry in place.entries_between(before, place.entries())}
        if deeds != {"promotion-refused"}:
            raise Broken(f"control: the audit log gained {deeds}")


def reasons(answer):
    """Why a promotion was declined; whatever it is, but that it was not for the caller to ask."""
    return [refusal["kind"] for refusal in answer.json["refusals"]]
