"""Drives the simulator with boto3, a client that we did not write.

Run by `cargo nextest run -p simulator` (tests/boto3.rs), or by hand:

    cargo build --bin codepipeline-simulator && python3 -m unittest tests/simulator/tests/boto3_client.py

Every answer is also checked strictly against botocore's own model, because its parser forgives too much.
"""

import json
import os
import re
import subprocess
import sys
import threading
import time
import unittest
import urllib.request
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
import botocore.config
import botocore.exceptions

sys.path.insert(0, os.path.dirname(__file__))
import shapes  # noqa: E402

MODEL = shapes.model()
BUILT = os.path.join(os.path.dirname(__file__), "../../../target/debug/codepipeline-simulator")
PROGRAM = os.environ.get("SIMULATOR", BUILT)
PATIENCE = 15


class Receiver(BaseHTTPRequestHandler):
    """A Lambda, an EventBridge and an S3 that only take note."""

    events, jobs, objects = [], [], {}
    protocol_version = "HTTP/1.1"

    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        body = json.loads(self.body())
        if self.headers.get("X-Amz-Target") == "AWSEvents.PutEvents":
            for entry in body["Entries"]:
                Receiver.events.append({**entry, "Detail": json.loads(entry["Detail"])})
            entries = [{"EventId": str(uuid.uuid4())} for _ in body["Entries"]]
            self.answer(200, json.dumps({"FailedEntryCount": 0, "Entries": entries}).encode())
        elif self.path == "/2015-03-31/functions/register/invocations":
            assert self.headers["X-Amz-Invocation-Type"] == "Event"
            Receiver.jobs.append(body["CodePipeline.job"])
            self.answer(202)
        else:
            self.answer(404)

    def do_PUT(self):
        Receiver.objects[self.path.split("?")[0]] = self.body()
        self.answer(200, ETag='"1"')

    def log_message(self, *_):
        pass


def check_shape(name, value, path=""):
    """Complains unless `value` is exactly what the model says."""
    shape = MODEL["shapes"][name]
    kind = shape["type"]
    if kind == "structure":
        assert isinstance(value, dict), f"{path}: {value!r} is no structure"
        unknown = set(value) - set(shape["members"])
        assert not unknown, f"{path}: unknown {unknown}"
        missing = set(shape.get("required", [])) - set(value)
        assert not missing, f"{path}: missing {missing}"
        for member, item in value.items():
            check_shape(shape["members"][member]["shape"], item, f"{path}.{member}")
    elif kind == "list":
        for index, item in enumerate(value):
            check_shape(shape["member"]["shape"], item, f"{path}[{index}]")
    elif kind == "map":
        for key, item in value.items():
            check_shape(shape["key"]["shape"], key, path)
            check_shape(shape["value"]["shape"], item, f"{path}.{key}")
    elif kind == "string":
        assert isinstance(value, str), f"{path}: {value!r} is no string"
        assert shape.get("min", 0) <= len(value) <= shape.get("max", 1 << 30), f"{path}: length of {value!r}"
        assert "enum" not in shape or value in shape["enum"], f"{path}: {value!r} is not in {shape['enum']}"
        assert "pattern" not in shape or re.fullmatch(shape["pattern"], value, re.S), f"{path}: {value!r}"
    else:
        wanted = {"integer": int, "timestamp": (int, float), "boolean": bool}[kind]
        assert isinstance(value, wanted), f"{path}: {value!r} is no {kind}"



def action(name, category, provider, configuration=None, inputs=(), outputs=(), order=1, namespace=None):
    made = {
        "name": name,
        "actionTypeId": {"category": category, "owner": "AWS", "provider": provider, "version": "1"},
        "runOrder": order,
        "configuration": configuration or {},
        "inputArtifacts": [{"name": artifact} for artifact in inputs],
        "outputArtifacts": [{"name": artifact} for artifact in outputs],
    }
    return {**made, "namespace": namespace} if namespace else made


