"""Gates that people set up, and approvals."""

from .base import PEOPLE, SERVE, Broken, attack
from .client import build_of

GATE = """
[[apps]]
id = "wallet"
name = "Wallet"
[[environments]]
id = "dev"
name = "Development"
colour = "#2e7d32"
[[environments]]
id = "prod"
name = "Production"
colour = "#b3261e"
[[paths]]
[[paths.steps]]
environment = "dev"
[[paths.steps]]
environment = "prod"
"""


@attack("a gate is set up that can never close", "goes past a gate")
def a_gate_that_cannot_close(place, case):
    most = case.either(
        {"critical": 0, "high": 0},
        lambda rng: {severity: rng.randrange(9) for severity in rng.sample(["critical", "high", "medium", "low"], 2)},
    )
    findings = ", ".join(f"{severity} = {count}" for severity, count in most.items())
    file = place.folder / "gate.toml"
    with case.attack():
        file.write_text(f"{GATE}findings = {{ {findings} }}\n")
        code, text = place.cli("config", "check", file)
        case.is_so(code == 5, f"the exit code is {code}, and 5 is documented: {text}")
        case.said(text, "findings")
        # Nor does a portal start with it.
        code, text = place.cli("serve", "--config", file, "--data", place.folder / "other", "--listen", "127.0.0.1:0")
        case.is_so(code not in (0, None), "a portal starts with it")
        case.said(text, "findings")
    with case.control(changes=False):
        file.write_text(GATE + 'soak = "2h"\n')
        code, text = place.cli("config", "check", file)
        if code != 0:
            raise Broken(f"control: the exit code is {code}: {text}")


@attack("somebody approves what they asked for themselves, also through a token",
        "approves their own request, also through a token, another address or another spelling", PEOPLE)
def an_approval_of_ones_own(place, case):
    app, first, gated = place.gated
    asker, approver = (place.person(name) for name in place.approvers[:2])
    build = build_of(place.lead.push(app, {"a.apk": case.bytes()}, environment=first))
    asked = case.succeeds(approver.promote(build, gated))
    # With a token the request is its owner's all the same.
    agrees = {"digest": asked["digest"], "comment": case.either("looks good", lambda rng: f"looks good {rng.random()}")}
    address, program = f"/api/v1/promotions/{asked['id']}", place.token("promote", "withdraw")
    with case.attack(notes=["approval-refused"]):
        case.refused(approver.post(f"{address}/approve", agrees), 403, "forbidden")
        case.refused(program.post(f"{address}/approve", agrees), 403, "forbidden")
    case.succeeds(approver.post(f"{address}/cancel", {"reason": "the other way round"}))
    asked = case.succeeds(asker.promote(build, gated))
    with case.control():
        agreed = case.succeeds(approver.post(f"/api/v1/promotions/{asked['id']}/approve", agrees))
    clear(place, agreed)


@attack("an approval is given for other bytes than those that people saw", "gets other bytes approved than people saw", PEOPLE)
def an_approval_of_other_bytes(place, case):
    app, first, gated = place.gated
    asker, approver = (place.person(name) for name in place.approvers[:2])
    build = build_of(place.lead.push(app, {"a.apk": case.bytes()}, environment=first))
    asked = case.succeeds(asker.promote(build, gated))
    address = f"/api/v1/promotions/{asked['id']}/approve"
    seen = case.either("0" * 64, lambda rng: f"{rng.getrandbits(256):064x}")
    with case.attack(notes=["approval-refused"]):
        case.refused(approver.post(address, {"digest": seen}), 409, "conflict")
    with case.control():
        agreed = case.succeeds(approver.post(address, {"digest": asked["digest"]}))
    clear(place, agreed)


@attack("one person approves twice where two have to", "approves twice where two people have to", PEOPLE)
def two_approvals_of_one_person(place, case):
    app, first, gated = place.gated
    asker, approver = (place.person(name) for name in place.approvers[:2])
    builds = [build_of(place.lead.push(app, {"a.apk": case.bytes()}, environment=first)) for _ in range(2)]
    again = case.either([{}], lambda rng: [{"comment": f"looks good {rng.random()}"} for _ in range(rng.randrange(2, 5))])

    def approves(asked, **more):
        return approver.post(f"/api/v1/promotions/{asked['id']}/approve", {"digest": asked["digest"], **more})

    asked = case.succeeds(asker.promote(builds[0], gated))
    # The first one counts, and is noted.
    with case.attack(notes=["approved", "approval-refused"]):
        case.succeeds(approves(asked))
        for more in again:
            case.refused(approves(asked, **more), 409, "conflict")
        found = place.lead.read(f"/api/v1/promotions/{asked['id']}")["promotion"]
        case.is_so(found["state"]["is"] == "waiting", f"the promotion is {found['state']}")
        case.is_so(len(found["approvals"]) == 1, f"it has the approvals {found['approvals']}")
    clear(place, asked)
    asked = case.succeeds(asker.promote(builds[1], gated))
    # Another promotion has not had theirs.
    with case.control():
        case.succeeds(approves(asked))
    clear(place, asked)


def clear(place, promotion):
    """Takes a promotion back that waits for more approvals."""
    if promotion["state"]["is"] == "waiting":
        place.lead.post(f"/api/v1/promotions/{promotion['id']}/cancel", {"reason": "it was a test"})


@attack("a token approves, makes a token, shares, or abandons a promotion", "uses a token for more, or longer", SERVE)
def what_is_for_people(place, case):
    build = build_of(place.lead.push("wallet", {"a.apk": case.bytes()}, environment="dev"))
    asked = case.succeeds(place.lead.promote(build, "preprod"))
    everything = ["view", "download", "register", "report", "promote", "hold", "withdraw", "audit"]
    may = case.either(everything, lambda rng: rng.sample(everything, 3) + ["promote"])
    intruder = place.token(*sorted(set(may)))
    token = {"label": "more", "permit": {"may": ["view"]}, "hours": 1}
    address = f"/api/v1/promotions/{asked['id']}"
    link = {"to": {"kind": "build", "build": build}, "hours": 1}
    with case.attack():
        case.refused(intruder.post(f"{address}/approve", {"digest": asked["digest"]}), 403, "forbidden")
        case.refused(intruder.post(f"{address}/abandon", {"reason": "x"}), 403, "forbidden")
        case.refused(intruder.post("/api/v1/tokens", token), 403, "forbidden")
        case.refused(intruder.post("/api/v1/links", link), 403, "forbidden")
    with case.control():
        # What any of them may: taking back what its owner asked for.
        case.succeeds(intruder.post(f"{address}/cancel", {"reason": "another time"}))
