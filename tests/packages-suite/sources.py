"""Fetches the packages that packages.sha256 lists, each below its source's name, and checks that they are those."""

import dataclasses
import hashlib
import os
import shutil
import subprocess
import tarfile
import tempfile
import tomllib
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
OUT = TARGET / "packages-suite"
LIST = HERE / "packages.sha256"

# Where repositories are cloned from. PACKAGES_MIRROR names another place, in the same form.
GITHUB = "https://github.com/{owner}/{name}"


class Failed(Exception):
    """The suite cannot go on; this says nothing of the packages."""


@dataclasses.dataclass(frozen=True)
class Package:
    """A package: `<source>/<its path there>`, and its digest."""

    name: str
    digest: str

    @property
    def file(self) -> Path:
        """Where it is kept."""
        return OUT / "files" / self.name


def read_list() -> list[Package]:
    """All packages, as the list has them."""
    lines = (line.split("  ", 1) for line in LIST.read_text().splitlines())
    return [Package(name, digest) for digest, name in lines]


def read_sources() -> dict[str, dict]:
    """All sources, by their names."""
    return {source["name"]: source for source in tomllib.loads((HERE / "sources.toml").read_text())["source"]}


def fetch(packages: list[Package]) -> None:
    """Fetches what is not there yet, and fails where a file is not what the list says."""
    sources = read_sources()
    wanted: dict[str, list[str]] = {}
    for package in packages:
        source, path = package.name.split("/", 1)
        if not package.file.is_file():
            wanted.setdefault(source, []).append(path)
    for name, paths in wanted.items():
        source = sources[name]
        print(f"  fetch {len(paths)} of {next(source[kind] for kind in KINDS if kind in source)}", flush=True)
        folder = OUT / "files" / name
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=OUT) as temporary:
            for kind, get in KINDS.items():
                if kind in source:
                    get(source, paths, Path(temporary), folder)
    for package in packages:
        if hashlib.sha256(package.file.read_bytes()).hexdigest() != package.digest:
            raise Failed(f"{package.file} is not the package that {LIST.name} lists: remove it, and run this again")


def run(*command, **options) -> None:
    """Runs a program that has to succeed."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise Failed(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")


def keep(content: bytes, file: Path) -> None:
    """Writes a file whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(file.name + ".part")
    part.write_bytes(content)
    part.rename(file)


def from_git(source: dict, paths: list[str], temporary: Path, folder: Path) -> None:
    """Takes only the wanted files of one commit."""
    owner, name = source["git"].split("/")
    address = (os.environ.get("PACKAGES_MIRROR") or GITHUB).format(owner=owner, name=name)
    git = ["git", "-C", temporary, "-c", "advice.detachedHead=false"]
    run("git", "init", "--quiet", temporary)
    run(*git, "remote", "add", "origin", address)
    # A folder of this machine serves single files only where it is told to.
    run(*git, "config", "remote.origin.uploadpack", "git -c uploadpack.allowFilter=true -c uploadpack.allowAnySHA1InWant=true upload-pack")
    run(*git, "config", "remote.origin.promisor", "true")
    run(*git, "config", "remote.origin.partialclonefilter", "blob:none")
    run(*git, "fetch", "--quiet", "--depth", "1", "--filter=blob:none", "origin", source["commit"])
    run(*git, "checkout", "--quiet", "FETCH_HEAD", "--pathspec-from-file=-", "--pathspec-file-nul", input="\0".join(paths))
    for path in paths:
        keep((temporary / path).read_bytes(), folder / path)


def from_npm(source: dict, paths: list[str], temporary: Path, folder: Path) -> None:
    run(ROOT / "tests" / "path", "npm", "pack", "--silent", "--pack-destination", temporary, source["npm"])
    from_tar(temporary, paths, folder)


def from_pypi(source: dict, paths: list[str], temporary: Path, folder: Path) -> None:
    requirement = temporary / "requirements.txt"
    requirement.write_text(f"{source['pypi']} --hash=sha256:{source['digest']}\n")
    kind = "--only-binary" if source["binary"] else "--no-binary"
    pip = [ROOT / "target" / "venv" / "bin" / "pip", "download", "--quiet", "--no-deps", "--no-cache-dir"]
    run(*pip, kind, source["pypi"].split("==")[0], "--dest", temporary, "--requirement", requirement)
    if not source["binary"]:
        return from_tar(temporary, paths, folder)
    [wheel] = temporary.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        for path in paths:
            keep(archive.read(path), folder / path)


def from_tar(temporary: Path, paths: list[str], folder: Path) -> None:
    [tarball] = [*temporary.glob("*.tgz"), *temporary.glob("*.tar.gz")]
    with tarfile.open(tarball) as tar:
        for path in paths:
            keep(tar.extractfile(path).read(), folder / path)


def from_crate(source: dict, paths: list[str], temporary: Path, folder: Path) -> None:
    name, version = source["crate"].split("@")
    manifest = '[package]\nname = "fetched"\nversion = "0.0.0"\nedition = "2024"\n[lib]\npath = "lib.rs"\n[dependencies]\n'
    (temporary / "Cargo.toml").write_text(f'{manifest}{name} = "={version}"\n[workspace]\n')
    (temporary / "lib.rs").touch()
    run("cargo", "vendor", "--quiet", "--versioned-dirs", temporary / "vendor", cwd=temporary)
    for path in paths:
        keep((temporary / "vendor" / f"{name}-{version}" / path).read_bytes(), folder / path)


def from_folder(source: dict, paths: list[str], temporary: Path, folder: Path) -> None:
    for path in paths:
        folder.joinpath(path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / source["folder"] / path, folder / path)


KINDS = {"git": from_git, "npm": from_npm, "pypi": from_pypi, "crate": from_crate, "folder": from_folder}
