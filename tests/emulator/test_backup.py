"""A backup of the deployment, and the same environment again in another account."""

import functools
import hashlib
import json
import shutil
import unittest

from botocore.exceptions import ClientError

from cloud import people
from cloud.stack import Failed
from cloud.world import STACK, World
from scene import LEAD, eventually, person, registered, world

ANOTHER_ACCOUNT = "210987654321"


@functools.cache
def backup():
    """The folder of a backup of `dev`, whose audit log is sealed."""
    registered()
    # Entries that name a person.
    on = {"environment": "preprod", "app": "apidemos"}
    asked = person().call("/api/v1/holds", {**on, "reason": "Its servers move"})
    lifted = person().call("/api/v1/holds/lift", {"on": {"what": "environment", **on}})
    if (asked.status, lifted.status) != (200, 200):
        raise AssertionError(asked.text + lifted.text)
    clock = world().emulator.client("lambda")

    def seal():
        clock.invoke(FunctionName=world().name("clock") + ":live", Payload="{}")
        return person().get("/api/v1/audit/seals").json["seals"]

    eventually("the audit log is sealed", seal)
    folder = world().emulator.scratch / "backup"
    keeper = world().emulator.role("keeper", *backing_up(world()))
    said = world().operator.acting_as(keeper).backup(folder)
    if "its audit log verifies" not in said:
        raise AssertionError(said)
    return folder


def bucket(deployed, purpose):
    return f"{deployed.name(purpose)}-{deployed.emulator.account}-{deployed.emulator.region}"


def places(deployed):
    """The table, the release bucket and the bucket of seals, by their letters in docs/backup-aws.md."""
    emulator = deployed.emulator
    table = f"arn:aws:dynamodb:{emulator.region}:{emulator.account}:table/{deployed.name('records')}"
    return table, f"arn:aws:s3:::{bucket(deployed, 'releases')}", f"arn:aws:s3:::{bucket(deployed, 'audit')}"


def rights(*listed):
    return [{"Action": actions.split(), "Resource": list(resources)} for actions, *resources in listed]


def backing_up(deployed):
    """What docs/backup-aws.md says that `make backup` needs."""
    t, r, a = places(deployed)
    return rights(
        ("sts:GetCallerIdentity", "*"),
        ("dynamodb:DescribeTable", t),
        # On the table and on its exports; the emulator does not know what they are on.
        ("dynamodb:ExportTableToPointInTime dynamodb:DescribeExport", "*"),
        ("s3:PutObject s3:PutObjectAcl s3:AbortMultipartUpload s3:GetObject s3:DeleteObject s3:DeleteObjectVersion", f"{r}/exports/*"),
        ("s3:ListBucketVersions", r, a),
        ("s3:GetObjectVersion", f"{r}/*", f"{a}/*"),
        ("s3:GetObjectRetention", f"{a}/*"),
    )


def restoring(deployed):
    """What it says that `make restore` needs."""
    t, r, a = places(deployed)
    account, region = deployed.emulator.account, deployed.emulator.region
    return rights(
        ("sts:GetCallerIdentity", "*"),
        ("cloudformation:DescribeStacks", f"arn:aws:cloudformation:{region}:{account}:stack/{STACK}/*"),
        ("dynamodb:Scan dynamodb:Query dynamodb:PutItem dynamodb:BatchWriteItem dynamodb:DeleteItem", t),
        ("s3:ListBucket s3:ListBucketVersions s3:GetBucketObjectLockConfiguration", r, a),
        ("s3:GetObject s3:GetObjectVersion s3:PutObject", f"{r}/*", f"{a}/*"),
        ("s3:PutObjectRetention", f"{a}/*"),
    )


def shown(browser):
    """What the portal shows that others rely on."""
    answers = {path: browser.get(path) for path in ("/api/v1/apps/appium/builds", "/api/v1/apps/appium/environments/dev")}
    return {path: (answer.status, without_time(answer.json)) for path, answer in answers.items()}


def without_time(answer):
    return {name: value for name, value in answer.items() if name != "as_of"}


