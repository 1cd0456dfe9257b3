"""Checks that no files of a crate need each other in a circle.

A file needs another if it names something of it. A parent and what is below it are one subject, so that what they
need of each other does not count, nor a circle that leads through a parent: `mod` and a re-export are no circle. A name that a parent re-exports counts as what it
is a name of.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
Module = tuple[str, ...]

COMMENT = r"//[^\n]*|/\*.*?\*/"
TEXT = r'''b?r(?P<hashes>#*)".*?"(?P=hashes)|b?"(?:\\.|[^"\\])*"|'(?:\\.[^']*|[^'\\])'(?!\w)'''
# Both at once: a comment may have a quote in it, and a text two slashes.
TOKENS = re.compile(f"(?P<comment>{COMMENT})|{TEXT}", re.DOTALL)
TESTS = re.compile(r"#\[cfg\(test\)\]\s*mod \w+ \{")
USE = re.compile(r"\b(pub(?:\([^)]*\))? )?use ([^;]+);")
INLINE = re.compile(r"\b((?:crate|super|self)(?:::\w+)+)")


def modules(source: Path) -> dict[Module, Path]:
    """Each module of a crate that is a file, by its path."""
    found = {}
    for file in sorted(source.rglob("*.rs")):
        parts = file.relative_to(source).with_suffix("").parts
        if parts[-1] in ("lib", "main", "mod"):
            parts = parts[:-1]
        found[parts] = file
    return found


def code(file: Path) -> str:
    """A file without comments, texts and the tests in it."""
    text = TOKENS.sub(lambda token: "" if token["comment"] else '""', file.read_text())
    while found := TESTS.search(text):
        depth, end = 1, found.end()
        while depth and end < len(text):
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
        text = text[: found.start()] + text[end:]
    return text


def paths(tree: str) -> list[tuple[list[str], str]]:
    """What the tree of a `use` names: each path, and the name that it gets."""
    tree = " ".join(tree.split())
    brace = tree.find("{")
    if brace < 0:
        path, _, alias = tree.partition(" as ")
        names = [part.strip() for part in path.split("::") if part.strip()]
        return [(names, alias.strip() or names[-1])] if names else []
    before = [part.strip() for part in tree[:brace].split("::") if part.strip()]
    inner, depth, start, found = tree[brace + 1 : tree.rfind("}")], 0, 0, []
    for at, sign in enumerate(inner + ","):
        depth += {"{": 1, "}": -1}.get(sign, 0)
        if sign == "," and depth == 0:
            for names, alias in paths(inner[start:at]):
                if names == ["self"]:
                    names, alias = [], before[-1]
                found.append((before + names, alias))
            start = at + 1
    return found


def absolute(path: list[str], module: Module, known: dict[Module, Path]) -> list[str] | None:
    """A path from the root of the crate; none if it leads out of the crate."""
    names, here = list(path), list(module)
    if names[0] == "crate":
        return names[1:]
    if names[0] == "self":
        return here + names[1:]
    if names[0] == "super":
        while names and names[0] == "super":
            if not here:
                return None
            here, names = here[:-1], names[1:]
        return here + names
    return here + names if tuple(here + names[:1]) in known else None


class Crate:
    def __init__(self, source: Path):
        self.files = modules(source)
        self.text = {module: code(file) for module, file in self.files.items()}
        self.exports: dict[Module, dict[str, list[str]]] = {module: {} for module in self.files}
        for module, text in self.text.items():
            for public, tree in USE.findall(text):
                for path, name in paths(tree) if public else []:
                    if (target := absolute(path, module, self.files)) is not None:
                        self.exports[module][name] = target

    def module_of(self, path: list[str], seen: frozenset[Module] = frozenset()) -> Module:
        """The module that a path from the root names something of."""
        module: Module = ()
        for at, name in enumerate(path):
            if module + (name,) in self.files:
                module += (name,)
                continue
            exported = self.exports[module].get(name)
            if exported is not None and tuple(exported) not in seen:
                return self.module_of(exported + path[at + 1 :], seen | {tuple(exported)})
            break
        return module

    def needs(self) -> dict[Module, set[Module]]:
        """What each module needs, but for what is above or below it."""
        found: dict[Module, set[Module]] = {}
        for module, text in self.text.items():
            named = [path for _, tree in USE.findall(text) for path, _ in paths(tree)]
            named += [path.split("::") for path in INLINE.findall(USE.sub("", text))]
            targets = [absolute(path, module, self.files) for path in named]
            owners = {self.module_of(target) for target in targets if target is not None}
            found[module] = {owner for owner in owners if not related(module, owner)}
        return found


def related(one: Module, other: Module) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def circles(needs: dict[Module, set[Module]]) -> list[list[Module]]:
    """The strongly connected components of more than one module (Tarjan)."""
    index: dict[Module, int] = {}
    low: dict[Module, int] = {}
    stack: list[Module] = []
    found = []

    def visit(module: Module) -> None:
        index[module] = low[module] = len(index)
        stack.append(module)
        for other in sorted(needs[module]):
            if other not in index:
                visit(other)
                low[module] = min(low[module], low[other])
            elif other in stack:
                low[module] = min(low[module], index[other])
        if low[module] == index[module]:
            at = stack.index(module)
            component, stack[at:] = stack[at:], []
            if len(component) > 1:
                found.append(sorted(component))

    for module in sorted(needs):
        if module not in index:
            visit(module)
    return found


def main() -> int:
    sys.setrecursionlimit(10_000)
    sources = [path.parent for path in sorted(ROOT.glob("backend/*/src/[lm]*.rs")) if path.name in ("lib.rs", "main.rs")]
    sources.append(ROOT / "frontend/src")
    count, wrong = 0, 0
    for source in dict.fromkeys(sources):
        crate = Crate(source)
        count += len(crate.files)
        needs = crate.needs()
        for circle in circles(needs):
            wrong += 1
            print(f"cycles: {source.relative_to(ROOT)}: these need each other:", file=sys.stderr)
            for module in circle:
                inside = ", ".join("::".join(other) for other in sorted(needs[module]) if other in circle)
                print(f"  {'::'.join(module)} needs {inside}", file=sys.stderr)
    print(f"cycles: {count} modules, {wrong} circles")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
