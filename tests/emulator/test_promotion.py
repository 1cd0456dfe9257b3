"""A build on its way from dev to preprod: asked for by one person, approved by another, and kept in the audit log."""

import unittest

from cloud.people import Person, changes_address, leaves, sign_in
from scene import LEAD, person, registered, world

RITA = Person("rita@example.com", ("release-managers",))
RALF = Person("ralf@example.com", ("release-managers",))
TESTER = Person("tess@example.com", ("testers",))


class APromotion(unittest.TestCase):
    def setUp(self):
        package, pipeline, execution = registered()
        self.sha256 = package.sha256
        output = world().codepipeline.action(pipeline, execution, "Register")["output"]
        self.build = output["outputVariables"]["build_id"]

    def request(self, who):
        asked = {"build": self.build, "to": "preprod", "reason": "Ready for the acceptance test"}
        return person(who).call("/api/v1/promotions", asked)

    def test_waits_for_another_person_and_releases_the_same_bytes(self):
        asked = self.request(RITA)
        self.assertEqual(asked.status, 201, asked.text)
        promotion = asked.json
        address = f"/api/v1/promotions/{promotion['id']}"

        own = person(RITA).call(f"{address}/approve", {"digest": promotion["digest"]})
        self.assertIn(own.status, (403, 409), own.text)
        self.assertNotIn(self.sha256, person().get("/appium/preprod").text)

        agreed = person(RALF).call(f"{address}/approve", {"digest": promotion["digest"], "comment": "Looked at it"})
        self.assertEqual(agreed.status, 200, agreed.text)
        self.assertIn(self.sha256, person().get("/appium/preprod").text)
        self.assertIn("Ready for the acceptance test", person(LEAD).get(address).text)

    def test_is_in_the_audit_log_with_who_did_what(self):
        promotion = self.request(RITA).json
        person(RALF).call(f"/api/v1/promotions/{promotion['id']}/reject", {"reason": "Not today"})
        log = person(LEAD).get("/api/v1/audit")
        self.assertEqual(log.status, 200, log.text)
        self.assertIn("Not today", log.text)
        self.assertIn(RALF.mail, log.text)
        self.assertEqual(person(TESTER).get("/api/v1/audit").status, 403)

    def test_is_not_approved_under_a_second_address_nor_after_leaving_the_group(self):
        moves = Person("mo@example.com", ("release-managers",))
        leaver = Person("gus@example.com", ("release-managers",))
        promotion = self.request(moves).json
        address = f"/api/v1/promotions/{promotion['id']}"
        seen = {"digest": promotion["digest"]}
        before = person(moves).get("/api/v1/me").json["actor"]

        moved = changes_address(world(), moves, "mo+2@example.com")
        again = world().visitor()
        sign_in(again, moved)
        after = again.get("/api/v1/me").json["actor"]
        self.assertEqual((before["name"], after["name"]), ("mo@example.com", "mo+2@example.com"))
        self.assertEqual(before["person"], after["person"])
        own = again.call(f"{address}/approve", seen)
        self.assertEqual(own.status, 403, own.text)

        person(leaver)
        leaves(world(), leaver, "release-managers")
        anew = world().visitor()
        sign_in(anew, leaver)
        self.assertIn(anew.call(f"{address}/approve", seen).status, (403, 404))
        # The person who asked takes it back, under either address.
        self.assertEqual(again.call(f"{address}/cancel", {"reason": "Not today"}).status, 200)

    def test_is_not_for_testers_to_ask_for(self):
        self.assertIn(self.request(TESTER).status, (403, 404))

    def test_to_where_the_path_does_not_lead_is_refused(self):
        asked = {"build": self.build, "to": "prod", "reason": "In a hurry"}
        refused = person(RITA).call("/api/v1/promotions", asked)
        self.assertIn(refused.status, (400, 409))
        self.assertEqual(refused.headers.get_content_type(), "application/problem+json")
