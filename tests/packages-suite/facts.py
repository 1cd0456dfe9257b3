"""What each reader says of a package, in the same words: Towpath, aapt2 and apksigner."""

import dataclasses
import hashlib
import json
import re
import subprocess
import unicodedata
import zipfile
from pathlib import Path

from sources import ROOT, TARGET, Failed

# What aapt2 says, and what apksigner says.
BADGING = [
    "name", "version_name", "version_code", "label", "min_sdk", "target_sdk", "debuggable", "test_only", "split",
    "permissions", "abis", "icon",
]
FIELDS = [*BADGING, "certificates"]

# A reader may take this many seconds of a processor, and this much memory: aapt2 never ends on one of the packages.
# The others take a second at most.
SECONDS = 10
MEMORY = 1 << 30
# For a reader that waits without computing.
PATIENCE = 180

# What stands in quotes in the output of aapt2, which writes some quotes in it with a backslash.
QUOTED = r"'((?:[^'\\]|\\.)*)'"
BITMAPS = (b"\x89PNG\r\n\x1a\n", b"RIFF", b"\xff\xd8\xff")
CERTIFICATE = re.compile(r"Signer #\d+ certificate SHA-256 digest: ([0-9a-f]{64})")
# How apksigner ends where the package is at fault, and not this machine.
FAULTS = re.compile(r"DOES NOT VERIFY|ApkFormatException|NoSuchAlgorithmException|OutOfMemoryError: Java heap")


@dataclasses.dataclass
class Facts:
    """Values by field, or why there are none."""

    values: dict
    refused: str = ""
    # What Towpath says that it could not read.
    unread: list[str] = dataclasses.field(default_factory=list)


def run(*command, limits=(f"--cpu={SECONDS}", f"--as={MEMORY}")) -> subprocess.CompletedProcess:
    """Runs a reader within its limits."""
    try:
        return subprocess.run(["prlimit", *limits, *command], capture_output=True, timeout=PATIENCE, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, -1, b"", b"error: it did not end")
    except FileNotFoundError as error:
        raise Failed(f"{error.filename} is missing: run tests/setup packages") from error


def towpath(file: Path) -> Facts:
    """What Towpath reads. Nothing else here knows how it is asked."""
    done = run(TARGET / "debug" / "examples" / "facts", file)
    if done.returncode != 0:
        raise Failed(f"Towpath fails on {file}: {done.stderr.decode(errors='replace').strip() or f'exit code {done.returncode}'}")
    package = json.loads(done.stdout)
    values = {
        "name": package["name"],
        "version_name": package["version_name"] or None,
        # aapt2 prints no versionCodeMajor, and nothing for 0, which Android takes where there is none.
        "version_code": (package["version_code"] or 0) & 0xFFFFFFFF,
        "label": package["label"] or None,
        "min_sdk": package.get("min_sdk_codename") or package["min_sdk"],
        "target_sdk": package.get("target_sdk_codename") or package["target_sdk"],
        "debuggable": package["debuggable"],
        "test_only": package.get("test_only", False),
        "split": package.get("split"),
        "permissions": package["permissions"],
        "abis": package["abis"],
        "icon": package["icon"] and package["icon"]["digest"],
        "certificates": signers(package["signing"]),
    }
    return Facts(values, unread=[f"{unread['what']}: {unread['why']}" for unread in package["unread"]])


def signers(signing: dict) -> list[str] | None:
    """The certificates that Android 12 checks, for apksigner knows no v3.1; none where they could not be read."""
    for scheme in ["v3", "v2", "v1"]:
        if signing["unknown"] and scheme in signing.get("unknown_schemes", [scheme]):
            return None
        if signing[scheme]:
            return sorted(set(signing[scheme]))
    return []


