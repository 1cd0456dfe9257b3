"""Pages and API, through CloudFront, the HTTP API and the real function."""

import unittest
import urllib.parse

from scene import person, world


class ThePortal(unittest.TestCase):
    def setUp(self):
        self.visitor = person()

    def test_the_overview_is_a_page_that_no_cache_keeps(self):
        page = self.visitor.get("/")
        self.assertEqual(page.status, 200)
        self.assertEqual(page.headers.get_content_type(), "text/html")
        self.assertIn("Appium Settings", page.text)
        self.assertIn("no-cache", page.headers["cache-control"])
        self.assertIn("private", page.headers["cache-control"])

    def test_every_answer_tells_the_browser_what_it_may_do(self):
        for path in ("/", "/api/v1/overview", "/no-such-app"):
            with self.subTest(path):
                headers = self.visitor.get(path).headers
                self.assertIn("default-src 'none'", headers["content-security-policy"])
                self.assertEqual(headers["x-content-type-options"], "nosniff")
                self.assertIn("max-age=", headers["strict-transport-security"])
                self.assertTrue(headers["x-request-id"])

    def test_no_header_is_said_twice_by_the_function_and_cloudfront(self):
        headers = self.visitor.get("/").headers
        for name in ("content-security-policy", "x-content-type-options", "referrer-policy", "cache-control"):
            with self.subTest(name):
                self.assertEqual(len(headers.get_all(name)), 1)

    def test_whoever_comes_without_tls_is_sent_to_https(self):
        sent = self.visitor.get("/appium?tab=builds", headers={"x-forwarded-proto": "http"})
        self.assertEqual(sent.status, 301)
        self.assertEqual(sent.headers["location"], f"{world().address}/appium?tab=builds")

    def test_the_api_lists_apps_by_environment(self):
        answer = self.visitor.get("/api/v1/overview")
        self.assertEqual((answer.status, answer.headers.get_content_type()), (200, "application/json"))
        self.assertEqual([one["id"] for one in answer.json["environments"]], ["dev", "preprod", "prod"])
        self.assertEqual({one["app"]["id"] for one in answer.json["apps"]}, {"appium", "apidemos"})

    def test_the_api_describes_itself(self):
        answer = self.visitor.get("/api/openapi.json")
        self.assertEqual(answer.status, 200)
        self.assertIn("/api/v1/overview", answer.json["paths"])

    def test_a_query_reaches_the_function_as_it_was_sent(self):
        answer = self.visitor.get("/api/v1/apps/appium/builds?limit=none")
        self.assertEqual(answer.status, 400)
        self.assertEqual(answer.headers.get_content_type(), "application/problem+json")
        self.assertEqual(answer.json["type"], "urn:towpath:problem:invalid")
        self.assertEqual(answer.json["field"], "limit")

    def test_what_is_not_there_is_a_page_for_people_and_a_problem_for_programs(self):
        page = self.visitor.get("/no-such-app", headers={"accept": "text/html"})
        self.assertEqual((page.status, page.headers.get_content_type()), (404, "text/html"))
        problem = self.visitor.get("/api/v1/apps/no-such-app/builds")
        self.assertEqual((problem.status, problem.headers.get_content_type()), (404, "application/problem+json"))
        self.assertEqual(problem.json["status"], 404)
        self.assertIn("no-such-app", problem.json["detail"])

    def test_a_path_with_escapes_reaches_the_function_whole(self):
        problem = self.visitor.get("/api/v1/apps/" + urllib.parse.quote("caf\u00e9/%", safe="") + "/builds")
        self.assertIn(problem.status, (400, 404))
        self.assertEqual(problem.headers.get_content_type(), "application/problem+json")

    def test_a_path_ends_for_the_function_where_a_question_mark_was_encoded(self):
        self.assertEqual(self.visitor.get("/api/v1/apps/appium/builds%3Flimit=none").status, 200)

    def test_whoever_passes_cloudfront_by_is_refused_whatever_they_claim(self):
        claims = {"x-towpath-origin": "a" * 64, "x-forwarded-for": "203.0.113.9"}
        for path in ("/", "/api/v1/overview", "/sign-in", "/assets/towpath-111111111111.css"):
            for headers in ({}, claims):
                with self.subTest(path, headers=headers):
                    answer = self.visitor.get(world().outputs["ApiAddress"] + path, headers=headers)
                    self.assertEqual(answer.status, 403, answer.text)
        hooks = self.visitor.post(world().outputs["ApiAddress"] + "/hooks/github/nobody")
        self.assertEqual(hooks.status, 403, hooks.text)

    def test_what_a_visitor_sends_as_the_key_does_not_reach_the_function(self):
        self.assertEqual(self.visitor.get("/", headers={"x-towpath-origin": "wrong"}).status, 200)

    def test_a_head_that_api_gateway_does_not_take_never_reaches_the_function(self):
        self.assertEqual(self.visitor.get("/", headers={"x-large": "a" * 10_240}).status, 431)

    def test_head_says_what_get_would(self):
        answer = self.visitor.ask("HEAD", "/")
        self.assertEqual((answer.status, answer.body), (200, b""))


class TheAssets(unittest.TestCase):
    def setUp(self):
        self.visitor = person()
        self.paths = [line.split('"')[1] for line in self.visitor.get("/").text.split(' href=')[1:]]
        self.paths = [path for path in self.paths if path.startswith("/assets/")]

    def test_they_are_kept_for_a_year(self):
        self.assertTrue(self.paths)
        for path in self.paths:
            with self.subTest(path):
                asset = self.visitor.get(path)
                self.assertEqual(asset.status, 200)
                self.assertIn("max-age=31536000", asset.headers["cache-control"])
                self.assertIn("immutable", asset.headers["cache-control"])

    def test_those_of_an_earlier_version_come_from_the_bucket(self):
        bucket, key = world().outputs["AssetsBucket"], "assets/towpath-000000000000.css"
        s3 = world().emulator.client("s3")
        s3.put_object(Bucket=bucket, Key=key, Body=b"body{}", ContentType="text/css")
        asset = self.visitor.get(f"/{key}")
        self.assertEqual((asset.status, asset.body), (200, b"body{}"))

    def test_those_that_nobody_has_are_missing_and_not_kept(self):
        asset = self.visitor.get("/assets/towpath-111111111111.css")
        self.assertEqual(asset.status, 404)
        self.assertNotIn("immutable", asset.headers["cache-control"] or "")

    def test_the_bucket_itself_is_closed(self):
        s3_address = f"{world().emulator.endpoint}/{world().outputs['AssetsBucket']}/assets/towpath-000000000000.css"
        self.assertEqual(self.visitor.get(s3_address).status, 403)
