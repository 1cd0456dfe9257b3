"""What AWS reports: from the bus through rules, queue and function onto the overview, and aside when it cannot be recorded."""

import datetime
import json
import unittest
import uuid

from cloud.stack import Failed
from scene import eventually, person, world

PIPELINE_CHANGED = "CodePipeline Pipeline Execution State Change"
DENIED = "outage"
QUEUES = ("events", "events-dead-letters", "events-undelivered", "clock-missed")


def event(pipeline, state, execution, source="aws.codepipeline", kind=PIPELINE_CHANGED, **detail):
    """An event as a rule's target gets it."""
    account, region = world().emulator.account, world().emulator.region
    now = datetime.datetime.now(datetime.UTC)
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": kind,
        "source": source,
        "account": account,
        "time": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": region,
        "resources": [f"arn:aws:codepipeline:{region}:{account}:{pipeline}"],
        "detail": {
            "pipeline": pipeline,
            "execution-id": execution,
            "state": state,
            "start-time": now.isoformat(timespec="milliseconds"),
            "version": 1.0,
            "pipeline-execution-attempt": 1.0,
            **detail,
        },
    }


def put(pipeline, state, execution=None, source="aws.codepipeline", kind=PIPELINE_CHANGED, **detail):
    """Puts an event on the account's bus, as CodePipeline does; gives the execution that it is about."""
    execution = execution or str(uuid.uuid4())
    made = event(pipeline, state, execution, source, kind, **detail)
    entry = {
        "Source": made["source"],
        "DetailType": made["detail-type"],
        "Resources": made["resources"],
        "Detail": json.dumps(made["detail"]),
    }
    answer = world().emulator.client("events").put_events(Entries=[entry])
    if answer["FailedEntryCount"]:
        raise AssertionError(answer)
    return execution


def status(execution):
    """How an execution of `apidemos-dev` is listed, if it is."""
    listed = person().get("/api/v1/apps/apidemos/runs").json["items"]
    return {run["id"].rsplit("/", 1)[-1]: run["status"] for run in listed}.get(execution)


def on_the_overview(pipeline):
    """The newest runs of a pipeline on the overview, by execution."""
    overview = person().get("/api/v1/overview").json
    cells = [cell for app in overview["apps"] for cell in app["cells"]]
    feeding = [one for cell in cells for one in cell["pipelines"] if one["pipeline"]["name"] == pipeline]
    return {run["id"].rsplit("/", 1)[-1]: run["status"] for one in feeding for run in one["runs"]}


def waiting(queue):
    sqs = world().emulator.client("sqs")
    url = sqs.get_queue_url(QueueName=world().name(queue))["QueueUrl"]
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(int(found[name]) for name in names)


class AnEventOnTheBus(unittest.TestCase):
    def test_appears_on_the_overview(self):
        execution = put("appium-preprod", "STARTED")
        eventually("the run starts", lambda: on_the_overview("appium-preprod").get(execution) == "running")
        put("appium-preprod", "FAILED", execution)
        eventually("the run fails", lambda: on_the_overview("appium-preprod").get(execution) == "failed")
        self.assertIn("appium-preprod", person().get("/appium/runs?failed=true").text)

    def test_counts_once_however_often_it_comes(self):
        execution = put("apidemos-dev", "STARTED")
        for _ in range(3):
            put("apidemos-dev", "SUCCEEDED", execution)
        eventually("the run succeeds", lambda: status(execution) == "succeeded")
        listed = person().get("/api/v1/apps/apidemos/runs").json["items"]
        self.assertEqual([run["id"].rsplit("/", 1)[-1] for run in listed].count(execution), 1)

    def test_of_a_pipeline_that_no_app_claims_is_not_lost(self):
        put("tools-nightly", "STARTED")
        visitor = person()
        eventually("it is shown as unassigned", lambda: "tools-nightly" in visitor.get("/unassigned").text)

    def test_of_images_and_packages_is_acknowledged(self):
        put("none", "none", source="aws.ecr", kind="ECR Image Action")
        execution = put("apidemos-dev", "STARTED")
        eventually("what came after it", lambda: status(execution))
        self.assertEqual(waiting("events-dead-letters"), 0)

    def test_that_no_rule_asks_for_goes_nowhere(self):
        put("apidemos-dev", "STARTED", source="somebody.else", execution="not-recorded")
        execution = put("apidemos-dev", "STARTED")
        eventually("what came after it", lambda: status(execution))
        self.assertIsNone(status("not-recorded"))


