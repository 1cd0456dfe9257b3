"""Everything together: the emulator, the deployed stack, the simulator, and names for what the stack made."""

import json
import os
from pathlib import Path

from . import stack
from .browser import Browser
from .codepipeline import CodePipeline
from .emulator import Emulator
from .processes import ROOT, free_port

ENVIRONMENTS = ROOT / "tests/emulator/environments.toml"
STACK = "Towpath-dev"


def package():
    """The folder that `infra/package` built, or the one that PACKAGE names."""
    return Path(os.environ.get("PACKAGE") or ROOT / "target/package").resolve()


class World:
    """A deployment of Towpath in an emulated account."""

    def __init__(self, environments=ENVIRONMENTS, port=None):
        self._open = []
        try:
            self.templates = stack.synthesize(environments, package())
            simulator = free_port()
            endpoints = {"CODEPIPELINE": f"http://127.0.0.1:{simulator}"}
            self.emulator = self._opened(Emulator(port=port, endpoints=endpoints))
            self.outputs = stack.deploy(self.emulator, self.templates, STACK)
            self.codepipeline = self._opened(CodePipeline(self.emulator, simulator, self.name("action")))
        except BaseException:
            self.stop()
            raise

    def _opened(self, part):
        self._open.append(part)
        return part

    def stop(self):
        for part in reversed(self._open):
            part.stop()

    def name(self, what):
        """The physical name of a function, queue or role of the stack."""
        return f"towpath-dev-{what}"

    @property
    def address(self):
        """What people open: CloudFront's."""
        return self.outputs["Address"]

    @property
    def template(self):
        """The template as it was synthesized and deployed."""
        return json.loads((self.templates / f"{STACK}.template.json").read_text())

    def visitor(self):
        """Somebody with a browser of their own."""
        return Browser(self.emulator, self.address)

    def resources(self, kind):
        """The physical names of the stack's resources of a CloudFormation type."""
        listed = self.emulator.client("cloudformation").list_stack_resources(StackName=STACK)
        return [
            found["PhysicalResourceId"]
            for found in listed["StackResourceSummaries"]
            if found["ResourceType"] == kind
        ]
