"""What an attack is, and what makes it pass.

An attack is a function that is called twice for each place: with the input that was known to have worked, and with one that is
generated from the seed. Each time it must

- be refused, with the status and the kind of problem that the documentation names (`Case.refused`),
- leave everything as it was: what is current, registered, promoted, held, handed out, and the audit log (`Case.attack`),
- show that its legitimate counterpart of the same shape succeeds (`Case.control`), so that no attack passes because it is
  refused for another reason.

An attack without all three is a mistake of the suite, and fails.
"""

import contextlib
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

# Where attacks run: `towpath serve`; a portal that people sign in to.
SERVE, PEOPLE = "serve", "people"

PROBLEM = "application/problem+json"

# An archive without a comment, so that its last two bytes are the comment's length.
PACKAGE = (Path(__file__).resolve().parents[3] / "backend/packages/tests/cases/app-debug.apk").read_bytes()

ATTACKS = []

# What an entry of the audit log calls its action.
ACTION = "deed"


class Broken(AssertionError):
    """A defence does not hold, or the attack does not show that it does."""


@dataclass(frozen=True)
class Attack:
    """A threat in plain words, the row of docs/threats.md that it backs, and what to do."""

    name: str
    row: str
    places: frozenset
    act: Callable


def attack(name, row, *places):
    """Lists a function as an attack in those places; without any, in `towpath serve`."""

    def listed(act):
        ATTACKS.append(Attack(name, row, frozenset(places or (SERVE,)), act))
        return act

    return listed


@dataclass(frozen=True)
class State:
    """What may not change by an attack. `facts` by their names; `entries` is how many entries the audit log has."""

    facts: dict
    entries: int


@dataclass
class Case:
    """One call of an attack."""

    place: object
    attack_name: str
    seed: str
    varied: bool
    refusals: int = 0
    attacked: int = 0
    controlled: int = 0
    count: int = field(default=0)

    def __post_init__(self):
        self.rng = random.Random(f"{self.seed} {self.attack_name} {self.varied}")

    def either(self, original, generate):
        """The input that was known to have worked; in the second call, what `generate` makes of the seeded random numbers."""
        return generate(self.rng) if self.varied else original

    def unique(self):
        """A word that no other call uses, for texts that tell builds and commits apart."""
        self.count += 1
        variant = "generated" if self.varied else "original"
        return f"{self.place.name} {self.attack_name} {variant} {self.count} {self.seed}"

    def bytes(self):
        """A signed package that no other call uses: its archive's comment differs."""
        mark = self.unique().encode()
        return PACKAGE[:-2] + len(mark).to_bytes(2, "little") + mark

    @contextlib.contextmanager
    def attack(self, notes=()):
        """What is done here is refused and changes nothing. The audit log may gain entries of the kinds `notes`."""
        before, refusals = self.place.state(), self.refusals
        yield
        if self.refusals == refusals:
            raise Broken("nothing was refused")
        self.attacked += 1
        self._unchanged(before, self.place.state(), notes)

    def _unchanged(self, before, after, notes):
        names = before.facts.keys() | after.facts.keys()
        for name in sorted(names):
            old, new = before.facts.get(name), after.facts.get(name)
            if old != new:
                raise Broken(f"{name} was {old} and is {new}")
        noted = [entry[ACTION] for entry in self.place.entries_between(before.entries, after.entries)]
        if strange := [action for action in noted if action not in notes]:
            raise Broken(f"the audit log gained {strange}")

    @contextlib.contextmanager
    def control(self, changes=True):
        """What is done here is the legitimate counterpart: it succeeds. Unless it only reads, it changes something."""
        before = self.place.entries()
        yield
        # Whatever changes something is noted.
        if changes and self.place.entries() == before:
            raise Broken("control: it succeeded, and the audit log gained nothing")
        self.controlled += 1

    def refused(self, answer, status, kind, *words):
        """The answer is this problem, and its text holds these words."""
        got = f"{answer.status} {answer.text[:600]}"
        if answer.status != status:
            raise Broken(f"expected {status} {kind}, and the answer is {got}")
        if (media := answer.headers.get_content_type()) != PROBLEM:
            raise Broken(f"the refusal is {media}, not {PROBLEM}: {got}")
        if (found := answer.json["type"]) != f"urn:towpath:problem:{kind}":
            raise Broken(f"expected the problem {kind}, and it is {found}: {got}")
        self.said(answer.text, *words)

    def refused_for(self, answer, *kinds):
        """The answer declines a release or a promotion, for exactly these reasons."""
        status, kind = (403, "forbidden") if "forbidden" in kinds else (409, "conflict")
        self.refused(answer, status, kind)
        found = [refusal["kind"] for refusal in answer.json.get("refusals", [])]
        if sorted(found) != sorted(kinds):
            raise Broken(f"expected the reasons {sorted(kinds)}, and they are {sorted(found)}: {answer.text[:600]}")

    def said(self, text, *words):
        """A refusal that holds these words."""
        if missing := [word for word in words if word not in text]:
            raise Broken(f"the refusal lacks {missing}: {text[:800]}")
        self.refusals += 1

    def is_so(self, holds, otherwise):
        """The defence holds; else it says what is wrong."""
        if not holds:
            raise Broken(otherwise)
        self.refusals += 1

    def succeeds(self, answer, *statuses):
        """The answer of something legitimate; gives its content."""
        if answer.status not in (statuses or (200, 201)):
            raise Broken(f"control: it should succeed, and the answer is {answer.status} {answer.text[:600]}")
        return answer.json if answer.body else None


def run(attack, place, seed):
    """Both calls of an attack in a place."""
    for varied in (False, True):
        case = Case(place, attack.name, seed, varied)
        try:
            attack.act(place, case)
            for what, count in (("attacks nothing", case.attacked), ("has no control", case.controlled)):
                if not count:
                    raise Broken(f"the suite is wrong: this {what}")
        except Broken as broken:
            which = "the generated input" if varied else "the original input"
            raise Broken(f"with {which}: {broken}") from broken


def missing_rows(threats):
    """Attacks whose row is not in docs/threats.md, of which this is the text."""
    rows = {line.split("|")[1].strip() for line in threats.splitlines() if line.startswith("| ")}
    return [attack for attack in ATTACKS if attack.row not in rows]
