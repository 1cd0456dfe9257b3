"""Plays the pipelines of a Flutter app: `simulated.py <pipelines.json> <empty folder>`.

A push starts the first pipeline. Its register job reaches `towpath serve`, which reads the build's artifact and answers. Then
somebody asks for the build's promotion: the portal starts the second pipeline, whose gate and release jobs it answers, too."""

import json
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import boto3

ROOT = Path(__file__).resolve().parents[3]
BINARIES = ROOT / "target" / "debug"
APK = ROOT / "target" / "samples" / "settings-8.0.10.apk"
PATIENCE = 60
# The names that the build leaves, for Towpath to know them by.
FILES = {
    "mapping.txt": "mapping",
    "app.android-arm64.symbols": "mapping",
    "junit.xml": "test-report",
    "sbom.cdx.json": "sbom",
    "web.tar.gz": "web-bundle",
}
CONFIGURATION = """
[[apps]]
id = "wallet"
name = "Wallet"
""" + "".join(
    f"""
[[environments]]
id = "{name}"
name = "{name}"
colour = "#2e7d32"

[[pipelines]]
source = "codepipeline"
name = "wallet-{name}"
app = "wallet"
environment = "{name}"
"""
    for name in ("dev", "preprod", "prod")
) + """
[[paths]]
[[paths.steps]]
environment = "dev"
[[paths.steps]]
environment = "preprod"
target = { codepipeline = "wallet-preprod" }
[[paths.steps]]
environment = "prod"
target = { codepipeline = "wallet-prod" }
"""


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def eventually(check, what):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = check()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited {PATIENCE} s in vain for {what}")