SOURCE = action(
    "Fetch", "Source", "CodeStarSourceConnection",
    {"ConnectionArn": "arn:aws:codestar-connections:eu-west-1:123456789012:connection/1",
     "FullRepositoryId": "towpath/wallet", "BranchName": "main"},
    outputs=["Sources"], namespace="Source")
BUILD = action("Compile", "Build", "CodeBuild", {"ProjectName": "wallet"}, ["Sources"], ["Package"])
REGISTER = action(
    "Register", "Invoke", "Lambda",
    {"FunctionName": "register",
     "UserParameters": '{"commit":"#{Source.CommitId}","execution":"#{codepipeline.PipelineExecutionId}"}'},
    ["Package"], namespace="Registered")
ASK = action("Ask", "Approval", "Manual")
SHIP = action("Ship", "Deploy", "CodeDeploy", {"ApplicationName": "#{variables.target}"}, ["Package"])


def declaration(name, stages, mode="SUPERSEDED", **more):
    return {
        "name": name,
        "roleArn": "arn:aws:iam::123456789012:role/pipeline",
        "artifactStore": {"type": "S3", "location": "artifacts-of-pipelines"},
        "stages": [{"name": stage, "actions": actions} for stage, actions in stages],
        "pipelineType": "V2",
        "executionMode": mode,
        "variables": [{"name": "target", "defaultValue": "nowhere"}],
        **more,
    }


