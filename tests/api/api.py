"""Knocks at every operation of the API as everyone: schemathesis makes up the requests, out of the OpenAPI document.

Each caller's run must bring no 5xx, no answer that is not documented, no body that breaks its schema, no `Allow` that lies.
Beyond that (`access.py`): no success that the caller's role does not give, and nothing of an app that they may not see.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent

CHECKS = ",".join([
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "allow_header_conformance",
    "missing_required_header",
    "use_after_free",
    "ensure_resource_availability",
    # Checks of our own.
    "nothing_beyond_the_role",
    "nothing_of_another_app",
    "nobody_is_told_to_sign_in",
])


class ApiPortal:
    """The portal as a process, until the block ends."""

    def __enter__(self):
        program = ROOT / "target" / "debug" / "api-portal"
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("api: the portal did not start")
        return json.loads(line)

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(10)


def asked_as(arguments, caller, portal):
    """Runs schemathesis as one caller. What it printed, and how it ended."""
    credentials = portal["callers"][caller]
    headers = [part for name, value in credentials.items() for part in ("--header", f"{name}: {value}")]
    command = [
        sys.executable, "-m", "schemathesis.cli", "--config-file", HERE / "schemathesis.toml", "--no-color", "run",
        f"{portal['address']}/api/openapi.json", *headers,
        "--checks", CHECKS, "--max-examples", str(arguments.examples), "--workers", "1",
    ]
    if arguments.thorough:
        command += ["--phases", "examples,coverage,fuzzing,stateful"]
    else:
        command += ["--phases", "coverage,fuzzing" if caller in arguments.covered else "fuzzing"]
        command += ["--generation-deterministic", "--seed", "1"]
    environment = os.environ | {
        "SCHEMATHESIS_HOOKS": "access",
        "PYTHONPATH": str(HERE),
        "PYTHONDONTWRITEBYTECODE": "1",
        "API_PORTAL": json.dumps({"caller": caller, "things": portal["things"]}),
    }
    start = time.monotonic()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=ROOT / "target")
    return caller, time.monotonic() - start, done


def main():
    """Says of each caller how it went."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--examples", type=int, default=3, help="made-up requests for each operation and caller")
    parser.add_argument("--thorough", action="store_true", help="all phases, and another seed each time")
    parser.add_argument("--only", help="one caller")
    arguments = parser.parse_args()
    # The edges of every parameter are the same for everyone: two callers who get furthest try them all.
    arguments.covered = {"admins", "anonymous"}
    failed = []
    with ApiPortal() as portal:
        callers = {"anonymous": {}} | {name: {"Cookie": cookie} for name, cookie in portal["people"].items()}
        portal["callers"] = callers
        asked = [arguments.only] if arguments.only else sorted(callers, key=lambda name: name not in arguments.covered)
        # Last the caller who may do everything: what they say of one app in words of the other, others would be told of.
        with ThreadPoolExecutor(2) as pool:
            def told():
                yield from pool.map(lambda caller: asked_as(arguments, caller, portal), [name for name in asked if name != "admins"])
                if "admins" in asked:
                    yield asked_as(arguments, "admins", portal)

            for caller, seconds, done in told():
                print(f"{caller}: {'well' if done.returncode == 0 else 'FAILED'}, {seconds:.0f} s", flush=True)
                if done.returncode != 0:
                    failed.append(caller)
                    print(done.stdout, done.stderr, sep="\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
