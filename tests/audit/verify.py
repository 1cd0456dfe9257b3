"""Verifies an audit log against its seals by what docs/audit.md says alone: nothing of Towpath is used.

    towpath audit export --all > audit.jsonl
    python3 tests/audit/verify.py audit.jsonl seals.json [seals.json ...]

The seals are answers of /api/v1/audit/seals, page by page, or a list made from the bucket as docs/audit.md shows. Prints a
line for each finding; the exit code is 7 if there is one.
"""

import datetime
import hashlib
import json
import sys


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def canonical(value):
    """RFC 8785, of values without fractions."""
    if isinstance(value, dict):
        members = sorted(value.items(), key=lambda member: member[0].encode("utf-16-be"))
        return "{" + ",".join(f"{canonical(name)}:{canonical(of)}" for name, of in members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, float):
        raise ValueError("a number with a fraction")
    return json.dumps(value, ensure_ascii=False)


def once(members):
    if len(dict(members)) < len(members):
        raise ValueError("a member twice")
    return dict(members)


def beside(entry, names):
    """Whether the names beside an entry are those that were noted, and whether one is erased."""
    people = entry.get("people", {})
    fit = all(people.get(who) == digest(canonical([of["salt"], of["name"]])) for who, of in names.items())
    return fit, any(who not in names for who in people)


def verify_entries(lines, hashes, erased):
    number, previous = 0, digest("")
    for line in filter(str.strip, lines):
        try:
            entry = json.loads(line, object_pairs_hook=once)
            stated, names = entry.pop("hash"), entry.pop("names", {})
            fit, is_erased = beside(entry, names)
            if not fit:
                yield f"a name beside entry {entry['number']} is not the one that was noted"
            if entry["number"] != number + 1:
                yield f"entry {entry['number']} stands behind entry {number}"
            if entry["previous"] != previous:
                yield f"entry {entry['number']} follows another one"
            if digest(canonical(entry)) != stated:
                yield f"entry {entry['number']} is altered"
            number, previous = entry["number"], stated
            erased.extend([number] * is_erased)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            yield f"behind entry {number} is a line that is no entry: {error!r}"
        hashes[number] = previous


def verify_seals(versions, newest, hashes):
    oldest, row, days = {}, {}, []
    for version in versions:
        if version.get("delete_marker"):
            yield f"{version['key']} has a delete marker"
        elif oldest.setdefault(version["key"], version) is not version:
            yield f"{version['key']} has a second version"
            oldest[version["key"]] = version
    for key, version in oldest.items():
        try:
            seal = json.loads(version["text"], object_pairs_hook=once)
            head, at = seal["head"], datetime.datetime.fromisoformat(seal["sealed_at"])
            if "day" in seal:
                own = f"seals/{seal['day']}.json"
                days.append((at, seal["day"], seal))
            else:
                own = f"seals/{seal['number']:010}-{head['number']:012}-{head['hash']}.json"
                if seal["format"] != 1 or canonical(seal) != version["text"] or row.setdefault(seal["number"], seal) is not seal:
                    raise ValueError("it is not written as seals are, or has another one's number")
            if key != own:
                raise ValueError("its contents belong to another key")
            if hashes.get(head["number"]) != head["hash"]:
                yield f"entry {head['number']} is not the one that {key} holds"
        except (ValueError, KeyError, TypeError) as error:
            yield f"{key} is no seal: {error!r}"
    for number in range(1, max([newest or 0, *row]) + 1):
        if number not in row:
            yield f"seal {number} is missing"
        elif number == 1:
            first = datetime.datetime.fromisoformat(row[1]["sealed_at"])
            before = [canonical(seal) for at, _, seal in sorted(days, key=lambda day: day[:2]) if at <= first]
            if row[1]["previous"] != digest((before or [""])[-1]):
                yield "seal 1 does not follow the newest day's seal before it"
        elif number - 1 in row:
            last = row[number - 1]
            if row[number]["previous"] != digest(canonical(last)) or row[number]["head"]["number"] < last["head"]["number"]:
                yield f"seal {number} does not follow seal {number - 1}"


def main(log, *answers):
    pages = []
    for answer in answers:
        with open(answer, encoding="utf-8") as file:
            pages.append(json.load(file))
    hashes, erased = {}, []
    with open(log, encoding="utf-8", newline="\n") as lines:
        findings = list(verify_entries(lines, hashes, erased))
    versions = [version for page in pages for version in page["seals"]]
    findings += verify_seals(versions, pages[0].get("newest") if pages else None, hashes)
    head = pages[0].get("head") if pages else None
    if head and (hashes.get(head["number"]) != head["hash"] or max(hashes) != head["number"]):
        findings.append(f"the log does not end with entry {head['number']}, as it says")
    words = f"{len(hashes)} entries and {len(versions)} versions of seals are as they were written"
    print(*findings or [f"{words}; {len(erased)} entries name somebody whose name was erased"], sep="\n")
    return 7 if findings else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
