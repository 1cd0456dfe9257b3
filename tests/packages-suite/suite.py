"""Compares what Towpath reads of public Android packages with what aapt2 and apksigner say of them.

Each package is equal in all fields, or differences.toml lists it with what differs and why. What differs and is not listed
fails, and so does what is listed and no longer differs.
"""

import argparse
import collections
import concurrent.futures
import dataclasses
import enum
import json
import subprocess
import sys
import time
import tomllib

from facts import BADGING, Facts, aapt2, apksigner, bitmaps, towpath
from sources import HERE, OUT, ROOT, Failed, Package, fetch, read_list

DIFFERENCES = HERE / "differences.toml"

# How many packages there are at least, how many of them are equal in all fields, and how many have certificates to compare.
PACKAGES = 499
EQUAL = 485
SIGNED = 400

# How many packages are read at the same time.
WORKERS = 2


class Verdict(enum.Enum):
    """What comparing a package came to."""

    EQUAL = "equal"
    REFUSED = "refused by both"
    DIFFERENT = "different"


@dataclasses.dataclass
class Comparison:
    """What three readers say of a package, and in which fields they differ. The field `badging` is all that aapt2 says, where it
    refuses a package that Towpath reads."""

    package: Package
    ours: Facts
    badging: Facts
    signed: Facts
    fields: list[str]

    @property
    def verdict(self) -> Verdict:
        """Whether it is equal."""
        if self.fields:
            return Verdict.DIFFERENT
        return Verdict.REFUSED if self.badging.refused else Verdict.EQUAL

    def details(self) -> list[str]:
        """A line for each field that differs."""
        lines = []
        for field in self.fields:
            if field == "badging":
                lines.append(f"aapt2 refuses it ({self.badging.refused}); Towpath reads {self.ours.values['name']}")
            else:
                theirs = (self.badging if field in BADGING else self.signed).values[field]
                lines.append(f"{field}: Towpath {self.ours.values[field]!r}, {'aapt2' if field in BADGING else 'apksigner'} {theirs!r}")
        return lines + [f"Towpath could not read {unread}" for unread in self.ours.unread]


def compare(package: Package) -> Comparison:
    """Has all three read a package."""
    ours, badging, signed = towpath(package.file), aapt2(package.file), apksigner(package.file)
    fields = []
    if badging.refused:
        # Towpath goes on where it can, and says what it could not read.
        if not any(unread.startswith(("package:", "zip:", "manifest:", "resources:")) for unread in ours.unread):
            fields.append("badging")
    else:
        fields += [field for field in BADGING if field != "icon" and ours.values[field] != badging.values[field]]
        if not is_icon(package, ours.values["icon"], badging.values["icon"]):
            fields.append("icon")
    if not signed.refused and ours.values["certificates"] != signed.values["certificates"]:
        fields.append("certificates")
    return Comparison(package, ours, badging, signed, fields)


def is_icon(package: Package, ours: str | None, named: list[str]) -> bool:
    """Whether an icon is one of the bitmaps that aapt2 names. Where it names none, but a drawing that is made of bitmaps, it is one
    of the package."""
    if named:
        return ours in named
    return ours is None or ours in bitmaps(package.file)


def read_differences() -> dict:
    """What may differ, and with which tools."""
    return tomllib.loads(DIFFERENCES.read_text())


def problems(comparisons: list[Comparison], listed: list[dict]) -> list[str]:
    """Whatever the list of differences does not say, or says and is not so."""
    found = []
    reasons = {entry["package"]: entry for entry in listed}
    different = {each.package.name: each for each in comparisons if each.fields}
    for name, each in different.items():
        if name not in reasons:
            found.append(f"{name} differs, and {DIFFERENCES.name} does not list it")
        elif sorted(reasons[name]["fields"]) != sorted(each.fields):
            found.append(f"{name} differs in {', '.join(each.fields)}, and {DIFFERENCES.name} lists {', '.join(reasons[name]['fields'])}")
        else:
            continue
        found += [f"    {line}" for line in each.details()]
    for name in reasons.keys() - different.keys():
        found.append(f"{name} is listed in {DIFFERENCES.name}, and does not differ: remove it there")
    if len(reasons) != len(listed):
        found.append(f"{DIFFERENCES.name} lists a package twice")
    return found


def shortfalls(comparisons: list[Comparison]) -> list[str]:
    """What there are too few of."""
    counts = [
        ("packages", len({each.package.digest for each in comparisons}), PACKAGES),
        ("packages that are equal in all fields", sum(each.verdict == Verdict.EQUAL for each in comparisons), EQUAL),
        ("packages whose certificates are compared", sum(not each.signed.refused for each in comparisons), SIGNED),
    ]
    return [f"there are {count} {what}, and have to be {least}" for what, count, least in counts if count < least]


def versions() -> str:
    """Which tools compare."""
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Package} ${Version}, ", "aapt", "apksigner"], capture_output=True, text=True)
    return done.stdout.removesuffix(", ") or "tools of unknown versions"


def main() -> int:
    """Compares all packages, or those that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="packages whose name holds this: prints what each reader says")
    arguments = parser.parse_args()
    start = time.monotonic()
    packages = read_list()
    listed = read_differences()
    OUT.mkdir(parents=True, exist_ok=True)
    chosen = [package for package in packages if arguments.only in package.name]
    print(f"{len(chosen)} packages, fetched into {OUT}", flush=True)
    fetch(chosen)
    subprocess.run(["cargo", "build", "--locked", "--quiet", "--package", "packages", "--example", "facts"], cwd=ROOT, check=True)
    print(f"comparing with {versions()}", flush=True)
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        comparisons = list(pool.map(compare, chosen))
    if arguments.only:
        for each in comparisons:
            print(json.dumps(dataclasses.asdict(each), indent=2, default=str))
        return 0
    found = problems(comparisons, listed["difference"]) + shortfalls(comparisons)
    for line in found:
        print(f"packages-suite: {line}", file=sys.stderr)
    if found and versions() != listed["tools"]:
        print(f"packages-suite: {DIFFERENCES.name} was made with {listed['tools']}", file=sys.stderr)
    counts = collections.Counter(each.verdict for each in comparisons)
    signed = sum(not each.signed.refused for each in comparisons)
    print(f"packages: {len(comparisons)}, {', '.join(f'{counts[verdict]} {verdict.value}' for verdict in Verdict)}; "
          f"certificates of {signed}; {time.monotonic() - start:.0f} s")
    return 1 if found else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as error:
        sys.exit(f"packages-suite: {error}")
