"""Everything together: the emulator, the deployed stack, the simulator, and names for what the stack made."""

import json
import os
import platform

from . import stack
from .browser import Browser
from .codepipeline import CodePipeline
from .emulator import Emulator
from .processes import LOGS, ROOT, free_port

ENVIRONMENTS = ROOT / "tests/emulator/environments.toml"
STACK = "Towpath-dev"


def architecture():
    """This machine's processor, which functions run on here, by CDK's name for it."""
    return "arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64"


def environments(public_url):
    """The environments file for this machine, where people open `dev` at that address, or at CloudFront's without one."""
    text = ENVIRONMENTS.read_text().replace('"towpath.toml"', f'"{ENVIRONMENTS.with_name("towpath.toml")}"')
    text = text.replace("[[environments]]\n", f'[[environments]]\narchitecture = "{architecture()}"\n')
    if public_url:
        text = text.replace('name = "dev"\n', f'name = "dev"\npublic_url = "{public_url}"\n')
    LOGS.mkdir(parents=True, exist_ok=True)
    path = LOGS / "environments.toml"
    path.write_text(text)
    return path


def package():
    """The folder that `infra/package` built, or the one that PACKAGE names."""
    return ROOT / (os.environ.get("PACKAGE") or "target/package")


class World:
    """A deployment of Towpath in an emulated account."""

    def __init__(self, port=None, site=None):
        """`site` is a name for browsers of this machine, such as `towpath.localhost`; it needs the port."""
        self._open = []
        try:
            address = site and f"http://{site}:{port}"
            self.templates = stack.synthesize(environments(address), package())
            simulator = free_port()
            endpoints = {"CODEPIPELINE": f"http://127.0.0.1:{simulator}"}
            self.emulator = self._opened(Emulator(port=port, endpoints=endpoints, site=site))
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
