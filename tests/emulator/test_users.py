"""Letting people into the user pool, with the command that administrators use."""

import unittest

from cloud.stack import Failed
from scene import world

MAIL = "ada@example.com"


class AnAdministrator(unittest.TestCase):
    def let_in(self, **who):
        return world().operator.user(**who)

    def refused(self, **who):
        with self.assertRaises(Failed) as failed:
            self.let_in(**who)
        return str(failed.exception)

    def person(self):
        """What the user pool knows of the person, and the groups."""
        cognito = world().emulator.client("cognito-idp")
        pool = world().outputs["UserPool"]
        found = cognito.admin_get_user(UserPoolId=pool, Username=MAIL)
        groups = cognito.admin_list_groups_for_user(UserPoolId=pool, Username=MAIL)["Groups"]
        attributes = {each["Name"]: each["Value"] for each in found["UserAttributes"]}
        return attributes, [group["GroupName"] for group in groups]

    def test_lets_a_person_in_with_a_verified_address_and_a_group_and_may_say_so_again(self):
        self.assertIn(f"an invitation was mailed to {MAIL}", self.let_in(MAIL=MAIL, GROUP="testers"))
        attributes, groups = self.person()
        self.assertEqual((attributes["email"], attributes["email_verified"]), (MAIL, "true"))
        self.assertEqual(groups, ["testers"])

        said = self.let_in(MAIL=MAIL, GROUP="leads")
        self.assertIn("was invited before", said)
        self.assertEqual(sorted(self.person()[1]), ["leads", "testers"])

    def test_is_told_the_groups_that_there_are_and_how_to_have_another(self):
        said = self.refused(MAIL=MAIL, GROUP="lead")
        self.assertIn('there is no group "lead"', said)
        self.assertIn("developers, leads, release-managers, testers", said)
        self.assertIn('groups = ["lead"]', said)

    def test_has_to_say_whom(self):
        self.assertIn("say whom: make user ENV=dev MAIL=", self.refused(GROUP="leads"))


if __name__ == "__main__":
    unittest.main()
