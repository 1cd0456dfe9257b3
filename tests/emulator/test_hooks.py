"""Webhooks: a delivery of GitHub's, through CloudFront to the function that may do nothing but record it."""

import hashlib
import hmac
import json
import secrets
import unittest
import uuid

from cloud.processes import ROOT
from scene import world

SAMPLES = ROOT / "backend/sources/src/github/samples"
ENDPOINT = "acme"


class ADeliveryOfGitHub(unittest.TestCase):
    def setUp(self):
        self.secret = secrets.token_hex(32)
        vault = world().emulator.client("secretsmanager")
        [name] = [it for it in world().resources("AWS::SecretsManager::Secret") if "hooks" in it]
        endpoints = {"github": {ENDPOINT: {"current": self.secret}}}
        vault.put_secret_value(SecretId=name, SecretString=json.dumps(endpoints))

    def deliver(self, sample, secret):
        body = (SAMPLES / sample).read_bytes()
        signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {
            "content-type": "application/json",
            "x-github-event": sample.partition("-")[0],
            "x-github-delivery": str(uuid.uuid4()),
            "x-hub-signature-256": f"sha256={signature}",
        }
        return world().visitor().ask("POST", f"/hooks/github/{ENDPOINT}", headers=headers, body=body)

    def test_is_recorded_with_its_commit(self):
        answer = self.deliver("workflow_run-completed.json", self.secret)
        self.assertEqual(answer.status, 200, answer.text)
        dynamodb = world().emulator.client("dynamodb")
        [table] = world().resources("AWS::DynamoDB::Table")
        commit = json.loads((SAMPLES / "workflow_run-completed.json").read_text())["workflow_run"]["head_sha"]
        asked = {":pk": {"S": f"COMMIT#{commit}"}}
        found = dynamodb.query(TableName=table, KeyConditionExpression="pk = :pk", ExpressionAttributeValues=asked)
        self.assertEqual(found["Count"], 1)

    def test_that_is_signed_with_another_secret_is_turned_away(self):
        answer = self.deliver("workflow_run-completed.json", secrets.token_hex(32))
        self.assertEqual(answer.status, 401)
