"""Attacks on the deployed functions: each is refused and changes nothing, and what is legitimate of its kind succeeds. `make
attack` replays many more on a local portal."""

import hashlib
import json
import unittest
import uuid

from cloud import pipelines
from scene import completed, person, registered, world

APPS = ("appium", "apidemos")


def standing():
    """What an attack may not change: what is current, the builds, the open promotions, and the audit log."""
    lead = person()
    cells = [cell for row in lead.get("/api/v1/overview").json["apps"] for cell in row["cells"]]
    promotions = lead.get("/api/v1/promotions").json
    entries = lead.get("/api/v1/audit?limit=100").json["entries"]["items"]
    return {
        # A cell is there once there is anything in it, such as a run.
        "current": [cell["current"] for cell in cells if "current" in cell],
        "builds": [lead.get(f"/api/v1/apps/{app}/builds?limit=20").json["items"] for app in APPS],
        "promotions": promotions["waiting_for_you"] + promotions["others"],
        # The clock notes the configuration by itself.
        "entries": [entry["number"] for entry in entries if "configuration-changed" not in entry.values()],
    }


class AnAttack(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.package, pipeline, execution = registered()
        output = world().codepipeline.action(pipeline, execution, "Register")["output"]
        self.build = output["outputVariables"]["build_id"]
        self.before = standing()

    def assert_nothing_changed(self):
        self.assertEqual(standing(), self.before)


class AJobOfAnotherPipeline(AnAttack):
    """Its counterpart is `registered`: the job of the pipeline that feeds `appium` in `dev`."""

    def failure(self, **asked):
        """Why the job of `appium-preprod` fails that asks for this."""
        codepipeline = world().codepipeline
        parameters = {"do": "register", "app": "appium", "environment": "preprod", **asked}
        name = pipelines.declare(codepipeline, "appium", "preprod", parameters)
        self.addCleanup(codepipeline.api.delete_pipeline, name=name)
        pipeline, execution = pipelines.run(codepipeline, "appium", "preprod", self.package, self.id())
        self.assertEqual(codepipeline.outcome(pipeline, execution), "Failed")
        error = codepipeline.action(pipeline, execution, "Register")["output"]["executionResult"]["errorDetails"]
        self.assertEqual(error["code"], "ConfigurationError")
        return error["message"]

    def test_registers_nothing_of_another_app(self):
        self.assertIn("may not register builds of apidemos", self.failure(app="apidemos", environment="dev"))
        self.assert_nothing_changed()

    def test_releases_nothing_past_the_path(self):
        self.assertIn("preprod is on appium's path", self.failure())
        self.assert_nothing_changed()

    def test_releases_no_build_past_the_path(self):
        self.assertIn("preprod is on appium's path", self.failure(do="release", build=self.build))
        self.assert_nothing_changed()

    def test_is_not_made_up_by_whoever_may_call_the_function(self):
        asked = {"do": "release", "app": "appium", "environment": "preprod", "build": self.build}
        for account in (world().emulator.account, "999900001111"):
            job = {
                "id": str(uuid.uuid4()),
                "accountId": account,
                "data": {
                    "actionConfiguration": {
                        "configuration": {"FunctionName": world().name("action"), "UserParameters": json.dumps(asked)}
                    },
                    "inputArtifacts": [],
                    "artifactCredentials": {"accessKeyId": "none", "secretAccessKey": "none", "sessionToken": "none"},
                },
            }
            with self.subTest(account):
                # What the function makes of it is its own affair: CodePipeline knows of no such job.
                payload = json.dumps({"CodePipeline.job": job})
                world().emulator.client("lambda").invoke(FunctionName=world().name("action"), Payload=payload)
                self.assert_nothing_changed()


class APush(AnAttack):
    def push(self, content, **where):
        """Uploads and registers; gives the answer that refuses, or the last one."""
        lead = person()
        file = {"name": "a.apk", "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        plan = lead.call("/api/v1/apps/appium/uploads", {"files": [file], **where})
        if plan.status != 200:
            return plan
        for piece in plan.json["files"]:
            self.assertEqual(lead.ask("PUT", piece["url"], piece["headers"], content).status, 200)
        return completed(lead, plan.json["id"])

    def test_goes_past_no_gate_and_no_hold(self):
        content = b"pushed past the path"
        refused = self.push(content, environment="preprod")
        self.assertEqual((refused.status, refused.headers.get_content_type()), (409, "application/problem+json"))
        self.assertEqual([each["kind"] for each in refused.json["refusals"]], ["needs-promotion"])
        self.assert_nothing_changed()

        lead, hold = person(), {"environment": "dev", "app": "appium", "reason": "the servers are on fire"}
        self.assertEqual(lead.call("/api/v1/holds", hold).status, 200)
        try:
            self.before = standing()
            refused = self.push(content, environment="dev")
            self.assertEqual(refused.status, 409, refused.text)
            self.assertEqual([each["kind"] for each in refused.json["refusals"]], ["hold"])
            self.assert_nothing_changed()
        finally:
            on = {"what": "environment", "environment": "dev", "app": "appium"}
            self.assertEqual(lead.call("/api/v1/holds/lift", {"on": on}).status, 200)

        # Registered without an environment, it is a build that nobody is served.
        self.assertEqual(self.push(content).status, 200)
