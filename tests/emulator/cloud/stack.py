"""Prepares the emulated account, deploys and takes down with the commands that teams use: `cdk bootstrap`, `infra/deploy`,
`infra/destroy`, `infra/user`, `infra/backup`, `infra/restore`, `infra/redrive`."""

import os
import re
import subprocess
from pathlib import Path

from .processes import LOGS, ROOT

INFRA = ROOT / "infra"
CDK = INFRA / "node_modules/.bin/cdk"
NAMES = Path(__file__).with_name("names.mjs")


class Failed(Exception):
    """A command did not do it."""


class Operator:
    """Somebody with credentials of the account, at a terminal."""

    def __init__(self, emulator, environments, package, **more):
        self.emulator = emulator
        # Nothing of the caller's AWS.
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        self.environment |= {
            "AWS_ENDPOINT_URL": emulator.endpoint,
            "AWS_REGION": emulator.region,
            "AWS_ACCESS_KEY_ID": emulator.account,
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "CI": "true",
            "NODE_OPTIONS": f"--import {NAMES.as_uri()}",
            "PACKAGE": str(package),
            "TOWPATH_ENVIRONMENTS": str(environments),
            **more,
        }

    def but(self, **other):
        """The same with other variables; `None` takes one away."""
        made = Operator.__new__(Operator)
        made.emulator = self.emulator
        joined = self.environment | other
        made.environment = {name: value for name, value in joined.items() if value is not None}
        return made

    def acting_as(self, credentials):
        """The same with the credentials of a role."""
        return self.but(
            AWS_ACCESS_KEY_ID=credentials["AccessKeyId"],
            AWS_SECRET_ACCESS_KEY=credentials["SecretAccessKey"],
            AWS_SESSION_TOKEN=credentials["SessionToken"],
        )

    def bootstrap(self):
        """Prepares the account for CDK. Elsewhere than in `infra`, whose app it would want to read."""
        self._run([CDK, "bootstrap", f"aws://{self.emulator.account}/{self.emulator.region}"], LOGS, "bootstrap")

    def deploy(self, environment="dev"):
        """Gives what it said."""
        return self._run([INFRA / "deploy", environment], ROOT, "deploy")

    def destroy(self, environment="dev"):
        """Gives what it said."""
        return self._run([INFRA / "destroy", environment], ROOT, "destroy")

    def user(self, environment="dev", **who):
        """Lets somebody in, with MAIL and GROUP. Gives what it said."""
        return self.but(**who)._run([INFRA / "user", environment], ROOT, "user")

    def backup(self, to, environment="dev", **more):
        """Gives what it said."""
        return self.but(TO=str(to), **more)._run([INFRA / "backup", environment], ROOT, "backup")

    def restore(self, source, environment="dev"):
        """Gives what it said."""
        return self.but(FROM=str(source))._run([INFRA / "restore", environment], ROOT, "restore")

    def redrive(self, environment="dev"):
        """Gives what it said."""
        return self._run([INFRA / "redrive", environment], ROOT, "redrive")

    def _run(self, command, folder, name):
        done = subprocess.run(
            command,
            cwd=folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
        )
        (LOGS / f"{name}.log").write_text(done.stdout)
        if done.returncode != 0:
            said = re.search(r"^towpath: .*", done.stdout, re.MULTILINE | re.DOTALL)
            raise Failed(said.group() if said else "\n".join(done.stdout.splitlines()[-30:]))
        return done.stdout


def outputs(emulator, stack):
    """What the stack says of itself, by name."""
    [found] = emulator.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in found["Outputs"]}
