"""Every secret that the run used, looked for wherever something is written down. It comes after all that uses one."""

import json
import time
import unittest

from cloud.browser import WITNESS
from cloud.people import PASSWORD
from cloud.witness import SHAPES, Witness
from scene import LEAD, person, registered, world

PLANTED = "a-secret-that-was-planted-to-be-found"


def vaults(witness):
    """What Secrets Manager holds: the session secret, the origin key and the secrets of webhooks."""
    vault = world().emulator.client("secretsmanager")
    for name in world().resources("AWS::SecretsManager::Secret"):
        held = vault.get_secret_value(SecretId=name)["SecretString"]
        try:
            values = list(strings(json.loads(held)))
        except json.JSONDecodeError:
            values = [held]
        for value in values:
            witness.keep(f"part of {name.rsplit(':')[-1]}", value)


def strings(value):
    """All texts in a JSON value, without names."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def used():
    """Everything that may be nowhere, with what it is."""
    witness = Witness()
    witness.secrets.update(WITNESS.secrets)
    vaults(witness)
    # What the simulator hands to jobs, and what functions are given to work with.
    keys = world().codepipeline.credentials
    witness.keep("a job's secret key", keys["SecretAccessKey"])
    witness.keep("a job's session token", keys["SessionToken"])
    witness.keep("a person's password", PASSWORD)
    return witness.secrets


def written():
    """Every place where something is written down, with what it says."""
    emulator = world().emulator
    yield from logs(emulator.client("logs"))
    yield from table(emulator.client("dynamodb"))
    yield from objects(emulator.client("s3"))
    yield from letters(emulator.client("sqs"))
    yield from WITNESS.refusals


def logs(client):
    for group in client.describe_log_groups()["logGroups"]:
        pages = client.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"])
        for page in pages:
            for event in page["events"]:
                yield f"log {group['logGroupName']}", event["message"]


def table(client):
    [name] = world().resources("AWS::DynamoDB::Table")
    for page in client.get_paginator("scan").paginate(TableName=name):
        for item in page["Items"]:
            yield f"item {item['pk']['S']} {item['sk']['S']}", json.dumps(item, default=repr)


def objects(client):
    """What the portal wrote itself: events, the audit log's seals. Builds are what their teams made."""
    for bucket in world().resources("AWS::S3::Bucket"):
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            for key in (found["Key"] for found in page.get("Contents", [])):
                yield f"name in {bucket}", key
                if not key.startswith(("artifacts/", "staging/", "assets/")):
                    body = client.get_object(Bucket=bucket, Key=key)["Body"].read()
                    yield f"object {bucket}/{key}", body.decode(errors="replace")


def letters(client):
    for url in world().resources("AWS::SQS::Queue"):
        found = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
        for message in found.get("Messages", []):
            yield f"message in {url.rsplit('/', 1)[-1]}", message["Body"]


def found(secrets):
    """Where which secret stands, never with the secret itself."""
    places = set()
    for place, text in written():
        places.update(f"{what} in {place}" for secret, what in secrets.items() if secret in text)
        # One that no browser saw is known by its shape.
        places.update(f"{what} in {place}" for what, shape in SHAPES.items() if shape.search(text))
    return sorted(places)


class EverySecretOfTheRun(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """Alone, this module still has something to look for."""
        registered()
        person().get("/appium/dev/latest.apk")
        person(LEAD).get("/nothing/here/at/all")

    def test_was_seen(self):
        kinds = set(used().values())
        for what in ("the cookie __Host-towpath", "a sign-in's code", "a sign-in's state", "a link's signature",
                     "a job's secret key", "a person's password"):
            self.assertIn(what, kinds)
        self.assertTrue(any("session-key" in what for what in kinds), kinds)
        self.assertTrue(WITNESS.refusals)

    def test_is_written_down_nowhere(self):
        self.assertEqual(found(used()), [])


class ASecretThatWasPlanted(unittest.TestCase):
    """Without this, the search above could look in the wrong places."""

    def setUp(self):
        emulator, client = world().emulator, world().emulator.client
        group, stream = f"/aws/lambda/{world().name('web')}", "planted"
        logs = client("logs")
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
        line = {"timestamp": int(time.time() * 1000), "message": f"said {PLANTED}"}
        logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=[line])
        self.addCleanup(logs.delete_log_stream, logGroupName=group, logStreamName=stream)

        [name] = world().resources("AWS::DynamoDB::Table")
        key = {"pk": {"S": "PLANTED"}, "sk": {"S": "PLANTED"}}
        client("dynamodb").put_item(TableName=name, Item={**key, "said": {"S": PLANTED}})
        self.addCleanup(client("dynamodb").delete_item, TableName=name, Key=key)

        [bucket] = [name for name in world().resources("AWS::S3::Bucket") if "releases" in name]
        client("s3").put_object(Bucket=bucket, Key="events/planted", Body=PLANTED.encode())
        self.addCleanup(client("s3").delete_object, Bucket=bucket, Key="events/planted")

        [queue] = [url for url in world().resources("AWS::SQS::Queue") if "dead" in url][:1]
        client("sqs").send_message(QueueUrl=queue, MessageBody=PLANTED)
        self.addCleanup(client("sqs").purge_queue, QueueUrl=queue)
        WITNESS.refusals.append(("a refusal", PLANTED))
        self.addCleanup(WITNESS.refusals.pop)

    def test_is_found_in_every_kind_of_place(self):
        places = found({PLANTED: "planted"})
        for kind in ("log", "item", "object", "message", "a refusal"):
            with self.subTest(kind):
                self.assertTrue(any(place.startswith(f"planted in {kind}") for place in places), places)
