"""Checks that crates depend on each other in one direction, that each keeps to its subject, and that none grows too large."""

import json
import re
import subprocess
import sys

from cycles import ROOT, code, modules

# What of this workspace each crate may depend on, outside its tests.
MAY_DEPEND_ON = {
    "domain": set(),
    "http-client": set(),
    "embedded": set(),
    "api": {"domain"},
    "config": {"domain"},
    "identity": {"domain", "http-client"},
    "sources": {"domain"},
    "targets": {"domain"},
    "packages": {"domain"},
    "store": {"domain"},
    "frontend": {"domain"},
    "portal": {"api", "domain", "identity", "packages", "sources", "store", "targets"},
    "jobs": {"domain", "packages", "portal", "sources", "store", "targets"},
    "web": {"api", "domain", "frontend", "identity", "portal", "sources", "store"},
    "lambdas": {"config", "domain", "identity", "jobs", "portal", "sources", "store", "targets", "web"},
    "cli": {"api", "config", "domain", "embedded", "http-client", "identity", "jobs", "packages", "portal", "sources", "store", "targets", "web"},
}

# What the use cases leave to other crates: HTTP, pages, the configuration's file, cryptography.
NOT_IN_PORTAL = re.compile(r"\b(axum|leptos|frontend::|toml::|ring::)")

# What a `towpath` for CI jobs, built without the feature `serve`, does not link.
NOT_IN_JOBS = re.compile(r"^(aws-sdk-.*|dynoxide.*|leptos.*|embedded|jobs|portal|store|web)$")

# Lines of code of a crate at most, without comments, blank lines and tests.
MOST_LINES = 10_000

# Methods at most, over all `impl` blocks: of what handles are made of, and of each handle.
MOST_METHODS = {("backend/portal/src", "Portal"): 20, ("backend/jobs/src", "PipelineJobs"): 20, ("backend/store/src", "Table"): 16}
MOST_METHODS_OF_A_HANDLE = 20
IMPL = re.compile(r"^impl(?:<[^>]*>)? (?:[\w:]+(?:<[^>]*>)? for )?(\w+)", re.MULTILINE)
METHOD = re.compile(r"^    (?:pub(?:\([^)]*\))? )?(?:const )?(?:async )?fn \w+", re.MULTILINE)
HANDLE = re.compile(r"handle! \{\s*(?:pub(?:\([^)]*\))? )?struct (\w+)")


def dependencies() -> dict[str, set[str]]:
    """The crates of this workspace, and which of each other they depend on outside their tests."""
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--no-deps"]
    packages = json.loads(subprocess.check_output(command, cwd=ROOT))["packages"]
    names = {package["name"] for package in packages}
    found = {}
    for package in packages:
        normal = (needed for needed in package["dependencies"] if needed["kind"] != "dev")
        found[package["name"]] = {needed["name"] for needed in normal} & names
    return found


def linked_for_jobs() -> set[str]:
    command = ["cargo", "tree", "--locked", "-p", "cli", "--no-default-features", "-e", "normal", "--prefix", "none", "-f", "{p}"]
    lines = subprocess.check_output(command, cwd=ROOT, text=True).splitlines()
    return {line.split()[0] for line in lines if line}


def lines_of_code() -> dict[str, int]:
    found = {}
    for source in sorted(ROOT.glob("backend/*/src")):
        files = [file for module, file in modules(source).items() if module[-1:] not in (("tests",), ("testing",))]
        found[source.parent.name] = sum(1 for file in files for line in code(file).splitlines() if line.strip())
    return found


def methods_of_handles(source: str, root: str) -> dict[str, int]:
    """How many methods the root and its handles have. A handle has one more, which the macro that defines it writes."""
    found: dict[str, int] = {}
    handles = {root}
    for file in modules(ROOT / source).values():
        text = code(file)
        starts = [*IMPL.finditer(text)]
        for at, start in enumerate(starts):
            end = starts[at + 1].start() if at + 1 < len(starts) else len(text)
            inside = text[start.end() : end].split("\n}", 1)[0]
            found[start[1]] = found.get(start[1], 0) + len(METHOD.findall(inside))
        for handle in HANDLE.findall(text):
            handles.add(handle)
            found[handle] = found.get(handle, 0) + 1
    return {name: found.get(name, 0) for name in handles}


def main() -> int:
    problems = []
    known = dependencies()
    for crate, may in MAY_DEPEND_ON.items():
        for needed in sorted(known[crate] - may):
            problems.append(f"{crate} may not depend on {needed}")
    for crate in sorted({source.parent.name for source in ROOT.glob("backend/*/src")} - MAY_DEPEND_ON.keys()):
        problems.append(f"{crate} is not in MAY_DEPEND_ON")
    for file in modules(ROOT / "backend/portal/src").values():
        for found in sorted(set(NOT_IN_PORTAL.findall(code(file)))):
            problems.append(f"{file.relative_to(ROOT)} uses {found}, which is not a use case's matter")
    for name in sorted(filter(NOT_IN_JOBS.match, linked_for_jobs())):
        problems.append(f"towpath without the feature serve links {name}")
    lines = lines_of_code()
    for crate, count in lines.items():
        if count > MOST_LINES:
            problems.append(f"{crate} has {count} lines of code, more than {MOST_LINES}: split it by subject")
    for (source, root), most_of_root in MOST_METHODS.items():
        for name, count in sorted(methods_of_handles(source, root).items()):
            most = most_of_root if name == root else MOST_METHODS_OF_A_HANDLE
            if count > most:
                problems.append(f"{name} in {source} has {count} methods, more than {most}: split it by subject")
    for problem in problems:
        print(f"layers: {problem}", file=sys.stderr)
    largest = max(lines, key=lambda crate: lines[crate])
    print(f"layers: {len(lines)} crates, the largest {largest} with {lines[largest]} lines of code, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
