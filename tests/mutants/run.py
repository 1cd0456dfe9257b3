"""Disables the guards of list.toml one by one, and expects that the test that the list names for each fails.

One compile serves all: in a copy of the sources every guard asks the environment whether it is the one to be disabled, so
that a run of a test with TOWPATH_MUTANT=<name> is a run without that guard. The sources themselves know nothing of this."""

import argparse
import collections
import concurrent.futures
import dataclasses
import enum
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

from listed import ROOT, Mutant, Test, read

COPY = ROOT / "target" / "mutants" / "source"
SWITCH = "TOWPATH_MUTANT"

# Seconds that one test may take; most take a few on an idle machine.
LIMIT = 900

PANIC = re.compile(r"panicked at ([^\s:]+):(\d+)")
RESULT = re.compile(r"^test result: (\w+)\. (\d+) passed; (\d+) failed", re.MULTILINE)


class Failed(Exception):
    """The checker itself cannot go on; this says nothing of a test."""


class Verdict(enum.Enum):
    """What a run of one test says of the mutant that it ran with."""

    KILLED = "killed at"
    SURVIVED = "SURVIVED"
    # The test neither passed nor failed by an assertion of its own.
    UNCLEAR = "UNCLEAR:"


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What a run of one test came to, and where it failed or what it printed."""

    verdict: Verdict
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.verdict.value} {self.detail}".rstrip()


def copy(mutants: list[Mutant]) -> None:
    """Makes the copy what the working tree is, with a switch at each guard. What is as before keeps its time, so that cargo
    compiles only what changed."""
    names = subprocess.check_output(["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=ROOT).decode().split("\0")
    names = [name for name in names if name and (ROOT / name).is_file()]
    wanted = set(names)
    for file in COPY.rglob("*") if COPY.exists() else []:
        if file.is_file() and str(file.relative_to(COPY)) not in wanted:
            file.unlink()
    for name in names:
        content = switched(name, mutants) if any(mutant.file == name for mutant in mutants) else (ROOT / name).read_bytes()
        there = COPY / name
        if not there.is_file() or there.read_bytes() != content:
            there.parent.mkdir(parents=True, exist_ok=True)
            there.write_bytes(content)
            shutil.copymode(ROOT / name, there)


def switched(file: str, mutants: list[Mutant]) -> bytes:
    """A file with a switch at each of its guards."""
    text = (ROOT / file).read_text()
    places: dict[tuple[int, int], list[Mutant]] = {}
    for mutant in mutants:
        if mutant.file == file:
            places.setdefault(mutant.span(), []).append(mutant)
    for (start, end), here in sorted(places.items(), reverse=True):
        guard = text[start:end]
        asked = "".join(
            f'if ::std::env::var_os("{SWITCH}").is_some_and(|mutant| mutant == "{mutant.name}") {{ {mutant.disabled} }} else '
            for mutant in here
        )
        choice = f"{asked}{{ {guard} }}"
        text = text[:start] + (choice if guard.endswith(";") else f"({choice})") + text[end:]
    return text.encode()


def compiled(tests: set[Test], alone: str | None, target: pathlib.Path) -> dict[tuple[pathlib.Path, str | None], str]:
    """Compiles the tests, all at once; the program of each binary by its package's folder and name."""
    # Of several packages the whole workspace is compiled as everywhere else, so that dependencies have the same features.
    which = ["--package", alone] if alone else ["--workspace"]
    which += ["--lib"] if any(test.binary is None for test in tests) else []
    which += [word for name in sorted({test.binary for test in tests if test.binary}) for word in ("--test", name)]
    command = ["cargo", "test", "--locked", "--quiet", "--no-run", "--message-format", "json", *which]
    environment = os.environ | {"CARGO_TARGET_DIR": str(target)}
    done = subprocess.run(command, cwd=COPY, env=environment, stdout=subprocess.PIPE, text=True)
    messages = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode != 0:
        # Warnings are of what a switch leaves unused.
        said = [found["message"] for found in messages if found["reason"] == "compiler-message"]
        errors = [message["rendered"] for message in said if message["level"] == "error"]
        raise Failed("\n".join(["the sources with switches do not compile", *errors]))
    programs = {}
    for message in messages:
        if message["reason"] == "compiler-artifact" and message.get("executable") and message["profile"]["test"]:
            package = pathlib.Path(message["manifest_path"]).parent.relative_to(COPY)
            name = message["target"]["name"] if message["target"]["kind"] == ["test"] else None
            programs[package, name] = message["executable"]
    return programs