def eventually(check, what):
    """Waits until `check` gives something."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = check()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"waited {PATIENCE} s in vain for {what}")


class Simulator(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.receiver = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
        threading.Thread(target=cls.receiver.serve_forever, daemon=True).start()
        here = f"http://127.0.0.1:{cls.receiver.server_port}"
        cls.process = subprocess.Popen(
            [PROGRAM, "--listen", "127.0.0.1:0", "--events-endpoint", here, "--lambda-endpoint", here,
             "--s3-endpoint", here, "--time-factor", "0.001", "--duplicate-every", "7"],
            stdout=subprocess.PIPE, text=True)
        cls.endpoint = cls.process.stdout.readline().split()[-1]
        cls.client = boto3.client(
            "codepipeline", endpoint_url=cls.endpoint, region_name="eu-west-1", aws_access_key_id="a",
            aws_secret_access_key="b", config=botocore.config.Config(retries={"total_max_attempts": 1}))
        cls.client.meta.events.register("before-parse.codepipeline.*", cls.strict)
        # The server's checks are under test, not the client's.
        cls.lenient = boto3.client(
            "codepipeline", endpoint_url=cls.endpoint, region_name="eu-west-1", aws_access_key_id="a",
            aws_secret_access_key="b",
            config=botocore.config.Config(parameter_validation=False, retries={"total_max_attempts": 1}))

    @staticmethod
    def strict(operation_model, response_dict, **_):
        if response_dict["status_code"] == 200 and operation_model.output_shape is not None:
            check_shape(operation_model.output_shape.name, json.loads(response_dict["body"]), operation_model.name)

    @classmethod
    def tearDownClass(cls):
        cls.process.terminate()
        cls.process.wait(10)
        cls.process.stdout.close()
        cls.receiver.shutdown()
        cls.receiver.server_close()

    def control(self, path, body):
        request = urllib.request.Request(
            f"{self.endpoint}/control/{path}", json.dumps(body).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            text = answer.read()
            return json.loads(text) if text else None

    def script(self, pipeline, action_name, **behaviour):
        always = behaviour.pop("always", False)
        self.control("scripts", {"pipeline": pipeline, "action": action_name, "always": always, "behaviour": behaviour})

    def create(self, name, stages, mode="SUPERSEDED"):
        self.client.create_pipeline(pipeline=declaration(name, stages, mode))
        return name

    def start(self, name, **more):
        return self.client.start_pipeline_execution(name=name, **more)["pipelineExecutionId"]

    def execution(self, name, execution):
        found = self.client.get_pipeline_execution(pipelineName=name, pipelineExecutionId=execution)
        return found["pipelineExecution"]

    def wait(self, name, execution, status):
        eventually(lambda: self.execution(name, execution)["status"] == status, f"{name} to be {status}")

    def job(self, execution, count=1):
        def found():
            jobs = [job for job in Receiver.jobs
                    if execution in job["data"]["actionConfiguration"]["configuration"]["UserParameters"]]
            return jobs[count - 1] if len(jobs) >= count else None
        return eventually(found, "a job")

    def action_state(self, name, stage, action_name):
        state = self.client.get_pipeline_state(name=name)
        actions = next(found["actionStates"] for found in state["stageStates"] if found["stageName"] == stage)
        return next(found for found in actions if found["actionName"] == action_name).get("latestExecution", {})

    def refused(self, code, call, **arguments):
        with self.assertRaises(botocore.exceptions.ClientError) as caught:
            call(**arguments)
        self.assertEqual(caught.exception.response["Error"]["Code"], code)
        self.assertTrue(caught.exception.response["Error"]["Message"])
        return caught.exception.response["Error"]["Message"]

    def events(self, execution):
        return [entry for entry in Receiver.events if entry["Detail"].get("execution-id") == execution]

    def test_its_model_is_botocores(self):
        with open(shapes.FILE, encoding="utf-8") as file:
            self.assertEqual(json.load(file), shapes.requests(), "run tests/shapes.py")

    def test_pipelines_are_created_read_listed_and_deleted(self):
        stages = [("Source", [SOURCE]), ("Build", [BUILD])]
        made = self.client.create_pipeline(pipeline=declaration("declared", stages), tags=[{"key": "a", "value": "b"}])
        self.assertEqual(made["pipeline"]["version"], 1)
        got = self.client.get_pipeline(name="declared")
        self.assertEqual(got["pipeline"], made["pipeline"])
        self.assertTrue(got["metadata"]["pipelineArn"].endswith(":declared"))
        self.create("declared-too", stages)
        pages = self.client.get_paginator("list_pipelines").paginate(PaginationConfig={"PageSize": 1})
        names = [pipeline["name"] for page in pages for pipeline in page["pipelines"]]
        self.assertLessEqual({"declared", "declared-too"}, set(names))
        self.client.delete_pipeline(name="declared-too")
        self.refused("PipelineNotFoundException", self.client.get_pipeline, name="declared-too")
        self.client.delete_pipeline(name="declared-too")

    def test_bad_structures_are_refused(self):
        source, build = ("Source", [SOURCE]), ("Build", [BUILD])
        self.create("taken", [source, build])
        for code, stages, more in [
            ("PipelineNameInUseException", [source, build], {}),
            ("InvalidStructureException", [source], {}),
            ("InvalidStructureException", [build, source], {}),
            ("InvalidStructureException", [source, build, build], {}),
            ("InvalidStructureException", [source, build], {"pipelineType": "V1"}),
            ("InvalidStructureException", [source, build], {"artifactStores": {"eu-west-1": {"type": "S3", "location": "abc"}}}),
            ("InvalidStageDeclarationException", [source, ("Build", [])], {}),
            ("InvalidActionDeclarationException", [source, ("Build", [BUILD, BUILD])], {}),
            ("InvalidActionDeclarationException", [source, ("Build", [action("X", "Build", "CodeBuild", {}, ["Sources"])])], {}),
            ("InvalidActionDeclarationException", [source, ("Build", [action("X", "Invoke", "Oracle")])], {}),
            ("InvalidActionDeclarationException", [source, ("Deploy", [SHIP])], {}),
            ("ValidationException", [("Sour ce", [SOURCE]), build], {}),
            ("ValidationException", [source, build], {"executionMode": "SIDEWAYS"}),
            ("ValidationException", [source, build], {"roleArn": "nobody"}),
        ]:
            with self.subTest(code=code, more=more):
                self.refused(code, self.lenient.create_pipeline, pipeline=declaration("taken", stages, **more))

    def test_requests_are_checked_against_the_model(self):
        client = self.lenient
        message = self.refused("ValidationException", client.get_pipeline)
        self.assertIn("Value null at 'name' failed to satisfy constraint: Member must not be null", message)
        message = self.refused("ValidationException", client.start_pipeline_execution, name="x" * 101)
        self.assertIn("Member must have length less than or equal to 100", message)
        self.refused("ValidationException", client.get_pipeline_execution, pipelineName="x", pipelineExecutionId="y")
        self.refused("ValidationException", client.list_pipeline_executions, pipelineName="x", maxResults=0)
        self.refused("SerializationException", client.get_pipeline, name=7)
        self.refused("PipelineNotFoundException", client.get_pipeline_state, name="nowhere")
        # An operation that the simulator does not speak.
        with self.assertRaises(botocore.exceptions.ClientError) as caught:
            client.list_webhooks()
        self.assertEqual(caught.exception.response["Error"]["Code"], "UnknownOperationException")

    def test_a_build_is_made_and_registered(self):
        name = self.create("wallet", [("Source", [SOURCE]), ("Build", [BUILD]), ("Register", [REGISTER])])
        self.control("commits", {"repository": "towpath/wallet", "branch": "main", "commit": {
            "id": "c0ffee00", "message": "Add a wallet", "author": "Mary Major"}})
        self.script(name, "Compile", durationMs=50, compression="stored", files=[{"name": "app.apk", "text": "bytes"}])
        execution = self.start(name, clientRequestToken="once", variables=[{"name": "target", "value": "dev"}])
        job = self.job(execution)
        self.assertEqual(set(job), {"id", "accountId", "data"})
        data = job["data"]
        self.assertEqual(set(data), {"actionConfiguration", "inputArtifacts", "outputArtifacts", "artifactCredentials"})
        self.assertEqual(set(data["artifactCredentials"]), {"accessKeyId", "secretAccessKey", "sessionToken"})
        parameters = json.loads(data["actionConfiguration"]["configuration"]["UserParameters"])
        self.assertEqual(parameters, {"commit": "c0ffee00", "execution": execution})
        place = data["inputArtifacts"][0]["location"]["s3Location"]
        self.assertRegex(place["objectKey"], r"^wallet/Package/[0-9a-f]{7}$")
        self.assertIn(b"app.apkbytes", Receiver.objects[f"/{place['bucketName']}/{place['objectKey']}"])
        # The same token starts nothing new; other parameters under it are refused.
        again = self.start(name, clientRequestToken="once", variables=[{"name": "target", "value": "dev"}])
        self.assertEqual(again, execution)
        self.refused("ConflictException", self.client.start_pipeline_execution, name=name, clientRequestToken="once")

        details = self.client.get_job_details(jobId=job["id"])["jobDetails"]
        self.assertEqual((details["id"], details["accountId"]), (job["id"], "123456789012"))
        context = details["data"]["pipelineContext"]
        self.assertEqual(context["pipelineArn"], f"arn:aws:codepipeline:eu-west-1:123456789012:{name}")
        self.assertEqual((context["pipelineName"], context["pipelineExecutionId"]), (name, execution))
        self.assertEqual((context["stage"], context["action"]["name"]), ({"name": "Register"}, "Register"))
        self.assertEqual(details["data"]["actionTypeId"]["provider"], "Lambda")
        self.assertEqual(details["data"]["artifactCredentials"], data["artifactCredentials"])
        self.assertEqual(details["data"]["actionConfiguration"], data["actionConfiguration"])
        self.refused("JobNotFoundException", self.client.get_job_details, jobId=str(uuid.uuid4()))
        [running] = self.client.list_action_executions(
            pipelineName=name, filter={"pipelineExecutionId": execution}, maxResults=1)["actionExecutionDetails"]
        self.assertEqual((running["status"], running["actionExecutionId"]), ("InProgress", context["action"]["actionExecutionId"]))
        self.assertEqual(running["input"]["resolvedConfiguration"], data["actionConfiguration"]["configuration"])
        self.control("faults", {"operation": "GetJobDetails", "kind": "refused"})
        self.refused("ValidationException", self.client.get_job_details, jobId=job["id"])
        self.client.put_job_success_result(
            jobId=job["id"], outputVariables={"build": "7"}, executionDetails={"summary": "Build 7", "percentComplete": 100})
        self.refused("InvalidJobStateException", self.client.get_job_details, jobId=job["id"])
        self.wait(name, execution, "Succeeded")
        self.refused("InvalidJobStateException", self.client.put_job_success_result, jobId=job["id"])
        self.refused("JobNotFoundException", self.client.put_job_success_result, jobId=str(uuid.uuid4()))

        found = self.execution(name, execution)
        self.assertEqual(found["artifactRevisions"][0]["revisionId"], "c0ffee00")
        self.assertEqual(found["variables"], [{"name": "target", "resolvedValue": "dev"}])
        self.assertEqual(found["trigger"]["triggerType"], "StartPipelineExecution")
        listed = self.client.list_pipeline_executions(
            pipelineName=name, filter={"succeededInStage": {"stageName": "Register"}})
        self.assertEqual(listed["pipelineExecutionSummaries"][0]["pipelineExecutionId"], execution)
        actions = self.client.list_action_executions(pipelineName=name, filter={"pipelineExecutionId": execution})
        by_name = {found["actionName"]: found for found in actions["actionExecutionDetails"]}
        self.assertEqual([found["actionName"] for found in actions["actionExecutionDetails"]], ["Register", "Compile", "Fetch"])
        self.assertEqual(by_name["Register"]["output"]["outputVariables"], {"build": "7"})
        self.assertEqual(by_name["Fetch"]["output"]["outputVariables"]["FullRepositoryName"], "towpath/wallet")
        self.assertEqual(self.action_state(name, "Register", "Register")["summary"], "Build 7")

    def test_events_are_told_as_aws_tells_them(self):
        name = self.create("told", [("Source", [SOURCE]), ("Build", [BUILD])])
        self.script(name, "Compile", durationMs=30, fail="exit status 1")
        execution = self.start(name)
        self.wait(name, execution, "Failed")
        eventually(lambda: any(entry["Detail"]["state"] == "FAILED" and "stage" not in entry["Detail"]
                               for entry in self.events(execution)), "the last event")
        entries = self.events(execution)
        for entry in entries:
            self.assertLessEqual(
                {"Time", "Source", "DetailType", "Resources", "Detail", "TraceHeader"}, set(entry))
            self.assertEqual(entry["Resources"], [f"arn:aws:codepipeline:eu-west-1:123456789012:{name}"])
        failed = next(entry["Detail"] for entry in entries
                      if entry["Detail"]["state"] == "FAILED" and entry["Detail"].get("action") == "Compile")
        result = failed["execution-result"]
        self.assertIn("exit status 1", result["external-execution-summary"])
        self.assertEqual(result["error-code"], "JobFailed")
        self.assertEqual(failed["type"], {"category": "Build", "owner": "AWS", "provider": "CodeBuild", "version": "1"})
        self.assertEqual(failed["input-artifacts"][0]["name"], "Sources")
        builds = [entry for entry in Receiver.events if entry["Source"] == "aws.codebuild"
                  and entry["Detail"]["additional-information"]["initiator"] == f"codepipeline/{name}"]
        states = {entry["Detail"].get("build-status") for entry in builds}
        self.assertLessEqual({"IN_PROGRESS", "FAILED"}, states)
        self.assertTrue(any(entry["Detail"].get("completed-phase") == "BUILD" for entry in builds))
        self.assertTrue(result["external-execution-id"].startswith("wallet:"))
        self.assertTrue(builds[0]["Detail"]["build-id"].endswith(result["external-execution-id"]))

    def test_some_events_come_twice(self):
        name = self.create("twice", [("Source", [SOURCE]), ("Build", [BUILD])])
        execution = self.start(name)
        self.wait(name, execution, "Succeeded")
        def duplicate():
            seen = [entry["TraceHeader"] for entry in Receiver.events]
            return len(seen) > len(set(seen))
        eventually(duplicate, "an event to come twice")

    def test_a_job_can_be_continued(self):
        name = self.create("continued", [("Source", [SOURCE]), ("Build", [BUILD]), ("Register", [REGISTER])])
        execution = self.start(name)
        first = self.job(execution)
        self.refused("ValidationException", self.client.put_job_success_result,
                     jobId=first["id"], continuationToken="half", outputVariables={"a": "b"})
        self.client.put_job_success_result(
            jobId=first["id"], continuationToken="half", executionDetails={"percentComplete": 50})
        second = self.job(execution, 2)
        self.assertNotEqual(second["id"], first["id"])
        self.assertEqual(second["data"]["continuationToken"], "half")
        self.client.put_job_success_result(jobId=second["id"])
        self.wait(name, execution, "Succeeded")

    def test_a_job_fails_or_is_never_answered(self):
        name = self.create("refused", [("Source", [SOURCE]), ("Build", [BUILD]), ("Register", [REGISTER])])
        execution = self.start(name)
        self.client.put_job_failure_result(
            jobId=self.job(execution)["id"], failureDetails={"type": "ConfigurationError", "message": "no such app"})
        self.wait(name, execution, "Failed")
        details = self.action_state(name, "Register", "Register")["errorDetails"]
        self.assertEqual(details, {"code": "ConfigurationError", "message": "no such app"})
        # The next attempt is not answered at all: 20 minutes, a thousandth of them here.
        self.client.retry_stage_execution(
            pipelineName=name, stageName="Register", pipelineExecutionId=execution, retryMode="FAILED_ACTIONS")
        self.job(execution, 2)
        self.wait(name, execution, "Failed")
        self.assertIn("failed to return a result", self.action_state(name, "Register", "Register")["errorDetails"]["message"])

    def test_a_failed_stage_is_retried(self):
        name = self.create("retried", [("Source", [SOURCE]), ("Build", [BUILD])])
        self.script(name, "Compile", fail="flaky")
        execution = self.start(name)
        self.wait(name, execution, "Failed")
        self.refused("StageNotFoundException", self.client.retry_stage_execution, pipelineName=name,
                     stageName="Moon", pipelineExecutionId=execution, retryMode="ALL_ACTIONS")
        self.refused("StageNotRetryableException", self.client.retry_stage_execution, pipelineName=name,
                     stageName="Source", pipelineExecutionId=execution, retryMode="ALL_ACTIONS")
        again = self.client.retry_stage_execution(
            pipelineName=name, stageName="Build", pipelineExecutionId=execution, retryMode="FAILED_ACTIONS")
        self.assertEqual(again["pipelineExecutionId"], execution)
        self.wait(name, execution, "Succeeded")
        runs = self.client.list_action_executions(pipelineName=name, filter={"latestInPipelineExecution": {
            "pipelineExecutionId": execution, "startTimeRange": "All"}})["actionExecutionDetails"]
        self.assertEqual([run["status"] for run in runs if run["actionName"] == "Compile"], ["Succeeded", "Failed"])
        latest = self.client.list_action_executions(pipelineName=name, filter={"latestInPipelineExecution": {
            "pipelineExecutionId": execution, "startTimeRange": "Latest"}})["actionExecutionDetails"]
        self.assertEqual([run["status"] for run in latest if run["actionName"] == "Compile"], ["Succeeded"])

    def test_an_approval_is_given(self):
        name = self.create("asked", [("Source", [SOURCE]), ("Gate", [ASK])])
        execution = self.start(name)
        token = eventually(lambda: self.action_state(name, "Gate", "Ask").get("token"), "the approval")
        answer = {"pipelineName": name, "stageName": "Gate", "actionName": "Ask",
                  "result": {"summary": "fine", "status": "Approved"}}
        self.refused("InvalidApprovalTokenException", self.client.put_approval_result, **answer, token=str(uuid.uuid4()))
        self.refused("ActionNotFoundException", self.client.put_approval_result,
                     **{**answer, "actionName": "Beg"}, token=token)
        self.assertIn("approvedAt", self.client.put_approval_result(**answer, token=token))
        self.refused("ApprovalAlreadyCompletedException", self.client.put_approval_result, **answer, token=token)
        self.wait(name, execution, "Succeeded")

    def test_a_parallel_approval_has_its_token_in_the_action_list(self):
        name = self.create("asked-in-parallel", [("Source", [SOURCE]), ("Gate", [ASK])], "PARALLEL")
        execution = self.start(name)
        def waiting():
            runs = self.client.list_action_executions(
                pipelineName=name, filter={"pipelineExecutionId": execution})["actionExecutionDetails"]
            return next((run for run in runs if run["actionName"] == "Ask"), None)
        token = eventually(waiting, "the approval")["output"]["executionResult"]["externalExecutionId"]
        self.assertNotIn("token", self.action_state(name, "Gate", "Ask"))
        self.client.put_approval_result(pipelineName=name, stageName="Gate", actionName="Ask", token=token,
                                        result={"summary": "", "status": "Rejected"})
        self.wait(name, execution, "Failed")

    def test_a_stage_is_rolled_back(self):
        name = self.create("rolled", [("Source", [SOURCE]), ("Build", [BUILD]), ("Deploy", [SHIP])])
        first = self.start(name)
        self.wait(name, first, "Succeeded")
        second = self.start(name)
        self.wait(name, second, "Succeeded")
        rollback = self.client.rollback_stage(
            pipelineName=name, stageName="Deploy", targetPipelineExecutionId=first)["pipelineExecutionId"]
        self.wait(name, rollback, "Succeeded")
        found = self.execution(name, rollback)
        self.assertEqual(found["executionType"], "ROLLBACK")
        self.assertEqual(found["rollbackMetadata"], {"rollbackTargetPipelineExecutionId": first})
        self.assertEqual(found["trigger"]["triggerType"], "ManualRollback")
        for code, stage, target in [("UnableToRollbackStageException", "Source", first),
                                    ("UnableToRollbackStageException", "Deploy", rollback),
                                    ("StageNotFoundException", "Moon", first),
                                    ("PipelineExecutionNotFoundException", "Deploy", str(uuid.uuid4()))]:
            self.refused(code, self.client.rollback_stage, pipelineName=name, stageName=stage,
                         targetPipelineExecutionId=target)

    def test_an_execution_is_stopped(self):
        name = self.create("stopped", [("Source", [SOURCE]), ("Build", [BUILD])])
        self.script(name, "Compile", hold=True)
        execution = self.start(name)
        eventually(lambda: self.action_state(name, "Build", "Compile").get("status") == "InProgress", "the build")
        stop = {"pipelineName": name, "pipelineExecutionId": execution}
        self.client.stop_pipeline_execution(**stop, reason="enough")
        self.refused("DuplicatedStopRequestException", self.client.stop_pipeline_execution, **stop)
        self.assertEqual(self.execution(name, execution)["status"], "Stopping")
        self.client.stop_pipeline_execution(**stop, abandon=True)
        self.wait(name, execution, "Stopped")
        self.assertEqual(self.action_state(name, "Build", "Compile")["status"], "Abandoned")
        self.refused("PipelineExecutionNotStoppableException", self.client.stop_pipeline_execution, **stop)
        summary = self.client.list_pipeline_executions(pipelineName=name)["pipelineExecutionSummaries"][0]
        self.assertIn("stopTrigger", summary)

    def test_a_closed_transition_holds_executions_and_supersedes_them(self):
        name = self.create("frozen", [("Source", [SOURCE]), ("Build", [BUILD])])
        way = {"pipelineName": name, "stageName": "Build", "transitionType": "Inbound"}
        self.client.disable_stage_transition(**way, reason="freeze (until Monday)")
        first = self.start(name)
        def inbound(execution):
            state = self.client.get_pipeline_state(name=name)["stageStates"][1]
            return state.get("inboundExecution", {}).get("pipelineExecutionId") == execution and state
        state = eventually(lambda: inbound(first), "the execution before the stage")
        self.assertEqual(state["inboundTransitionState"]["disabledReason"], "freeze (until Monday)")
        second = self.start(name)
        self.wait(name, first, "Superseded")
        eventually(lambda: inbound(second), "the newer execution before the stage")
        self.client.enable_stage_transition(**way)
        self.wait(name, second, "Succeeded")
        self.refused("StageNotFoundException", self.client.enable_stage_transition, **{**way, "stageName": "Moon"})

    def test_calls_go_wrong_as_often_as_they_are_told_to(self):
        name = self.create("faulty", [("Source", [SOURCE]), ("Build", [BUILD])])
        self.control("faults", {"operation": "StartPipelineExecution", "kind": "throttled", "times": 2})
        for _ in range(2):
            self.refused("ThrottlingException", self.client.start_pipeline_execution, name=name)
        self.control("faults", {"operation": "StartPipelineExecution", "kind": "serviceFailed"})
        self.refused("InternalFailure", self.client.start_pipeline_execution, name=name)
        lost = {}
        for kind in ("callLost", "answerLost"):
            self.control("faults", {"operation": "StartPipelineExecution", "kind": kind})
            with self.assertRaises((botocore.exceptions.HTTPClientError, botocore.exceptions.ResponseStreamingError)):
                self.client.start_pipeline_execution(name=name, clientRequestToken="the-one")
            found = self.client.list_pipeline_executions(pipelineName=name)
            lost[kind] = [run["pipelineExecutionId"] for run in found["pipelineExecutionSummaries"]]
        self.assertEqual(lost["callLost"], [])
        # The token finds what took effect.
        self.assertEqual([self.start(name, clientRequestToken="the-one")], lost["answerLost"])

    def test_queued_executions_are_listed_page_by_page(self):
        name = self.create("queued", [("Source", [SOURCE]), ("Build", [BUILD])], "QUEUED")
        started = [self.start(name) for _ in range(5)]
        for execution in started:
            self.wait(name, execution, "Succeeded")
        pages = self.client.get_paginator("list_pipeline_executions").paginate(
            pipelineName=name, PaginationConfig={"PageSize": 2})
        listed = [found["pipelineExecutionId"] for page in pages for found in page["pipelineExecutionSummaries"]]
        self.assertEqual(listed, started[::-1])
        self.refused("InvalidNextTokenException", self.client.list_pipeline_executions, pipelineName=name, nextToken="x")

    def test_a_revision_can_be_insisted_on(self):
        name = self.create("pinned", [("Source", [SOURCE]), ("Build", [BUILD])])
        execution = self.start(name, sourceRevisions=[
            {"actionName": "Fetch", "revisionType": "COMMIT_ID", "revisionValue": "deadbeef"}])
        self.wait(name, execution, "Succeeded")
        self.assertEqual(self.execution(name, execution)["artifactRevisions"][0]["revisionId"], "deadbeef")
        self.refused("ValidationException", self.client.start_pipeline_execution, name=name, sourceRevisions=[
            {"actionName": "Fetch", "revisionType": "IMAGE_DIGEST", "revisionValue": "deadbeef"}])

    def test_a_push_starts_the_pipelines_that_watch_its_branch(self):
        watching = {**SOURCE, "configuration": {**SOURCE["configuration"], "FullRepositoryId": "towpath/watched"}}
        name = self.create("watching", [("Source", [watching]), ("Build", [BUILD])])
        started = self.control("commits", {"repository": "towpath/watched", "branch": "main", "start": True, "commit": {
            "id": "0123abcd", "message": "Watch this", "author": "Mary Major"}})["started"]
        self.assertEqual(len(started), 1)
        self.wait(name, started[0], "Succeeded")
        first = eventually(lambda: self.events(started[0]), "the events")[0]["Detail"]
        self.assertEqual(first["execution-trigger"]["commit-id"], "0123abcd")
        self.assertEqual(first["execution-trigger"]["full-repository-name"], "towpath/watched")


if __name__ == "__main__":
    unittest.main()
