"""Reads every example of a CI system's file in docs/workloads.md as YAML, and checks what each needs to prove itself."""

import pathlib
import re
import sys
import tomllib

import yaml

PAGE = pathlib.Path(__file__).parents[2] / "docs" / "workloads.md"


def main() -> None:
    text = PAGE.read_text()
    portal = tomllib.loads(fences(text, "toml")[0])["public_url"]
    github, gitlab, circleci, codebuild = map(yaml.safe_load, fences(text, "yaml"))

    job = github["jobs"]["release"]
    expect(job["permissions"]["id-token"] == "write", "the workflow may ask for a token")
    expect(job["env"]["TOWPATH_URL"] == portal, "the workflow names the portal")
    expect(push(job["steps"][-1]["run"]), "the workflow pushes")

    job = gitlab["release"]
    expect(job["id_tokens"] == {"TOWPATH_ID_TOKEN": {"aud": portal}}, "GitLab's token is for the portal")
    expect(job["variables"]["TOWPATH_URL"] == portal, "GitLab's job names the portal")
    expect(push(job["script"][-1]), "GitLab's job pushes")

    job = circleci["jobs"]["release"]
    expect(job["environment"]["TOWPATH_URL"] == portal, "CircleCI's job names the portal")
    run = job["steps"][-1]["run"]
    expect(f'{{"aud": "{portal}"}}' in run, "CircleCI's token is for the portal")
    expect(push(run), "CircleCI's job pushes")

    variables = codebuild["env"]["variables"]
    expect(variables == {"TOWPATH_URL": portal, "TOWPATH_AUTH": "aws"}, "the buildspec signs for the portal")
    expect(push(codebuild["phases"]["build"]["commands"][-1]), "the buildspec pushes")


def fences(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def push(command: str) -> bool:
    return re.search(r"towpath push \S+ --app \S+ --environment \S+", command) is not None


def expect(holds: bool, what: str) -> None:
    if not holds:
        sys.exit(f"{PAGE.name}: {what}: this does not hold")


main()
