"""The AWS emulator as a process, and boto3's clients for it."""

import json
import os
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

import boto3
from botocore.config import Config

from .processes import LOGS, Process, free_port
from .tweaks.site import NAME

REGION = "eu-west-1"
ACCOUNT = "123456789012"


class Emulator:
    """An AWS on loopback that checks signatures and rights. `endpoints` are services that somebody else plays:
    `{"CODEPIPELINE": "http://127.0.0.1:4599"}`. `site` is a name for the one distribution beside its own."""

    def __init__(self, port=None, account=ACCOUNT, region=REGION, endpoints=None, site=None, name="ministack"):
        self.port = port or free_port()
        self.account, self.region = account, region
        self.endpoint = f"http://127.0.0.1:{self.port}"
        LOGS.mkdir(parents=True, exist_ok=True)
        # Whatever lies here goes with the emulator.
        self._scratch = tempfile.TemporaryDirectory(prefix="scratch-", dir=LOGS)
        self.scratch = Path(self._scratch.name)
        # Functions inherit this environment: nothing of ours may be in it.
        environment = {
            "HOME": self._scratch.name,
            "TMPDIR": self._scratch.name,
            "PATH": os.environ["PATH"],
            "PYTHONDONTWRITEBYTECODE": "1",
            "GATEWAY_PORT": str(self.port),
            "BIND_HOST": "127.0.0.1",
            "MINISTACK_REGION": region,
            "MINISTACK_ACCOUNT_ID": account,
            "SFTP_ENABLED": "0",
            "IOT_MTLS_ENABLED": "0",
            "AUTH": "true",
            "AWS_ENDPOINT_URL": self.endpoint,
        }
        if site:
            environment[NAME] = site
        for service, endpoint in (endpoints or {}).items():
            environment[f"AWS_ENDPOINT_URL_{service}"] = endpoint
        server = Path(__file__).with_name("server.py")
        self._process = Process(name, [sys.executable, server], environment)
        try:
            self._process.ready(self._healthy)
        except BaseException:
            self.stop()
            raise

    def _healthy(self):
        try:
            with urllib.request.urlopen(f"{self.endpoint}/_ministack/health", timeout=2) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def client(self, service, credentials=None):
        """A boto3 client, as the account's root or with an assumed role's credentials."""
        keys = credentials or {"AccessKeyId": self.account, "SecretAccessKey": "test", "SessionToken": None}
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=self.region,
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"],
            config=Config(retries={"max_attempts": 1}, s3={"addressing_style": "path"}),
        )

    def role(self, name, *rights):
        """Makes a role with those rights, such as `{"Action": "s3:*", "Resource": "*"}`, and gives its credentials."""
        iam = self.client("iam")
        root = {"AWS": f"arn:aws:iam::{self.account}:root"}
        trust = policy({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": root})
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]
        granted = policy(*({"Effect": "Allow", **right} for right in rights))
        iam.put_role_policy(RoleName=name, PolicyName="rights", PolicyDocument=granted)
        return self.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName=name)["Credentials"]

    def stop(self):
        self._process.stop()
        self._scratch.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()




def policy(*statements):
    """A policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
