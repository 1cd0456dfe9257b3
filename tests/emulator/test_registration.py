"""A build on its way: CodePipeline invokes the real function, which registers; a tester gets a link, and it ends."""

import hashlib
import unittest
import urllib.parse

from cloud import pipelines
from cloud.tweaks.transport import LATER
from scene import person, registered, world


class ARegisteredBuild(unittest.TestCase):
    def setUp(self):
        self.package, self.pipeline, self.execution = registered()
        self.visitor = person()

    def test_the_pipeline_learns_what_it_has_become(self):
        output = world().codepipeline.action(self.pipeline, self.execution, "Register")["output"]
        variables = output["outputVariables"]
        self.assertEqual(variables["sha256"], self.package.sha256)
        self.assertEqual(variables["version"], "8.0.10")
        self.assertEqual(variables["page"], f"{world().address}/appium/dev")
        self.assertIn("released in dev", output["executionResult"]["externalExecutionSummary"])

    def test_it_is_what_testers_of_the_environment_are_offered(self):
        page = self.visitor.get("/appium/dev").text
        self.assertIn(self.package.sha256, page)
        self.assertIn("8.0.10", page)
        self.assertIn("/appium/dev/latest.apk", page)

    def test_a_tap_is_redirected_and_the_redirect_is_never_kept(self):
        tap = self.visitor.get("/appium/dev/latest.apk")
        self.assertEqual(tap.status, 302)
        self.assertEqual(tap.headers["cache-control"], "no-store")

    def test_the_download_has_every_byte_and_a_name(self):
        download = self.visitor.get(self.visitor.get("/appium/dev/latest.apk").location)
        self.assertEqual(download.status, 200)
        self.assertEqual(hashlib.sha256(download.body).hexdigest(), self.package.sha256)
        self.assertEqual(download.headers.get_content_type(), "application/vnd.android.package-archive")
        self.assertIn('filename="settings-8.0.10.apk"', download.headers["content-disposition"])

    def test_the_pipeline_s_run_is_shown_with_its_steps(self):
        run = f"codepipeline/{world().emulator.account}/{world().emulator.region}/{self.pipeline}/{self.execution}"
        answer = self.visitor.get("/api/v1/runs/" + urllib.parse.quote(run, safe=""))
        self.assertEqual(answer.status, 200, answer.text)
        self.assertIn("Register", answer.text)

    def test_no_event_of_it_was_lost(self):
        self.assertEqual(world().codepipeline.dropped(), 0)


class ADownloadLink(unittest.TestCase):
    def setUp(self):
        registered()
        self.visitor = person()
        self.link = self.visitor.get("/appium/dev/latest.apk").location

    def later(self, seconds):
        return self.visitor.ask("GET", self.link, headers={LATER: str(seconds), "range": "bytes=0-3"})

    def altered(self, name, value):
        parts = urllib.parse.urlsplit(self.link)
        query = dict(urllib.parse.parse_qsl(parts.query, keep_blank_values=True)) | {name: value}
        return self.visitor.get(urllib.parse.urlunsplit(parts._replace(query=urllib.parse.urlencode(query))))

    def test_works_for_five_minutes_and_no_longer(self):
        self.assertEqual(self.later(290).status, 206)
        late = self.later(301)
        self.assertEqual(late.status, 403)
        self.assertIn("expired", late.text)

    def test_does_not_work_with_a_longer_life_written_into_it(self):
        self.assertEqual(self.altered("X-Amz-Expires", "86400").status, 403)

    def test_does_not_work_under_another_name_or_type(self):
        self.assertEqual(self.altered("response-content-disposition", "inline").status, 403)
        self.assertEqual(self.altered("response-content-type", "text/html").status, 403)

    def test_does_not_open_another_object(self):
        elsewhere = self.link.replace("/artifacts/appium/", "/artifacts/apidemos/")
        self.assertEqual(self.visitor.get(elsewhere).status, 403)

    def test_does_not_work_without_its_signature(self):
        self.assertEqual(self.visitor.get(self.link.split("?")[0]).status, 403)

    def test_lets_nobody_write(self):
        self.assertEqual(self.visitor.ask("PUT", self.link, body=b"other bytes").status, 403)


class ARegistrationThatCannotBe(unittest.TestCase):
    def test_fails_the_action_with_what_its_owner_should_do(self):
        codepipeline = world().codepipeline
        pipelines.declare(codepipeline, "ferry", "dev")
        package = pipelines.Package("settings-8.0.10.apk")
        pipeline, execution = pipelines.run(codepipeline, "ferry", "dev", package, "Take passengers")
        self.assertEqual(codepipeline.outcome(pipeline, execution), "Failed")
        result = codepipeline.action(pipeline, execution, "Register")["output"]["executionResult"]
        self.assertIn("ferry", result["errorDetails"]["message"])
