"""A build from another CI: promised to the API, put straight into the release bucket, checked and released."""

import hashlib
import unittest

from cloud import pipelines
from cloud.people import Person
from scene import completed, person, world

DEVELOPER = Person("dev@example.com", ("developers",))
TESTER = Person("tess@example.com", ("testers",))


class AnUpload(unittest.TestCase):
    def setUp(self):
        self.developer = person(DEVELOPER)

    def promise(self, package, browser=None, **more):
        promised = {"name": package.path.name, "size": package.path.stat().st_size, "sha256": package.sha256}
        asked = {"files": [promised], "environment": "dev"} | more
        return (browser or self.developer).call("/api/v1/apps/apidemos/uploads", asked)

    def put(self, plan, content):
        """Puts each missing piece where the plan says; gives the statuses."""
        [file] = plan["files"]
        pieces = file.get("parts") or [file | {"offset": 0, "size": len(content)}]
        return {
            self.developer.ask("PUT", piece["url"], piece.get("headers"), content[piece["offset"] :][: piece["size"]]).status
            for piece in pieces
        }

    def test_becomes_the_build_that_testers_are_offered(self):
        package = pipelines.Package("apidemos-3.0.0.apk")
        plan = self.promise(package)
        self.assertEqual(plan.status, 200, plan.text)
        self.assertEqual(self.put(plan.json, package.path.read_bytes()), {200})
        done = completed(self.developer, plan.json["id"])
        self.assertEqual(done.status, 200, done.text)

        tap = self.developer.get("/apidemos/dev/latest.apk")
        download = self.developer.get(tap.location)
        self.assertEqual(hashlib.sha256(download.body).hexdigest(), package.sha256)

    def test_of_other_bytes_than_promised_is_refused(self):
        package = pipelines.Package("settings-5.14.15.apk")
        plan = self.promise(package).json
        content = bytearray(package.path.read_bytes())
        content[1000] ^= 1
        self.assertEqual(self.put(plan, bytes(content)), {400})
        refused = completed(self.developer, plan["id"])
        self.assertEqual((refused.status, refused.headers.get_content_type()), (400, "application/problem+json"))
        self.assertNotIn(package.sha256, self.developer.get("/api/v1/apps/apidemos/builds").text)

    def test_without_the_bytes_is_told_what_is_missing(self):
        package = pipelines.Package("settings-6.0.8.apk")
        plan = self.promise(package).json
        refused = self.developer.call(f"/api/v1/uploads/{plan['id']}/complete")
        self.assertEqual(refused.status, 400)
        self.assertIn(package.path.name, refused.json["detail"])

    def test_into_an_environment_of_others_is_refused(self):
        refused = self.promise(pipelines.Package("settings-7.1.11.apk"), environment="prod")
        self.assertEqual(refused.status, 403)

    def test_by_a_tester_is_refused(self):
        package = pipelines.Package("settings-7.1.11.apk")
        self.assertIn(self.promise(package, browser=person(TESTER)).status, (403, 404))

    def test_by_nobody_is_refused(self):
        package = pipelines.Package("settings-7.1.11.apk")
        self.assertEqual(self.promise(package, browser=world().visitor()).status, 401)
