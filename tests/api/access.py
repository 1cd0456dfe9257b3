"""Checks of our own for schemathesis: who may succeed at what, and that nobody reads of an app that they may not see."""

import itertools
import json
import os
import urllib.parse

import schemathesis

EVERYONE = {"viewer", "tester", "developer", "release-manager", "auditor", "admin", "admins"}
DOWNLOADS = {"tester", "developer", "release-manager", "admin", "admins"}
REGISTERS = {"developer", "release-manager", "admin", "admins"}
MANAGES = {"release-manager", "admin", "admins"}

# Who may succeed at each operation, of whatever app. An operation without a line fails.
MAY = {
    **dict.fromkeys(
        ["overview", "apps", "app", "builds", "uploads", "runs", "environment", "releases", "build", "run", "promotions", "promotion",
         "options", "promotion_history", "holds", "compare",
         # One's own alone: others' are not found.
         "links", "revoke_link", "tokens", "make_token", "revoke_token"],
        EVERYONE,
    ),
    # Of what is kept of people, one's own.
    **dict.fromkeys(["me", "sessions", "end_session", "end_other_sessions", "export_person"], EVERYONE | {"nobody"}),
    **dict.fromkeys(["end_all_sessions", "erase_person", "access", "configuration"], {"admins"}),
    **dict.fromkeys(["file", "latest"], DOWNLOADS),
    **dict.fromkeys(["start_upload", "upload", "complete_upload", "make_link"], REGISTERS),
    **dict.fromkeys(
        ["request_promotion", "approve", "reject", "cancel", "abandon", "rollback", "hold_environment", "lift_hold", "withdraw", "restore"], MANAGES
    ),
    "downloads": {"auditor", "admin", "admins"},
    **dict.fromkeys(["unassigned_pipelines", "unassigned_runs", "receive_events", "audit", "audit_seals", "verify_audit"], {"admins"}),
}

TOLD = json.loads(os.environ["API_PORTAL"])
CALLER, THINGS = TOLD["caller"], TOLD["things"]

# What nobody may read who has no role for the second app: its name, a word in all that is said of it, and identifiers.
HIDDEN = [text for value in THINGS[1].values() for text in ([value] if isinstance(value, str) else value)]


@schemathesis.hook
def map_path_parameters(ctx, path_parameters):
    """Puts what there is in place of most made-up names, of either app: what nobody has is only ever not found."""
    parts = ctx.operation.path.split("/")
    known = {
        "app": [things["app"] for things in THINGS],
        "environment": ["dev", "prod"],
        "digest": [one for things in THINGS for one in things["digests"]],
        "id": [one for things in THINGS for part in parts for one in things.get(part, [])],
    }
    for name, made_up in (path_parameters or {}).items():
        choices = [*known.get(name, []), made_up]
        path_parameters[name] = choices[sum(map(ord, str(made_up))) % len(choices)]
    return path_parameters


ADDRESSES = itertools.count(1)


@schemathesis.hook
def before_call(ctx, case, kwargs):
    """Each request from another address, since anyone who shows too many wrong tokens from one has to wait (429)."""
    one = next(ADDRESSES)
    case.headers["X-Forwarded-For"] = f"10.{one >> 16 & 255}.{one >> 8 & 255}.{one & 255}"


@schemathesis.check
def nothing_beyond_the_role(ctx, response, case):
    """A success that the caller's role does not give."""
    operation = case.operation.definition.raw.get("operationId")
    assert operation in MAY, f"access.py has no line for the operation {operation}"
    succeeded = response.status_code < 400 and response.request.method == case.operation.method.upper()
    assert not succeeded or CALLER in MAY[operation], f"{CALLER} succeeded at {operation}"


@schemathesis.check
def nothing_of_another_app(ctx, response, case):
    """Something of an app that the caller may not see, which the request itself did not say."""
    if CALLER == "admins":
        return
    url = response.request.url
    sent = f"{url} {urllib.parse.unquote(url)} {response.request.body or ''} {response.request.headers}"
    found = [mark for mark in HIDDEN if mark in response.text and mark not in sent]
    assert not found, f"{CALLER} was told of {found} by {response.text}"


@schemathesis.check
def nobody_is_told_to_sign_in(ctx, response, case):
    """Who has not signed in is answered 401, or that the request is no request; nothing else."""
    if CALLER != "anonymous":
        return
    assert response.status_code in (401, 405, 404, 400, 413, 414, 415), f"anonymous got {response.status_code}"
