"""The list of mutants: reads list.toml, and checks it against docs/threats.md and the sources, without compiling anything."""

import dataclasses
import pathlib
import re
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHAOS = "tests/chaos/tests/chaos.rs"
PAGE = ROOT / "docs" / "threats.md"
LIST = pathlib.Path(__file__).with_name("list.toml")

FIELDS = {"name", "test", "file", "guard", "disabled"}
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+\.rs)#(\w+)\)")


@dataclasses.dataclass(frozen=True)
class Test:
    """A Rust test, as a row of the page links to it."""

    file: str
    name: str

    @property
    def package(self) -> pathlib.Path:
        """The folder of its package."""
        return next(parent for parent in pathlib.Path(self.file).parents if (ROOT / parent / "Cargo.toml").is_file())

    @property
    def binary(self) -> str | None:
        """The integration test that it is part of; none if it is one of the library."""
        folder, first, *_ = pathlib.Path(self.file).relative_to(self.package).parts
        return pathlib.Path(first).stem if folder == "tests" else None


@dataclasses.dataclass(frozen=True)
class Mutant:
    """A guard, and what stands in its place when it is disabled."""

    name: str
    test: Test
    file: str
    guard: str
    disabled: str
    within: str | None

    def span(self) -> tuple[int, int]:
        """Where the guard is in its file, which has it once."""
        text = (ROOT / self.file).read_text()
        start, end = once(self.within, text) if self.within else (0, len(text))
        first, last = once(self.guard, text[start:end])
        return start + first, start + last


def once(wanted: str, text: str) -> tuple[int, int]:
    """Where a text is in another that has it once, whatever whitespace is between its words."""
    pattern = r"\s+".join(re.escape(word) for word in wanted.split())
    found = [match.span() for match in re.finditer(pattern, text)]
    if len(found) != 1:
        raise ValueError(f"{' '.join(wanted.split())!r} is there {len(found)} times, not once")
    return found[0]


def rows(sections: list[str]) -> dict[str, dict[str, Test]]:
    """The rows of these sections of the page by their first cell, each with the tests that it links to by name."""
    found, section = {}, None
    for line in PAGE.read_text().splitlines():
        if line.startswith("#"):
            section = line.lstrip("# ")
        elif section in sections and line.startswith("| ") and not line.startswith("| threat |"):
            links = [(str((PAGE.parent / path).resolve().relative_to(ROOT)), name) for path, name in LINK.findall(line)]
            tests = {name: Test(file, name) for file, name in links}
            found[line.split("|")[1].strip()] = tests
    return found


def read() -> tuple[list[Mutant], list[str]]:
    """The mutants, and what is wrong with the list."""
    listed = tomllib.loads(LIST.read_text())
    page, mutants, wrong = rows(listed["sections"]), [], []
    threats = [claim["threat"] for claim in listed["claim"]]
    for threat in page:
        times = threats.count(threat) + bool(listed["elsewhere"].get(threat))
        if times != 1:
            advice = "give it mutants, or a reason why it has none"
            wrong.append(f"docs/threats.md, {threat!r}: list.toml has it {times} times, not once: {advice}")
    for threat in [*threats, *listed["elsewhere"]]:
        if threat not in page:
            wrong.append(f"list.toml, {threat!r}: there is no such row in the sections")
    for claim in listed["claim"]:
        tests = dict(page.get(claim["threat"], {}))
        of_claim = claim.get("mutant", [])
        for fields in of_claim:
            if different := FIELDS ^ (fields.keys() - {"within"}):
                wrong.append(f"list.toml, {fields.get('name')}: unknown or missing: {', '.join(sorted(different))}")
            elif fields["test"] not in tests:
                wrong.append(f"list.toml, {fields['name']}: the row {claim['threat']!r} links to no test {fields['test']}")
            else:
                mutants.append(Mutant(**{"within": None} | fields | {"test": tests[fields["test"]]}))
        named, without = {fields.get("test") for fields in of_claim}, claim.get("without", {}).keys()
        for test in sorted(tests.keys() - named - without):
            wrong.append(f"list.toml, {claim['threat']!r}: no mutant is for {test}, so that nothing shows that it can fail")
        for test in sorted(without - (tests.keys() - named)):
            wrong.append(f"list.toml, {claim['threat']!r}: {test} is without a mutant, and is no such test or has one")
    for fields in listed["bug"]:
        if different := FIELDS ^ (fields.keys() - {"within"}):
            wrong.append(f"list.toml, {fields.get('name')}: unknown or missing: {', '.join(sorted(different))}")
        else:
            mutants.append(Mutant(**{"within": None} | fields | {"test": Test(CHAOS, fields["test"])}))
    return mutants, wrong + problems(mutants)


def problems(mutants: list[Mutant]) -> list[str]:
    """What is wrong with the mutants themselves."""
    wrong = []
    names = [mutant.name for mutant in mutants]
    wrong += [f"list.toml: {name} is there more than once" for name in sorted(set(names)) if names.count(name) > 1]
    spans: dict[str, set[tuple[int, int]]] = {}
    for mutant in mutants:
        try:
            spans.setdefault(mutant.file, set()).add(mutant.span())
        except (OSError, ValueError) as error:
            wrong.append(f"list.toml, {mutant.name}: {mutant.file}: {error}")
    for file, places in spans.items():
        ordered = sorted(places)
        if any(before[1] > after[0] for before, after in zip(ordered, ordered[1:])):
            wrong.append(f"list.toml: guards in {file} overlap")
    return wrong


def main() -> int:
    """Prints what is wrong and says so by the exit code."""
    mutants, wrong = read()
    for line in wrong:
        print(f"mutants: {line}", file=sys.stderr)
    print(f"mutants: {len(mutants)} of {len({mutant.test for mutant in mutants})} tests, {len(wrong)} problems")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