class AnEventThatWasNotDelivered(unittest.TestCase):
    def test_is_recorded_once_it_is_moved_and_what_the_clock_missed_stays(self):
        sqs = world().emulator.client("sqs")
        url = {name: sqs.get_queue_url(QueueName=world().name(name))["QueueUrl"] for name in ("events-undelivered", "clock-missed")}
        execution = str(uuid.uuid4())
        sqs.send_message(QueueUrl=url["events-undelivered"], MessageBody=json.dumps(event("apidemos-dev", "STARTED", execution)))
        sqs.send_message(QueueUrl=url["clock-missed"], MessageBody="{}")
        self.addCleanup(sqs.purge_queue, QueueUrl=url["clock-missed"])

        said = world().operator.redrive()
        self.assertIn("moved 1 message to towpath-dev-events.", said)
        self.assertIn("towpath-dev-clock-missed: 1 message, which stay", said)
        eventually("it is recorded", lambda: status(execution) == "running")
        self.assertEqual((waiting("events-undelivered"), waiting("clock-missed")), (0, 1))
        self.assertIn("nothing to move", world().operator.redrive())

    def test_is_not_looked_for_where_nothing_is_deployed(self):
        with self.assertRaisesRegex(Failed, '"preprod" is not deployed there'):
            world().operator.redrive("preprod")


class AnEventThatCannotBeRecorded(unittest.TestCase):
    """The events function loses its right to write, as in an outage, and gets it back."""

    def setUp(self):
        emulator = world().emulator
        self.sqs, self.iam = emulator.client("sqs"), emulator.client("iam")
        self.queue = self.sqs.get_queue_url(QueueName=world().name("events"))["QueueUrl"]
        names = ["VisibilityTimeout", "RedrivePolicy"]
        found = self.sqs.get_queue_attributes(QueueUrl=self.queue, AttributeNames=names)["Attributes"]
        # A message that was not recorded comes again after minutes, for hours; here after a second, and five times.
        self.addCleanup(self.tries, {name: found[name] for name in names})
        few = json.loads(found["RedrivePolicy"]) | {"maxReceiveCount": 5}
        self.tries({"VisibilityTimeout": "1", "RedrivePolicy": json.dumps(few)})

    def tries(self, attributes):
        self.sqs.set_queue_attributes(QueueUrl=self.queue, Attributes=attributes)

    def dead_letters(self):
        """Takes what was put aside; anyone who does so deletes it, or it comes back."""
        url = self.sqs.get_queue_url(QueueName=world().name("events-dead-letters"))["QueueUrl"]
        return url, self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]

    def redriver(self):
        """The credentials of a role that may do what docs/runbook.md says that redriving needs."""
        account, region = world().emulator.account, world().emulator.region
        queue = {name: f"arn:aws:sqs:{region}:{account}:{world().name(name)}" for name in QUEUES}
        take = ["sqs:ReceiveMessage", "sqs:DeleteMessage"]
        move = ["sqs:StartMessageMoveTask", "sqs:ListMessageMoveTasks"]
        return world().emulator.role(
            "redriver",
            {"Action": ["sqs:GetQueueUrl", "sqs:GetQueueAttributes"], "Resource": list(queue.values())},
            # On the dead-letter queue; the emulator does not know what they are on.
            {"Action": move, "Resource": "*"},
            {"Action": take, "Resource": [queue["events-dead-letters"], queue["events-undelivered"]]},
            {"Action": "sqs:SendMessage", "Resource": queue["events"]},
        )

    def deny_writing(self):
        statement = {"Effect": "Deny", "Action": ["dynamodb:PutItem", "dynamodb:UpdateItem"], "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.iam.put_role_policy(RoleName=world().name("events"), PolicyName=DENIED, PolicyDocument=policy)

    def allow_writing(self):
        self.iam.delete_role_policy(RoleName=world().name("events"), PolicyName=DENIED)

    def test_waits_among_the_dead_letters_and_is_recorded_after_the_fix(self):
        self.deny_writing()
        try:
            execution = put("apidemos-dev", "STARTED")
            eventually("it is put aside", lambda: waiting("events-dead-letters") == 1)
            self.assertIsNone(status(execution))
        finally:
            self.allow_writing()
        said = world().operator.acting_as(self.redriver()).redrive()
        self.assertIn("towpath-dev-events-dead-letters: moved 1 message", said)
        eventually("it is recorded", lambda: status(execution) == "running")
        eventually("nothing is left aside", lambda: waiting("events-dead-letters") == 0)

    def test_that_nobody_can_read_is_put_aside_and_holds_up_no_other(self):
        put("apidemos-dev", "STARTED", **{"execution-id": 7})
        execution = put("apidemos-dev", "STARTED")
        eventually("the other is recorded", lambda: status(execution) == "running")
        eventually("it is put aside", lambda: waiting("events-dead-letters") == 1)
        url, [message] = self.dead_letters()
        self.assertEqual(json.loads(message["Body"])["detail"]["execution-id"], 7)
        self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
