"""The audit log, filled by someone who may not do anything, and edited behind the portal's back."""

import json

from .base import ACTION, SERVE, Broken, attack
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
        actions = {entry[ACTION] for entry in place.entries_between(before, place.entries())}
        if actions != {"promotion-refused"}:
            raise Broken(f"control: the audit log gained {actions}")


def reasons(answer):
    """Why a promotion was declined; whatever it is, but that it was not for the caller to ask."""
    return [refusal["kind"] for refusal in answer.json["refusals"]]


@attack("somebody who may write to the table alters or removes an entry", "removes or changes an entry of the audit log", SERVE)
def entries_behind_the_portal(place, case):
    entries = place.lead.read("/api/v1/audit?limit=100")["entries"]["items"]
    victim = case.either(entries[-1], lambda rng: rng.choice(entries))
    how = case.either(altered, lambda rng: rng.choice([altered, removed]))
    key = {"pk": {"S": f"AUDIT#{victim['at'][:7]}"}, "sk": {"S": f"{victim['number']:012}"}}
    kept = dynamodb(place, "GetItem", Key=key)["Item"]
    with case.attack():
        how(place, kept, key)
        try:
            found = place.lead.read("/api/v1/audit/verify")["findings"]
            code, said = place.cli("audit", "verify")
        finally:
            dynamodb(place, "PutItem", Item=kept)
        numbers = [finding["number"] for finding in found]
        case.is_so(victim["number"] in numbers, f"entry {victim['number']} was {how.__name__}, and verification found {found}")
        case.is_so(code == 7, f"towpath audit verify ended with {code}: {said}")
    with case.control():
        on = {"what": "environment", "environment": "preprod"}
        case.succeeds(place.lead.post("/api/v1/holds", {"environment": "preprod", "reason": case.unique()}))
        case.succeeds(place.lead.post("/api/v1/holds/lift", {"on": on}))
        found = place.lead.read("/api/v1/audit/verify")["findings"]
        if found:
            raise Broken(f"control: the log is as it was written, and verification found {found}")


def altered(place, item, _key):
    dynamodb(place, "PutItem", Item={**item, "reason": {"S": "nothing happened"}})


def removed(place, _item, key):
    dynamodb(place, "DeleteItem", Key=key)


def dynamodb(place, operation, **body):
    headers = {"content-type": "application/x-amz-json-1.0", "x-amz-target": f"DynamoDB_20120810.{operation}"}
    written = json.dumps({"TableName": "towpath", **body}).encode()
    answer = place.lead.ask("POST", place.dynamodb, headers, written)
    if answer.status != 200:
        raise AssertionError(f"{operation}: {answer.status} {answer.text[:400]}")
    return answer.json
