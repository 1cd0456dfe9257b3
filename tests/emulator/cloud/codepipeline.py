"""The CodePipeline simulator beside the emulator: real jobs for deployed functions, real events on the deployed bus."""

import json
import os
import signal
import urllib.request

import boto3
from botocore.config import Config

from .processes import ROOT, Process, until

ARTIFACTS = "pipelines-artifacts"
ROLE = "pipelines"
PROGRAM = ROOT / "target/debug/codepipeline-simulator"


class CodePipeline:
    """Starts as soon as the emulator runs; its address must be known before, since functions are told it."""

    def __init__(self, emulator, port, function):
        self.emulator, self.endpoint = emulator, f"http://127.0.0.1:{port}"
        self.function = function
        keys = self.credentials = self._credentials()
        environment = {
            "PATH": os.environ["PATH"],
            "RUST_LOG": "warn,simulator=debug",
            "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
            "AWS_SESSION_TOKEN": keys["SessionToken"],
        }
        command = [PROGRAM, "--listen", f"127.0.0.1:{port}", "--account", emulator.account]
        command += ["--region", emulator.region, "--time-factor", "0.05"]
        for service in ("events", "lambda", "s3"):
            command += [f"--{service}-endpoint", emulator.endpoint]
        self._process = Process("codepipeline", command, environment, end=signal.SIGINT)
        self._process.ready(self._answers)
        self.api = boto3.client(
            "codepipeline",
            endpoint_url=self.endpoint,
            region_name=emulator.region,
            aws_access_key_id="any",
            aws_secret_access_key="any",
            config=Config(retries={"max_attempts": 1}),
        )

    def _credentials(self):
        """Those of a role that may do what CodePipeline's own does, and nothing else."""
        account, region = self.emulator.account, self.emulator.region
        self.emulator.client("s3").create_bucket(
            Bucket=ARTIFACTS, CreateBucketConfiguration={"LocationConstraint": region}
        )
        artifacts = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"]
        return self.emulator.role(
            ROLE,
            {"Action": artifacts, "Resource": f"arn:aws:s3:::{ARTIFACTS}/*"},
            {"Action": "lambda:InvokeFunction", "Resource": f"arn:aws:lambda:{region}:{account}:function:{self.function}"},
            {"Action": "events:PutEvents", "Resource": f"arn:aws:events:{region}:{account}:event-bus/default"},
        )

    def _answers(self):
        try:
            return self._control("state") is not None
        except OSError:
            return False

    def _control(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        headers = {"content-type": "application/json"}
        request = urllib.request.Request(f"{self.endpoint}/control/{path}", data=data, headers=headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
        return json.loads(text) if text else {}

    def script(self, pipeline, action, **behaviour):
        """What that action does the next time."""
        self._control("scripts", {"pipeline": pipeline, "action": action, "behaviour": behaviour})

    def push(self, repository, branch, identifier, message, author):
        """A commit on a branch, which starts the pipelines that watch it; gives the executions."""
        commit = {"id": identifier, "message": message, "author": author}
        pushed = {"repository": repository, "branch": branch, "commit": commit, "start": True}
        return self._control("commits", pushed)["started"]

    def outcome(self, pipeline, execution, patience=60):
        """Waits until the execution ended, and its events arrived; gives its status."""

        def ended():
            found = self.api.get_pipeline_execution(pipelineName=pipeline, pipelineExecutionId=execution)
            status = found["pipelineExecution"]["status"]
            return None if status in ("InProgress", "Stopping") else status

        status = until(f"the end of {pipeline} {execution}", ended, patience)
        until("the last event", self._drained)
        return status

    def _drained(self):
        state = self._control("state")
        return state["eventsDelivered"] + state["eventsDropped"] >= state["eventsQueued"]

    def dropped(self):
        """How many events were given up."""
        return self._control("state")["eventsDropped"]

    def action(self, pipeline, execution, name):
        """What became of an action: its details in CodePipeline's words."""
        found = self.api.list_action_executions(
            pipelineName=pipeline, filter={"pipelineExecutionId": execution}
        )["actionExecutionDetails"]
        [detail] = [detail for detail in found if detail["actionName"] == name]
        return detail

    def stop(self):
        self._process.stop()

