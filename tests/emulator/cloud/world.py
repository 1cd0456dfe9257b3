"""Everything together: the emulator, the deployed stack, the simulator, and names for what the stack made."""

import os
import platform

from botocore.exceptions import BotoCoreError

from . import stack
from .browser import Browser
from .codepipeline import CodePipeline
from .emulator import ACCOUNT, Emulator
from .processes import LOGS, ROOT, free_port

ENVIRONMENTS = ROOT / "tests/emulator/environments.toml"
CONFIGURATION = ENVIRONMENTS.with_name("towpath.toml")
STACK = "Towpath-dev"


def architecture():
    """This machine's processor, which functions run on here, by CDK's name for it."""
    return "arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64"


def configure(folder, public_url=None, configuration=None, account=ACCOUNT):
    """Writes the environments file for this machine into that folder and gives its path. People open `dev` at that
    address, or at CloudFront's without one; `configuration` is a text instead of `towpath.toml`, `account` another one."""
    (folder / "towpath.toml").write_text(configuration or CONFIGURATION.read_text())
    text = ENVIRONMENTS.read_text().replace(f'account = "{ACCOUNT}"', f'account = "{account}"')
    text = text.replace("[[environments]]\n", f'[[environments]]\narchitecture = "{architecture()}"\n')
    if public_url:
        text = text.replace('name = "dev"\n', f'name = "dev"\npublic_url = "{public_url}"\n')
    path = folder / "environments.toml"
    path.write_text(text)
    return path


def package():
    """The folder that `infra/package` built, or the one that PACKAGE names."""
    return ROOT / (os.environ.get("PACKAGE") or "target/package")


class World:
    """A deployment of Towpath in an emulated account."""

    def __init__(self, port=None, site=None, account=ACCOUNT, name="ministack", closed=False):
        """`site` is a name for browsers of this machine, such as `towpath.localhost`. `name` is that of the emulator's log. A
        deployment that is `closed` runs no function."""
        self._open = []
        try:
            simulator = free_port()
            endpoints = {"CODEPIPELINE": f"http://127.0.0.1:{simulator}"}
            self.emulator = self._opened(Emulator(port, account, endpoints=endpoints, site=site, name=name))
            address = site and f"http://{site}:{self.emulator.port}"
            written = configure(self.emulator.scratch, address, account=account)
            self.operator = stack.Operator(self.emulator, written, package())
            self.operator.bootstrap()
            self.operator.but(CLOSED="1" if closed else None).deploy()
            self.outputs = stack.outputs(self.emulator, STACK)
            self.codepipeline = self._opened(CodePipeline(self.emulator, simulator, self.name("action")))
        except BaseException:
            self.stop()
            raise

    def _opened(self, part):
        self._open.append(part)
        return part

    def stop(self):
        try:
            if self._open:
                self.keep_logs()
        except BotoCoreError:
            pass  # The emulator ended by itself, and its own log says why.
        for part in reversed(self._open):
            part.stop()

    def keep_logs(self):
        """Writes what the functions said beside the other logs, for anyone who looks for a reason afterwards."""
        logs = self.emulator.client("logs")
        for group in logs.describe_log_groups()["logGroups"]:
            found = logs.filter_log_events(logGroupName=group["logGroupName"])["events"]
            text = "\n".join(event["message"] for event in found)
            (LOGS / f"{group['logGroupName'].strip('/').replace('/', '-')}.log").write_text(text)

    def name(self, what):
        """The physical name of a function, queue or role of the stack."""
        return f"towpath-dev-{what}"

    @property
    def address(self):
        """What people open: CloudFront's."""
        return self.outputs["Address"]

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