class ABackup(unittest.TestCase):
    def test_is_a_folder_of_files_that_say_what_they_hold(self):
        folder = backup()
        manifest = json.loads((folder / "manifest.json").read_text())
        records = (folder / "records.jsonl").read_bytes()
        self.assertEqual(manifest["format"], 1)
        self.assertEqual(manifest["table"], {"items": records.count(b"\n"), "sha256": hashlib.sha256(records).hexdigest()})
        objects = [json.loads(line) for line in (folder / "objects.jsonl").read_text().splitlines()]
        package, *_ = registered()
        [found] = [line for line in objects if line["key"].startswith(f"artifacts/appium/{package.sha256}/")]
        self.assertEqual((folder / found["file"]).read_bytes(), package.path.read_bytes())
        self.assertEqual({line["bucket"] for line in objects}, {"artifacts", "seals"})
        self.assertNotIn("incomplete", manifest)

    def test_says_which_object_a_build_names_and_the_bucket_lacks(self):
        emulator, folder = world().emulator, backup()
        lines = (folder / "objects.jsonl").read_text().splitlines()
        [icon, *_] = [line for line in map(json.loads, lines) if line["key"].startswith("icons/appium/")]
        releases, s3 = bucket(world(), "releases"), emulator.client("s3")
        marker = s3.delete_object(Bucket=releases, Key=icon["key"])["VersionId"]
        try:
            with self.assertRaisesRegex(Failed, f"and this is not:\n{icon['key']}: a build names it"):
                world().operator.backup(emulator.scratch / "lacking")
        finally:
            s3.delete_object(Bucket=releases, Key=icon["key"], VersionId=marker)
        manifest = json.loads((emulator.scratch / "lacking" / "manifest.json").read_text())
        self.assertEqual(len(manifest["incomplete"]), 1)

    def test_leaves_nothing_of_the_table_in_the_bucket(self):
        backup()
        left = world().emulator.client("s3").list_object_versions(Bucket=bucket(world(), "releases"), Prefix="exports/")
        self.assertNotIn("Versions", left)

    def test_is_never_written_over(self):
        with self.assertRaisesRegex(Failed, "is there already"):
            world().operator.backup(backup())

    def test_of_a_moment_before_the_table_is_refused(self):
        with self.assertRaisesRegex(Failed, "cannot be had as it was then"):
            world().operator.backup(world().emulator.scratch / "before", AT="2020-01-01T00:00:00Z")

    def test_is_not_restored_into_a_portal_that_is_at_work(self):
        with self.assertRaisesRegex(Failed, '"dev" is at work.*\n.*CLOSED=1'):
            world().operator.restore(backup())


class TheSameElsewhere(unittest.TestCase):
    """Another account, where the environment is deployed closed, filled from the backup, and opened."""

    def test_shows_and_gives_the_same_and_its_audit_log_verifies(self):
        folder, before = backup(), shown(person())
        elsewhere = World(account=ANOTHER_ACCOUNT, name="ministack-elsewhere", closed=True)
        self.addCleanup(elsewhere.stop)
        self.assertIn(elsewhere.visitor().get("/healthz").status, (429, 503))
        table = elsewhere.emulator.client("dynamodb")
        self.assertEqual(table.scan(TableName=elsewhere.name("records"))["Count"], 0)

        # An earlier try that broke off: the table is taken, and a few of the records are there.
        records = (folder / "records.jsonl").read_text().splitlines()
        digest = json.loads((folder / "manifest.json").read_text())["table"]["sha256"]
        taken = {"pk": {"S": "RESTORE"}, "sk": {"S": "RESTORE"}, "records": {"S": digest}}
        for item in (taken, *(json.loads(line)["Item"] for line in records[:5])):
            table.put_item(TableName=elsewhere.name("records"), Item=item)
        restorer = elsewhere.emulator.role("restorer", *restoring(elsewhere))
        operator = elsewhere.operator.acting_as(restorer)
        # And a seal of another log, which on AWS nobody could remove.
        s3, foreign = elsewhere.emulator.client("s3"), {"Bucket": bucket(elsewhere, "audit"), "Key": "seals/another"}
        version = s3.put_object(**foreign, Body=b"{}")["VersionId"]
        with self.assertRaisesRegex(Failed, "seals/another, which is of another audit log"):
            operator.restore(folder)
        s3.delete_object(**foreign, VersionId=version)
        said = operator.restore(folder)
        self.assertIn("going on", said)
        self.assertIn("the audit log verifies", said)
        with self.assertRaisesRegex(Failed, "has records already"):
            operator.restore(folder)

        elsewhere.operator.deploy()
        visitor = elsewhere.visitor()
        people.invite(elsewhere, LEAD)
        people.sign_in(visitor, LEAD)
        self.assertEqual(shown(visitor), before)
        package, *_ = registered()
        download = visitor.get(visitor.get("/appium/dev/latest.apk").location)
        self.assertEqual(hashlib.sha256(download.body).hexdigest(), package.sha256)
        self.assertEqual(download.headers.get_content_type(), "application/vnd.android.package-archive")
        verified = visitor.get("/api/v1/audit/verify").json
        self.assertEqual(verified["findings"], [])
        self.assertGreater(verified["seals"], 0)
        with self.assertRaisesRegex(ClientError, "AccessDenied"):
            elsewhere.emulator.client("s3", restorer).put_object(Bucket=bucket(elsewhere, "audit"), Key="seals/x", IfNoneMatch="*")


class ADamagedBackup(unittest.TestCase):
    def test_is_refused_before_anything_is_asked(self):
        damaged = world().emulator.scratch / "damaged"
        shutil.copytree(backup(), damaged)
        [first, *_] = sorted((damaged / "objects" / "seals" / "seals").iterdir())
        first.write_bytes(first.read_bytes() + b" ")
        with self.assertRaisesRegex(Failed, f"damaged: .*{first.name} is not what was written"):
            world().operator.restore(damaged)