def full_name(program: str, test: Test) -> str:
    """The name by which a program knows a test."""
    listed = subprocess.run([program, "--list", "--format", "terse"], check=True, capture_output=True, text=True).stdout
    names = [line.removesuffix(": test") for line in listed.splitlines() if line.endswith(": test")]
    found = [name for name in names if name.split("::")[-1] == test.name]
    if len(found) != 1:
        raise Failed(f"{test.file} has {len(found)} tests {test.name}, not one")
    return found[0]


def ran(program: str, name: str, test: Test, mutant: str) -> Outcome:
    """Runs one test, with one mutant or, by an empty name, none."""
    environment = {key: value for key, value in os.environ.items() if key != SWITCH} | {"RUST_BACKTRACE": "0"}
    if mutant:
        environment[SWITCH] = mutant
    command = [program, "--exact", name, "--nocapture"]
    try:
        done = subprocess.run(command, cwd=COPY / test.package, env=environment, capture_output=True, timeout=LIMIT)
    except subprocess.TimeoutExpired:
        return Outcome(Verdict.UNCLEAR, f"it did not end within {LIMIT} seconds")
    output = (done.stdout + done.stderr).decode(errors="replace")
    result = RESULT.search(output)
    if done.returncode == 0 and result and result.groups() == ("ok", "1", "0"):
        return Outcome(Verdict.SURVIVED)
    panic = next((found for found in PANIC.finditer(output) if is_of_tests(found[1], test)), None)
    if done.returncode == 101 and result and result.groups() == ("FAILED", "0", "1") and panic:
        return Outcome(Verdict.KILLED, f"{panic[1]}:{panic[2]}")
    return Outcome(Verdict.UNCLEAR, output[-4000:])


def is_of_tests(file: str, test: Test) -> bool:
    """Whether what panics there is a test's own assertion, and not the program under test."""
    return file == test.file or file.startswith(("tests/", f"{test.package}/tests/"))


def main() -> int:
    """Prints what became of each mutant and says by the exit code whether all were killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--package", help="only the mutants whose tests are in the package of that name, compiled alone")
    parser.add_argument("--only", help="only the mutant of that name")
    asked = parser.parse_args()
    mutants, wrong = read()
    if wrong:
        raise Failed("\n".join(wrong))
    chosen = [
        mutant
        for mutant in mutants
        if asked.package in (None, mutant.test.package.name) and asked.only in (None, mutant.name)
    ]
    if not chosen:
        raise Failed("no mutant is asked for")
    tests = {mutant.test for mutant in chosen}
    target = pathlib.Path(os.environ.get("MUTANTS_TARGET") or ROOT / "target" / "mutants" / "build").resolve()
    print(f"mutants: compiling {len(tests)} tests for {len(chosen)} mutants", flush=True)
    # All switches are always there: which are asked for changes nothing that has to be compiled.
    copy(mutants)
    programs = compiled(tests, asked.package, target)
    named = {}
    for test in tests:
        program = programs.get((test.package, test.binary))
        if not program:
            raise Failed(f"{test.file} is part of no test that was compiled")
        named[test] = (program, full_name(program, test))

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        without = dict(zip(named, pool.map(lambda test: ran(*named[test], test, ""), named)))
        broken = {test: outcome for test, outcome in without.items() if outcome.verdict != Verdict.SURVIVED}
        for test, outcome in broken.items():
            print(f"mutants: {test.name} does not pass without a mutant: {outcome}", flush=True)
        print(f"mutants: {len(tests) - len(broken)} tests pass without a mutant", flush=True)
        counted = collections.Counter()
        useful = [mutant for mutant in chosen if mutant.test not in broken]
        outcomes = pool.map(lambda mutant: ran(*named[mutant.test], mutant.test, mutant.name), useful)
        for mutant, outcome in zip(useful, outcomes):
            counted[outcome.verdict] += 1
            print(f"  {mutant.name:42} {mutant.test.name}: {outcome}", flush=True)
    killed, survived, unclear = (counted[verdict] for verdict in Verdict)
    print(f"mutants: {killed} killed, {survived} survived, {unclear} unclear")
    return 0 if killed == len(chosen) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as error:
        sys.exit(f"mutants: {error}")
