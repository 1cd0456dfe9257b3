"""Checks what infra/sbom prints: what Cargo links into the program and the pages, as Cargo.lock has it, and nothing that only
tests, builds or other programs of the workspace use."""

import json
import subprocess
import sys
import tomllib

LINKED = {"aws-sdk-dynamodb", "lambda_runtime", "leptos", "rustls", "wasm-bindgen"}
ELSEWHERE = {"clap", "dynoxide-rs", "insta", "serde_derive", "tempfile"}


def problems(arch: str) -> list[str]:
    printed = [subprocess.run(["infra/sbom", arch], check=True, capture_output=True).stdout for _ in range(2)]
    sbom = json.loads(printed[0])
    lock = tomllib.loads(open("Cargo.lock").read())["package"]
    locked = {(each["name"], each["version"]): each.get("checksum") for each in lock}
    found = [] if printed[0] == printed[1] else ["the same revision prints other bytes"]
    for each in sbom["components"]:
        name, version = each["name"], each["version"]
        if each["hashes"] != [{"alg": "SHA-256", "content": locked.get((name, version))}]:
            found.append(f"{name} {version} is not what Cargo.lock has")
        if each["purl"] != f"pkg:cargo/{name}@{version}":
            found.append(f"{name} has the address {each['purl']}")
    names = {each["name"] for each in sbom["components"]}
    found += [f"{name} is linked and not listed" for name in sorted(LINKED - names)]
    found += [f"{name} is listed and not linked" for name in sorted(ELSEWHERE & names)]
    own = {(each["name"], each["version"]) for each in lock if "source" not in each}
    listed = {(each["name"], each["version"]) for each in sbom["components"]}
    found += [f"{name} is our own" for name, _ in sorted(own & listed)]
    return found


if __name__ == "__main__":
    found = [f"sbom: {arch}: {problem}" for arch in ("arm64", "x86_64") for problem in problems(arch)]
    for problem in found:
        print(problem)
    sys.exit(1 if found else 0)
