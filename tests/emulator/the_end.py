"""Operating the deployment with the team's own commands. It comes last: it takes the deployment down."""

import unittest

from botocore.exceptions import ClientError

from cloud.stack import Failed, outputs
from cloud.world import CONFIGURATION, STACK, configure
from scene import person, registered, world


class AnOperator(unittest.TestCase):
    def refused(self, **other):
        with self.assertRaises(Failed) as failed:
            world().operator.but(**other).deploy(other.get("ENV", "dev"))
        return str(failed.exception)

    def test_without_credentials_is_told_to_sign_in(self):
        said = self.refused(AWS_ACCESS_KEY_ID=None, AWS_SECRET_ACCESS_KEY=None)
        self.assertIn("there are no AWS credentials", said)

    def test_of_another_account_is_told_which_one_is_meant(self):
        said = self.refused(AWS_ACCESS_KEY_ID="999999999999")
        self.assertIn("999999999999", said)
        self.assertIn(f'"dev" is {world().emulator.account}', said)

    def test_of_an_environment_that_is_not_listed_is_told_the_nearest(self):
        self.assertIn('do you mean "preprod"?', self.refused(ENV="prepord"))

    def test_brings_in_an_app_by_the_configuration_alone(self):
        functions = world().emulator.client("lambda")
        web = world().name("web")
        before = functions.get_function_configuration(FunctionName=web)["CodeSha256"]
        ferry = '\n[[apps]]\nid = "ferry"\nname = "Ferry"\n'
        configure(world().emulator.scratch, configuration=CONFIGURATION.read_text() + ferry)
        world().operator.deploy()
        self.assertIn("Ferry", person().get("/").text)
        self.assertEqual(functions.get_function_configuration(FunctionName=web)["CodeSha256"], before)


class TheEnd(unittest.TestCase):
    def test_keeps_the_data_and_says_so_when_it_cannot_begin_anew(self):
        package, *_ = registered()
        operator = world().operator
        world().keep_logs()
        with self.assertRaisesRegex(Failed, "CONFIRM=dev"):
            operator.destroy()
        self.assertIn("the data stays", operator.but(CONFIRM="dev").destroy())

        emulator = world().emulator
        with self.assertRaisesRegex(ClientError, "does not exist"):
            outputs(emulator, STACK)
        self.assertIn(world().name("records"), emulator.client("dynamodb").list_tables()["TableNames"])
        releases = f"{world().name('releases')}-{emulator.account}-{emulator.region}"
        kept = emulator.client("s3").list_objects_v2(Bucket=releases, Prefix=f"artifacts/appium/{package.sha256}/")
        self.assertEqual(kept["KeyCount"], 1)

        # AWS would take the data up again; the emulator cannot, which leaves a stack that is half there.
        with self.assertRaisesRegex(Failed, "cdk deploy failed"):
            operator.deploy()
        with self.assertRaisesRegex(Failed, "half-deployed .*\n.*make destroy ENV=dev"):
            operator.deploy()
