"""Checks every link of the documentation that stays in the repository: the file is there, and in it the heading, or the
test, that the link names. So a page that says which test shows something cannot outlive the test."""

import pathlib
import re
import subprocess
import sys

LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ +(.*)$", CODE.sub("", text), re.MULTILINE)
    plain = (re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading) for heading in headings)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in plain}


def problem(page: pathlib.Path, target: str, root: pathlib.Path) -> str | None:
    """What is wrong with a link of a page."""
    path, _, fragment = target.partition("#")
    file = (page.parent / path).resolve() if path else page
    if not file.is_relative_to(root) or not file.exists():
        return f"there is no {path}"
    if not fragment:
        return None
    text = file.read_text()
    if file.suffix == ".md":
        return None if fragment in anchors(text) else f"{path or page.name} has no heading #{fragment}"
    named = re.search(rf"\b(fn|def) {re.escape(fragment)}\b", text)
    return None if named else f"{path} has no test {fragment}"


def main() -> int:
    """Prints what is wrong and says so by the exit code."""
    root = pathlib.Path(subprocess.check_output(["git", "rev-parse", "--show-toplevel"], text=True).strip())
    pages = subprocess.check_output(["git", "ls-files", "*.md"], cwd=root, text=True).split()
    found, links = [], 0
    for page in (root / name for name in pages):
        for target in LINK.findall(CODE.sub("", page.read_text())):
            if re.match(r"[a-z]+:", target):
                continue
            links += 1
            if wrong := problem(page, target, root):
                found.append(f"{page.relative_to(root)}: {wrong}")
    for line in found:
        print(f"links: {line}", file=sys.stderr)
    print(f"links: {len(pages)} pages, {links} links within the repository, {len(found)} problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
