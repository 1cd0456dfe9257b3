"""The pipelines that feed the deployment, as a team would declare them, and what their builds leave."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from .codepipeline import ARTIFACTS, ROLE
from .processes import ROOT

SAMPLES = ROOT / "target/samples"


@dataclass
class Package:
    """A sample package."""

    name: str

    @property
    def path(self) -> Path:
        return SAMPLES / self.name

    @property
    def sha256(self):
        return hashlib.sha256(self.path.read_bytes()).hexdigest()


def declare(codepipeline, app, environment, asked=None):
    """A pipeline with source, build and registration; gives its name. What its action asks for may be `asked` instead."""
    name = f"{app}-{environment}"
    stages = [
        ("Source", _source(app, environment)),
        ("Build", _build(app)),
        ("Release", _register(codepipeline.function, asked or {"do": "register", "app": app, "environment": environment})),
    ]
    codepipeline.api.create_pipeline(
        pipeline={
            "name": name,
            "roleArn": f"arn:aws:iam::{codepipeline.emulator.account}:role/{ROLE}",
            "artifactStore": {"type": "S3", "location": ARTIFACTS},
            "pipelineType": "V2",
            "executionMode": "QUEUED",
            "stages": [{"name": stage, "actions": [action]} for stage, action in stages],
        }
    )
    return name


def run(codepipeline, app, environment, package, message, author="Ana Ruiz", beside=()):
    """A commit goes through the pipeline, whose build leaves that package, and `beside` it other files; gives the
    pipeline and its execution."""
    name = f"{app}-{environment}"
    files = [{"name": f"outputs/apk/{package.name}", "path": str(package.path)}, *beside]
    codepipeline.script(name, "Package", durationMs=300, files=files, compression="stored")
    commit = hashlib.sha1(f"{name} {message}".encode()).hexdigest()
    [execution] = codepipeline.push(repository(app), branch(environment), commit, message, author)
    return name, execution


def repository(app):
    return f"towpath/{app}"


def branch(environment):
    """Each environment of an app has a branch of its own, so that a commit starts one pipeline."""
    return "main" if environment == "dev" else environment


def _kind(category, provider):
    return {"category": category, "owner": "AWS", "provider": provider, "version": "1"}


def _source(app, environment):
    return {
        "name": "Source",
        "namespace": "Source",
        "actionTypeId": _kind("Source", "CodeStarSourceConnection"),
        "configuration": {
            "ConnectionArn": "arn:aws:codeconnections:eu-west-1:123456789012:connection/0f5b706a-1a1d-46c5-86b6-f177321bcfb2",
            "FullRepositoryId": repository(app),
            "BranchName": branch(environment),
        },
        "outputArtifacts": [{"name": "SourceArtifact"}],
    }


def _build(app):
    return {
        "name": "Package",
        "actionTypeId": _kind("Build", "CodeBuild"),
        "configuration": {"ProjectName": f"{app}-package"},
        "inputArtifacts": [{"name": "SourceArtifact"}],
        "outputArtifacts": [{"name": "PackageArtifact"}],
    }


def _register(function, parameters):
    return {
        "name": "Register",
        "namespace": "Registered",
        "actionTypeId": _kind("Invoke", "Lambda"),
        "configuration": {"FunctionName": function, "UserParameters": json.dumps(parameters)},
        "inputArtifacts": [{"name": "PackageArtifact"}],
    }