def aapt2(file: Path) -> Facts:
    """What `aapt2 dump badging` says. Of an icon it names files: `icon` has the digests of those that are bitmaps."""
    done = run("aapt2", "dump", "badging", file)
    if done.returncode != 0:
        reasons = [line for line in done.stderr.decode(errors="replace").splitlines() if "error: " in line]
        reason = reasons[-1].rpartition("error: ")[2] if reasons else f"it ended with code {done.returncode} at its limits"
        return Facts({}, refused=reason)
    values: dict = dict.fromkeys(BADGING) | {"debuggable": False, "test_only": False}
    permissions, implied, abis, icons, labels = set(), set(), set(), [], {}
    for line in done.stdout.decode(errors="replace").splitlines():
        kind, _, rest = line.partition(":")
        kind = kind.strip()
        if kind == "package":
            values["name"] = quoted(rest, "name")
            values["version_name"] = quoted(rest, "versionName")
            values["version_code"] = number(quoted(rest, "versionCode")) or 0
            values["split"] = quoted(rest, "split")
        elif kind == "sdkVersion":
            values["min_sdk"] = number(quoted(rest))
        elif kind == "targetSdkVersion":
            values["target_sdk"] = number(quoted(rest))
        elif kind == "application-label":
            labels[kind] = quoted(rest)
        elif kind in ("application", "launchable-activity"):
            labels.setdefault(kind, quoted(rest, "label"))
            icons.append(quoted(rest, "icon"))
        elif kind.startswith("application-icon-"):
            icons.append(quoted(rest))
        elif kind == "application-debuggable":
            values["debuggable"] = True
        elif kind.startswith("testOnly="):
            values["test_only"] = quoted(kind, "testOnly") != "0"
        elif kind in ("uses-permission", "uses-permission-sdk-23"):
            permissions.add(quoted(rest, "name"))
        elif kind == "uses-implied-permission":
            # What Android adds to those that are asked for. aapt2 lists it among them, too.
            implied.add(quoted(rest, "name"))
        elif kind in ("native-code", "alt-native-code"):
            abis |= set(re.findall(QUOTED, rest))
    found = (labels.get(kind) for kind in ("application-label", "application", "launchable-activity"))
    values["label"] = next((shown(label) for label in found if label), None)
    values["permissions"] = sorted(permissions - implied - {None})
    values["abis"] = sorted(abis)
    values["icon"] = bitmaps(file, {icon for icon in icons if icon})
    return Facts(values)


def quoted(text: str, key: str = "") -> str | None:
    """The value of `key='…'`, or the first quoted text; none where it is empty."""
    found = re.search(rf"(?:^|\s){re.escape(key)}={QUOTED}" if key else QUOTED, text)
    return found and re.sub(r"\\(.)", lambda escaped: {"n": "\n"}.get(escaped[1], escaped[1]), found[1]) or None


def number(text: str | None) -> int | str | None:
    """A number, or the word in its place."""
    return int(text) & 0xFFFFFFFF if text and re.fullmatch(r"-?\d+", text) else text


def shown(text: str) -> str:
    """A text without the characters that Towpath leaves out, because nobody sees them."""
    return "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cf", "Zl", "Zp") or c in "\u200c\u200d")


def bitmaps(file: Path, names: set[str] | None = None) -> list[str]:
    """Digests of the bitmaps of a package: of those with these names, or of all."""
    found = []
    try:
        with zipfile.ZipFile(file) as archive:
            for name in sorted(set(archive.namelist()) & names if names is not None else archive.namelist()):
                try:
                    content = archive.read(name)
                except (zipfile.BadZipFile, zipfile.zlib.error, NotImplementedError, RuntimeError, EOFError):
                    continue
                if content.startswith(BITMAPS):
                    found.append(hashlib.sha256(content).hexdigest())
    except (zipfile.BadZipFile, ValueError):
        pass
    return found


def apksigner(file: Path) -> Facts:
    """The certificates of a package whose signature verifies for its own lowest API level, or else for Android 7, which is the
    first that knows a scheme beside v1. Of others it says nothing that is worth comparing."""
    for level in [], ["--min-sdk-version", "24"]:
        done = run("apksigner", "-JXmx1024m", "verify", "--print-certs", *level, file, limits=(f"--cpu={SECONDS}",))
        text = (done.stdout + done.stderr).decode(errors="replace")
        digests = CERTIFICATE.findall(text)
        # It prints them of what verifies alone, and then fails at a source stamp without a certificate.
        if digests:
            return Facts({"certificates": sorted(set(digests))})
        if not FAULTS.search(text):
            raise Failed(f"apksigner fails on {file}: {text.strip() or f'exit code {done.returncode}'}")
    lines = [line for line in text.splitlines() if not line.startswith(("WARNING", "Signer"))]
    return Facts({}, refused=lines[0])
