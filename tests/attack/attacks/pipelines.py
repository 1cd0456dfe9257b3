"""The CodePipeline simulator, as a team uses CodePipeline: pipelines of its own, commits, executions."""

import hashlib
import json
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

TARGET = "CodePipeline_20150709."
ROLE = "arn:aws:iam::123456789012:role/pipelines"
# The job that releases what a promotion of the app `deployed` brings.
RELEASE = {
    "do": "release", "app": "deployed", "environment": "prod", "build": "#{variables.build}", "promotion": "#{variables.promotion}",
}
# How long an execution may take to end.
PATIENCE = 60


class CodePipeline:
    """The simulator at that address. `function` is what Lambda actions invoke, `bucket` where artifacts lie."""

    def __init__(self, endpoint, function, bucket, account="123456789012", region="eu-west-1"):
        self.endpoint, self.function, self.bucket = endpoint, function, bucket
        self.account, self.region = account, region
        self._declared = set()
        self._files = tempfile.TemporaryDirectory()

    def call(self, operation, **body):
        """An operation of CodePipeline's API."""
        headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": TARGET + operation}
        return self._post("/", body, headers)

    def _control(self, path, body):
        return self._post(f"/control/{path}", body, {"content-type": "application/json"})

    def _post(self, path, body, headers):
        request = urllib.request.Request(self.endpoint + path, json.dumps(body).encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{path} {headers.get('x-amz-target', '')}: {error.read().decode()}") from None
        return json.loads(text) if text else {}

    def declare(self, name, *stages, repository=None):
        """Makes a pipeline of those stages behind a source, in the place of an earlier one of that name."""
        variables = [{"name": each, "defaultValue": " "} for each in ("promotion", "build", "version", "sha256", "digests")]
        pipeline = {
            "name": name,
            "roleArn": ROLE,
            "artifactStore": {"type": "S3", "location": self.bucket},
            "pipelineType": "V2",
            "executionMode": "PARALLEL",
            "variables": variables,
            "stages": [{"name": "Source", "actions": [source(repository or name)]}, *stages],
        }
        if name in self._declared:
            self.call("DeletePipeline", name=name)
        self.call("CreatePipeline", pipeline=pipeline)
        self._declared.add(name)

    def start(self, name, **variables):
        """Starts a pipeline with these variables; gives the execution."""
        given = [{"name": each, "value": value} for each, value in variables.items()]
        more = {"variables": given} if given else {}
        return self.call("StartPipelineExecution", name=name, **more)["pipelineExecutionId"]

    def commit(self, repository, identifier, message):
        """Somebody pushes to a repository, which starts the pipelines that build it; gives the executions."""
        commit = {"id": identifier, "message": message, "author": "Mallory"}
        pushed = {"repository": f"acme/{repository}", "branch": "main", "commit": commit, "start": True}
        return self._control("commits", pushed)["started"]

    def builds(self, name, *files):
        """The next execution's build leaves these files, each a name and its bytes."""
        made = []
        for each, content in files:
            path = Path(self._files.name) / hashlib.sha256(content).hexdigest()
            path.write_bytes(content)
            made.append({"name": each, "path": str(path)})
        self._control("scripts", {"pipeline": name, "action": "Package", "behaviour": {"files": made}})

    def holds(self, name, action):
        """The next execution's action does not end before `goes_on`."""
        self._control("scripts", {"pipeline": name, "action": action, "behaviour": {"hold": True}})

    def goes_on(self, name):
        self._control("release", {"pipeline": name})

    def knows(self, name, execution):
        """Whether an execution is one of that pipeline."""
        listed = self.call("ListPipelineExecutions", pipelineName=name)["pipelineExecutionSummaries"]
        return execution in [each["pipelineExecutionId"] for each in listed]

    def outcome(self, name, execution):
        """Waits until the execution ended, and the portal heard of it; gives its status."""

        def ended():
            found = self.call("GetPipelineExecution", pipelineName=name, pipelineExecutionId=execution)
            status = found["pipelineExecution"]["status"]
            return None if status in ("InProgress", "Stopping") else status

        status = until(f"the end of {name} {execution}", ended)
        self.heard()
        return status

    def action(self, name, execution, action):
        """What CodePipeline says of the newest run of an action in an execution; none before it began."""
        asked = {"pipelineName": name, "filter": {"pipelineExecutionId": execution}}
        found = self.call("ListActionExecutions", **asked)["actionExecutionDetails"]
        return next((each for each in found if each["actionName"] == action), None)

    def waits(self, name, execution, action):
        """Waits until an action of the execution is at work and has said for what it waits; gives that."""

        def waiting():
            found = self.action(name, execution, action)
            result = (found or {}).get("output", {}).get("executionResult", {})
            return found and found["status"] == "InProgress" and result.get("externalExecutionSummary")

        return until(f"{action} of {name} {execution}", waiting)

    def at_work(self, name, execution, action):
        """Waits until an action of the execution is at work, and the portal heard of it."""
        begun = lambda: (self.action(name, execution, action) or {}).get("status") == "InProgress"
        until(f"{action} of {name} {execution}", begun)
        self.heard()

    def message(self, name, execution, action="Towpath"):
        """Why an action failed."""
        result = self.action(name, execution, action)["output"]["executionResult"]
        return result["errorDetails"]["message"]

    def code(self, name, execution, action="Towpath"):
        """The kind of that failure."""
        return self.action(name, execution, action)["output"]["executionResult"]["errorDetails"]["code"]

    def run_id(self, name, execution):
        """The run that an execution is at the portal."""
        return f"codepipeline/{self.account}/{self.region}/{name}/{execution}"

    def heard(self):
        """Waits until the portal took all events."""

        def drained():
            with urllib.request.urlopen(f"{self.endpoint}/control/state", timeout=30) as answer:
                state = json.loads(answer.read())
            return state["eventsDelivered"] + state["eventsDropped"] >= state["eventsQueued"]

        until("the last event", drained)

    def towpath(self, parameters, inputs=(), name="Towpath", stage="Invoke"):
        """A stage whose action hands a job to Towpath. `parameters` is a text, or what becomes one."""
        text = parameters if isinstance(parameters, str) else json.dumps(parameters)
        action = {
            "name": name,
            "actionTypeId": kind("Invoke", "Lambda"),
            "configuration": {"FunctionName": self.function, "UserParameters": text},
            "inputArtifacts": [{"name": each} for each in inputs],
        }
        return {"name": stage, "actions": [action]}


def kind(category, provider):
    return {"category": category, "owner": "AWS", "provider": provider, "version": "1"}


def source(repository):
    connection = "arn:aws:codeconnections:eu-west-1:123456789012:connection/0f5b706a-1a1d-46c5-86b6-f177321bcfb2"
    watched = {"ConnectionArn": connection, "FullRepositoryId": f"acme/{repository}", "BranchName": "main"}
    return {
        "name": "Source",
        "namespace": "Source",
        "actionTypeId": kind("Source", "CodeStarSourceConnection"),
        "configuration": watched,
        "outputArtifacts": [{"name": "Sources"}],
    }


def package():
    """The stage that builds what `CodePipeline.builds` says."""
    action = {
        "name": "Package",
        "actionTypeId": kind("Build", "CodeBuild"),
        "configuration": {"ProjectName": "package"},
        "inputArtifacts": [{"name": "Sources"}],
        "outputArtifacts": [{"name": "Packages"}],
    }
    return {"name": "Build", "actions": [action]}


def approval():
    """The stage in which somebody has to approve by hand."""
    return {"name": "Release", "actions": [{"name": "Ask", "actionTypeId": kind("Approval", "Manual")}]}


def deploy():
    """The stage that deploys."""
    action = {
        "name": "Ship",
        "actionTypeId": kind("Build", "CodeBuild"),
        "configuration": {"ProjectName": "deploy"},
        "inputArtifacts": [{"name": "Sources"}],
    }
    return {"name": "Deploy", "actions": [action]}


def until(what, probe, patience=PATIENCE):
    """Asks until there is an answer; gives it."""
    last = time.monotonic() + patience
    while not (answer := probe()):
        if time.monotonic() > last:
            raise AssertionError(f"in vain: {what}")
        time.sleep(0.03)
    return answer
