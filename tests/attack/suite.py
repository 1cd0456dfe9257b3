"""Replays attacks on local portals: each with its original input and with one that is generated from a seed.

Attacks are in `attacks`, and `attacks/base.py` says what makes one pass. The seed is printed; `SEED=<it> make attack`
generates the same inputs again.
"""

import argparse
import concurrent.futures
import os
import random
import sys
import time

from attacks import ATTACKS, PEOPLE, SERVE, Broken, missing_rows, run
from local import HERE, NotReady, Serve, SignedIn

THREATS = HERE.parent.parent / "docs/threats.md"
PLACES = {SERVE: Serve, PEOPLE: SignedIn}
# How many of each kind are attacked at the same time. Most attacks are on `towpath serve`.
SHARES = {SERVE: 2, PEOPLE: 1}


def main():
    """Says of each attack how it went."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="attacks whose name holds this")
    parser.add_argument("--list", action="store_true", help="list the attacks and the rows of docs/threats.md, and run none")
    arguments = parser.parse_args()
    if lost := missing_rows(THREATS.read_text()):
        for attack in lost:
            print(f'attack: docs/threats.md has no row "{attack.row}", which backs: {attack.name}', file=sys.stderr)
        return 1
    chosen = [attack for attack in ATTACKS if arguments.only in attack.name]
    if arguments.list:
        for attack in chosen:
            print(f"{attack.name}\n    {attack.row} ({', '.join(sorted(attack.places))})")
        return 0
    seed = os.environ.get("SEED") or str(random.SystemRandom().randrange(1 << 32))
    print(f"attacks, with the seed {seed}", flush=True)
    start = time.monotonic()
    shares = [(kind, share) for kind in PLACES for share in shared(kind, chosen)]
    # Each share has a portal of its own, so that none waits for another.
    with concurrent.futures.ThreadPoolExecutor(len(shares) or 1) as pool:
        results = [result for results in pool.map(lambda share: attack_place(*share, seed), shares) for result in results]
    passed, seconds = results.count(True), time.monotonic() - start
    print(f"attacks: {passed} refused, {len(results) - passed} not, {seconds:.0f} s; SEED={seed} makes the same again")
    return 0 if results and all(results) else 1


def shared(kind, chosen):
    """The attacks of a kind of place, in shares for as many places as it has."""
    here = [attack for attack in chosen if kind in attack.places]
    return [share for share in (here[first :: SHARES[kind]] for first in range(SHARES[kind])) if share]


def attack_place(kind, attacks, seed):
    """Replays attacks in a place of that kind; whether each was refused."""
    place = PLACES[kind]()
    try:
        return [report(kind, attack, replay(attack, place, seed)) for attack in attacks]
    finally:
        place.stop()


def report(kind, attack, problem):
    """Says how an attack went; whether it was refused."""
    text = f"  {'refused ' if problem is None else 'FAILED  '}  {kind:6}  {attack.name}\n"
    if problem is not None:
        text += f"            {attack.row}\n            {problem}\n"
    # In one piece, since places report at the same time.
    sys.stdout.write(text)
    sys.stdout.flush()
    return problem is None


def replay(attack, place, seed):
    """Why an attack does not pass; none if it does."""
    try:
        run(attack, place, seed)
    except (AssertionError, LookupError, OSError, ValueError) as problem:
        return problem if isinstance(problem, Broken) else f"{type(problem).__name__}: {problem}"
    return None


if __name__ == "__main__":
    try:
        sys.exit(main())
    except NotReady as error:
        raise SystemExit(f"attack: {error}") from None