def fetch(url, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        text = answer.read()
        return json.loads(text) if text else None


class Functions(BaseHTTPRequestHandler):
    """Stands where Lambda does: hands jobs to the portal, and keeps what they said."""

    portal, jobs = "", []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        job = json.loads(body)["CodePipeline.job"]
        told = json.loads(job["data"]["actionConfiguration"]["configuration"]["UserParameters"])
        Functions.jobs.append((self.path.split("/")[3], told, job["id"]))
        headers = {"Content-Type": "application/json", "X-Amz-Invocation-Type": self.headers["X-Amz-Invocation-Type"]}
        # What is towpath-dev-action in AWS is `action` on this machine.
        url = f"{Functions.portal}/2015-03-31/functions/action/invocations"
        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=10):
            pass
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Story:
    def __init__(self, declarations, folder):
        self.declarations, self.folder = declarations, Path(folder)
        self.aws, self.s3, self.pages = (f"127.0.0.1:{free_port()}" for _ in range(3))
        Functions.portal = f"http://{self.aws}"
        self.functions = ThreadingHTTPServer(("127.0.0.1", 0), Functions)
        threading.Thread(target=self.functions.serve_forever, daemon=True).start()
        self.processes = []

    def start(self):
        simulator = self.process(
            "codepipeline-simulator", "--listen", "127.0.0.1:0", "--s3-endpoint", f"http://{self.s3}",
            "--lambda-endpoint", f"http://127.0.0.1:{self.functions.server_port}",
            "--events-endpoint", f"http://{self.aws}", "--account", "999999999999")
        self.simulator = simulator.stdout.readline().split()[-1]
        config = self.folder / "towpath.toml"
        config.write_text(CONFIGURATION)
        self.process(
            "towpath", "serve", "--config", config, "--data", self.folder / "data", "--listen", self.pages,
            "--aws-listen", self.aws, "--s3-listen", self.s3, "--codepipeline-endpoint", self.simulator,
            "--account", "999999999999")
        eventually(self.is_up, "the portal")
        self.client = boto3.client(
            "codepipeline", endpoint_url=self.simulator, region_name="eu-west-1",
            aws_access_key_id="a", aws_secret_access_key="b")

    def process(self, program, *given):
        made = subprocess.Popen([BINARIES / program, *map(str, given)], stdout=subprocess.PIPE, text=True, cwd=self.folder)
        self.processes.append(made)
        return made

    def is_up(self):
        try:
            return urllib.request.urlopen(f"http://{self.pages}/healthz", timeout=2).status == 200
        except OSError:
            return False

    def stop(self):
        for process in reversed(self.processes):
            process.terminate()
            process.wait(20)
        self.functions.shutdown()

    def create(self):
        for declaration in self.declarations:
            # The bucket that the portal on this machine has for artifacts.
            declaration["artifactStore"]["location"] = "towpath-artifacts"
            self.client.create_pipeline(pipeline=declaration)

    def execution(self, pipeline, execution):
        found = self.client.get_pipeline_execution(pipelineName=pipeline, pipelineExecutionId=execution)
        return found["pipelineExecution"]["status"]

    def ends(self, pipeline, execution):
        status = eventually(
            lambda: (found := self.execution(pipeline, execution)) != "InProgress" and found, f"the end of {pipeline}")
        details = self.client.list_action_executions(pipelineName=pipeline)["actionExecutionDetails"]
        assert status == "Succeeded", f"{pipeline} is {status}: {json.dumps(details, default=str)}"
        return {found["actionName"]: found for found in details}

    def job(self, do):
        return eventually(lambda: next((job for job in Functions.jobs if job[1]["do"] == do), None), f"the job to {do}")

    def push(self):
        files = [{"name": "app-arm64-v8a-release.apk", "path": str(APK)}]
        files += [{"name": name, "text": name} for name in FILES]
        fetch(f"{self.simulator}/control/scripts",
              {"pipeline": "wallet-dev", "action": "Build", "behaviour": {"files": files}})
        # A message that would break JSON if it were put into the parameters.
        commit = {"id": "c0ffee" * 6 + "c0ff", "message": 'Say "hello"\n\nTwice', "author": "Mary Major"}
        fetch(f"{self.simulator}/control/commits", {"repository": "acme/wallet", "branch": "main", "commit": commit})
        # The simulator does not follow triggers, whose shape boto3 has checked: so this is what the trigger would do.
        return self.client.start_pipeline_execution(name="wallet-dev")["pipelineExecutionId"]

    def a_push_becomes_a_build(self):
        execution = self.push()
        actions = self.ends("wallet-dev", execution)
        function, told, _ = self.job("register")
        assert function == "towpath-dev-action", function
        assert told["execution"] == execution, told
        outputs = actions["Register"]["output"]["outputVariables"]
        assert outputs["build"] == "1" and len(outputs["sha256"]) == 64, outputs
        digests = outputs["digests"].split(" ")
        assert digests[0] == outputs["sha256"] and len(digests) == 1 + len(FILES), outputs
        build = fetch(f"http://{self.pages}/api/v1/builds/{outputs['build_id']}")
        kinds = {artifact["name"]: artifact["kind"] for artifact in build["build"]["artifacts"]}
        assert kinds == {"app-arm64-v8a-release.apk": "apk", **FILES}, kinds
        revision = build["build"]["revision"]
        assert revision["message"] == 'Say "hello"', revision
        return outputs

    def a_promotion_becomes_a_release(self, outputs):
        api = f"http://{self.pages}/api/v1/promotions"
        asked = fetch(api, {"build": outputs["build_id"], "to": "preprod", "reason": "the release of the week"})
        promotion = asked.get("promotion", asked)
        given = {"build": outputs["build_id"], "version": outputs["version"], "sha256": outputs["sha256"],
                 "digests": outputs["digests"], "promotion": promotion["id"]}
        execution = promotion["run"].rsplit("/", 1)[1]
        found = self.client.get_pipeline_execution(pipelineName="wallet-preprod", pipelineExecutionId=execution)
        variables = {it["name"]: it["resolvedValue"] for it in found["pipelineExecution"]["variables"]}
        assert variables == given, variables
        for do in ("gate", "release"):
            function, told, _ = self.job(do)
            assert function == "towpath-preprod-action", function
            assert told == {"do": do, "app": "wallet", "environment": "preprod", "pipeline": "wallet-preprod",
                            "execution": execution, "build": given["build"], "promotion": given["promotion"]}, told
        actions = self.ends("wallet-preprod", execution)
        variables = json.loads(actions["Deploy"]["input"]["resolvedConfiguration"]["EnvironmentVariables"])
        assert {"name": "DIGESTS", "value": given["digests"], "type": "PLAINTEXT"} in variables, variables
        shown = fetch(f"{api}/{given['promotion']}")
        assert shown["promotion"]["state"]["is"] == "succeeded", shown
        build = fetch(f"http://{self.pages}/api/v1/builds/{given['build']}")
        by = [it["release"]["promotion"]["id"] for it in build["releases"] if it["release"]["environment"] == "preprod"]
        assert by == [given["promotion"]], build["releases"]

    def nobody_starts_one_without_a_build(self):
        try:
            self.client.start_pipeline_execution(name="wallet-prod")
        except self.client.exceptions.ClientError as refused:
            assert "build" in str(refused), refused
        else:
            raise AssertionError("wallet-prod started without a build")


def main():
    story = Story(json.loads(Path(sys.argv[1]).read_text()), sys.argv[2])
    try:
        story.start()
        story.create()
        outputs = story.a_push_becomes_a_build()
        Functions.jobs.clear()
        story.a_promotion_becomes_a_release(outputs)
        story.nobody_starts_one_without_a_build()
    finally:
        story.stop()


if __name__ == "__main__":
    main()
