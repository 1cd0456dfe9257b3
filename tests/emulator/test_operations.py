"""What runs without anybody looking: the schedule, the logs, the alarms."""

import concurrent.futures
import json
import unittest

from cloud.emulator import policy
from scene import eventually, person, registered, world
from test_rights import may, regional


class TheClock(unittest.TestCase):
    def test_does_its_round_when_the_schedule_calls(self):
        [schedule] = self.schedules()
        payload = schedule["Target"].get("Input", "{}")
        function = schedule["Target"]["Arn"].split(":function:")[-1]
        self.assertEqual(function, world().name("clock") + ":live")
        answer = world().emulator.client("lambda").invoke(FunctionName=function, Payload=payload)
        self.assertNotIn("FunctionError", answer, answer["Payload"].read())

    def test_is_all_that_the_schedule_may_start(self):
        iam = world().emulator.client("iam")
        [schedule] = self.schedules()
        role = schedule["Target"]["RoleArn"].rsplit("/", 1)[-1]
        allowed = {
            name
            for name in ("web:live", "hooks:live", "events:live", "action", "unanswered", "register", "clock", "clock:live")
            if may(iam, role, "lambda:InvokeFunction", regional("lambda", f"function:{world().name(name)}"))
        }
        self.assertEqual(allowed, {"clock:live"})

    def schedules(self):
        scheduler = world().emulator.client("scheduler")
        listed = scheduler.list_schedules()["Schedules"]
        return [scheduler.get_schedule(Name=found["Name"], GroupName=found["GroupName"]) for found in listed]


class TheLogs(unittest.TestCase):
    def lines(self, function):
        logs = world().emulator.client("logs")
        found = logs.filter_log_events(logGroupName=f"/aws/lambda/{world().name(function)}")["events"]
        return [event["message"] for event in found]

    def test_tell_of_a_registration_and_keep_the_job_s_credentials_out(self):
        registered()
        lines = eventually("the log's line", lambda: [line for line in self.lines("action") if '"registered"' in line])
        said = [json.loads(line[line.index("{") :]) for line in lines]
        self.assertIn(("appium", 1), [(line["app"], line["number"]) for line in said])
        keys = world().codepipeline.credentials
        for line in self.lines("action"):
            for secret in (keys["SecretAccessKey"], keys["SessionToken"]):
                self.assertNotIn(secret, line)

    def test_are_kept_for_a_while_and_not_for_ever(self):
        groups = world().emulator.client("logs").describe_log_groups()["logGroups"]
        ours = [group for group in groups if "towpath-dev" in group["logGroupName"]]
        self.assertGreaterEqual(len(ours), 4)
        for group in ours:
            with self.subTest(group["logGroupName"]):
                self.assertGreater(group.get("retentionInDays", 0), 0)


class TheAlarms(unittest.TestCase):
    """A change of an alarm's state, as CloudWatch reports it, on its way to the topic that mails it."""

    def setUp(self):
        self.sqs, self.name = world().emulator.client("sqs"), "mails"
        self.mails = self.sqs.create_queue(QueueName=self.name)["QueueUrl"]
        anyone = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}
        self.sqs.set_queue_attributes(QueueUrl=self.mails, Attributes={"Policy": policy(anyone)})
        [topic] = world().resources("AWS::SNS::Topic")
        world().emulator.client("sns").subscribe(
            TopicArn=topic, Protocol="sqs", Endpoint=regional("sqs", self.name)
        )

    def report(self, before, after, alarm="taps-fail"):
        detail = {
            "alarmName": world().name(alarm),
            "configuration": {"description": f"{before} to {after}."},
            "previousState": {"value": before},
            "state": {"value": after},
        }
        entry = {"Source": "aws.cloudwatch", "DetailType": "CloudWatch Alarm State Change", "Detail": json.dumps(detail)}
        put = world().emulator.client("events").put_events(Entries=[entry])
        self.assertEqual(put["FailedEntryCount"], 0)

    def received(self):
        got = self.sqs.receive_message(QueueUrl=self.mails, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(message["Body"])["Message"] for message in got]

    def test_tell_of_a_disturbance_and_of_its_end_and_not_that_a_new_one_is_well(self):
        self.report("INSUFFICIENT_DATA", "OK")
        self.report("OK", "ALARM", alarm="of-somebody-else")
        self.report("OK", "ALARM")
        self.report("ALARM", "OK")
        mails = []

        def both():
            mails.extend(self.received())
            return len(mails) >= 2

        eventually("both mails", both)
        mails.extend(self.received())
        self.assertEqual(len(mails), 2, mails)
        self.assertTrue(any("towpath-dev-taps-fail: ALARM" in mail and "OK to ALARM." in mail for mail in mails), mails)
        self.assertTrue(any("towpath-dev-taps-fail: OK" in mail and "ALARM to OK." in mail for mail in mails), mails)


class ManyAtOnce(unittest.TestCase):
    def test_are_all_answered(self):
        registered()
        somebody = person()

        def tap(_):
            return somebody.get("/appium/dev/latest.apk").status

        with concurrent.futures.ThreadPoolExecutor(8) as people:
            self.assertEqual(set(people.map(tap, range(40))), {302})
