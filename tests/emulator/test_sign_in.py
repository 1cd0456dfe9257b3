"""Signing in at the deployment's own user pool, on the issuer's page, and what a session lets whom see."""

import unittest
import urllib.parse

from cloud.people import Person, callback, invite, sign_in
from scene import LEAD, person, registered, world

TESTER = Person("tess@example.com", ("testers",))
STRANGER = Person("sam@example.com")


class SomebodyWhoIsNotSignedIn(unittest.TestCase):
    def setUp(self):
        self.visitor = world().visitor()

    def test_is_led_to_the_issuer_and_back_to_the_page(self):
        asked = self.visitor.get("/appium/dev")
        self.assertEqual(asked.status, 303)
        self.assertEqual(urllib.parse.urlsplit(asked.location).path, "/sign-in")
        self.assertIn("return=", asked.location)

    def test_is_told_by_the_api_how_to_come_in(self):
        answer = self.visitor.get("/api/v1/overview")
        self.assertEqual((answer.status, answer.headers.get_content_type()), (401, "application/problem+json"))
        self.assertTrue(answer.headers["www-authenticate"])

    def test_gets_no_link_to_any_bytes(self):
        registered()
        self.assertEqual(self.visitor.get("/appium/dev/latest.apk").status, 303)

    def test_is_sent_to_the_user_pool_with_pkce(self):
        issuer = self.visitor.get("/sign-in")
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(issuer.location).query))
        self.assertEqual(query["response_type"], "code")
        self.assertEqual(query["code_challenge_method"], "S256")
        self.assertEqual(query["redirect_uri"], f"{world().address}/sign-in/callback")
        self.assertTrue(query["state"] and query["nonce"])


class SigningIn(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        invite(world(), TESTER)
        invite(world(), STRANGER)
        registered()

    def setUp(self):
        self.browser = world().visitor()

    def test_leads_to_the_page_that_was_wanted(self):
        page = sign_in(self.browser, TESTER, "/appium/dev")
        self.assertEqual((page.status, page.url), (200, f"{world().address}/appium/dev"))
        self.assertIn(TESTER.mail, page.text)

    def test_leaves_a_cookie_that_no_script_and_no_other_host_can_have(self):
        back = callback(self.browser, TESTER)
        cookies = self.browser.get(back.location).headers.get_all("set-cookie")
        session = [cookie for cookie in cookies if cookie.startswith("__Host-towpath")]
        self.assertTrue(session)
        for cookie in session:
            with self.subTest(cookie.split("=")[0]):
                attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
                self.assertTrue({"httponly", "secure", "path=/", "samesite=lax"} <= attributes, attributes)

    def test_with_a_wrong_password_leads_nowhere(self):
        answer = callback(self.browser, TESTER, password="wrong")
        self.assertNotIn("code=", answer.headers["location"] or "")
        self.assertEqual(self.browser.get("/appium/dev").status, 303)

    def test_works_once_for_each_code(self):
        back = callback(self.browser, TESTER).location
        self.assertEqual(self.browser.get(back).status, 303)
        again = self.browser.get(back)
        self.assertIn(again.status, (400, 401, 403))

    def test_works_only_in_the_browser_that_began_it(self):
        back = callback(self.browser, TESTER).location
        other = world().visitor()
        self.assertIn(other.get(back).status, (400, 401, 403))
        self.assertEqual(other.get("/appium/dev").status, 303)

    def test_leads_to_no_other_site(self):
        page = sign_in(self.browser, TESTER, "https://evil.example/")
        self.assertTrue(page.url.startswith(world().address), page.url)

    def test_of_somebody_without_a_role_opens_nothing(self):
        page = sign_in(self.browser, STRANGER, "/appium/dev")
        self.assertEqual(page.status, 404)

    def test_ends_here_and_at_the_issuer(self):
        sign_in(self.browser, TESTER)
        self.assertEqual(self.browser.get("/appium/dev").status, 200)
        out = self.browser.post("/sign-out")
        self.assertIn("/logout", out.headers["refresh"])
        self.assertEqual(self.browser.get("/appium/dev").status, 303)


class ARole(unittest.TestCase):
    def test_lets_a_tester_of_dev_download_there_and_not_elsewhere(self):
        registered()
        tester = person(TESTER)
        self.assertEqual(tester.get("/appium/dev/latest.apk").status, 302)
        self.assertIn(tester.get("/appium/preprod/latest.apk").status, (403, 404))

    def test_that_is_missing_is_named(self):
        file = {"name": "settings.apk", "size": 1, "sha256": "0" * 64}
        asked = {"files": [file], "environment": "dev"}
        refused = person(TESTER).call("/api/v1/apps/appium/uploads", asked)
        self.assertEqual(refused.status, 403)
        self.assertIn("developer", refused.json["detail"])

    def test_lets_a_lead_see_everything(self):
        overview = person(LEAD).get("/api/v1/overview").json
        self.assertEqual({one["app"]["id"] for one in overview["apps"]}, {"appium", "apidemos"})


class AnotherSite(unittest.TestCase):
    def test_changes_nothing_through_somebody_s_browser(self):
        lead = person(LEAD)
        answer = lead.post("/sign-out", headers={"origin": "https://evil.example", "sec-fetch-site": "cross-site"})
        self.assertEqual(answer.status, 403)
        self.assertEqual(lead.get("/appium/dev").status, 200)
