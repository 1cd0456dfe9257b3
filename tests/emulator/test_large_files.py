"""Files over 16 MiB, which go to S3 in parts: out of a pipeline's artifact, and on to another bucket."""

import functools
import hashlib
import random
import unittest

from botocore.exceptions import ClientError

from cloud import pipelines
from scene import eventually, person, world

PARTS_OF = 8 * 1024 * 1024
SIZE = 2 * PARTS_OF + 1
ELSEWHERE = "apidemos-preprod-releases"


@functools.cache
def content(name):
    """Bytes that no compression makes fewer."""
    return random.Random(name).randbytes(SIZE)


FILES = {"symbols-stored.bin": "stored", "symbols-deflated.bin": "deflated"}


@functools.cache
def registered():
    """The identity of a build of `apidemos` that has both files beside its package."""
    codepipeline = world().codepipeline
    pipelines.declare(codepipeline, "apidemos", "dev")
    beside = []
    for name, compression in FILES.items():
        path = world().emulator.scratch / name
        path.write_bytes(content(name))
        beside.append({"name": f"outputs/{name}", "path": str(path), "compression": compression})
    package = pipelines.Package("apidemos-5.0.0.apk")
    run = pipelines.run(codepipeline, "apidemos", "dev", package, "Keep the symbols", beside=beside)
    status = codepipeline.outcome(*run)
    registration = codepipeline.action(*run, "Register")["output"]
    if status != "Succeeded":
        raise AssertionError(f"{run} {status}: {registration}")
    return registration["outputVariables"]["build_id"]


class ALargeFile(unittest.TestCase):
    def setUp(self):
        self.build = registered()

    def assert_is_whole(self, bucket, name):
        """The file is in the bucket with every byte."""
        digest = hashlib.sha256(content(name)).hexdigest()
        s3 = world().emulator.client("s3")
        found = s3.get_object(Bucket=bucket, Key=f"artifacts/apidemos/{digest}/{name}")
        self.assertEqual(hashlib.sha256(found["Body"].read()).hexdigest(), digest)
        return found

    def test_is_registered_with_every_byte(self):
        releases, *_ = [name for name in world().resources("AWS::S3::Bucket") if "releases" in name]
        for name in FILES:
            with self.subTest(name):
                self.assert_is_whole(releases, name)

    def test_is_promoted_to_another_bucket_with_every_byte(self):
        emulator = world().emulator
        place = {"LocationConstraint": emulator.region}
        emulator.client("s3").create_bucket(Bucket=ELSEWHERE, CreateBucketConfiguration=place)
        asked = {"build": self.build, "to": "preprod", "reason": "Tested"}
        answer = person().call("/api/v1/promotions", asked)
        self.assertEqual(answer.status, 201, answer.text)
        address = f"/api/v1/promotions/{answer.json['id']}"

        def ended():
            # Copying takes longer than a request may: the clock does it.
            emulator.client("lambda").invoke(FunctionName=world().name("clock"), Payload="{}")
            state = person().get(address).json["promotion"]["state"]
            return state if state["is"] in ("succeeded", "failed") else None

        self.assertEqual(eventually("the promotion's end", ended)["is"], "succeeded")
        for name in FILES:
            with self.subTest(name):
                found = self.assert_is_whole(ELSEWHERE, name)
                self.assertTrue(found["ETag"].endswith('-3"'), found["ETag"])


class TheEmulatedS3(unittest.TestCase):
    """Refuses what S3 refuses of an upload in parts, so that the tests above can fail."""

    def setUp(self):
        self.s3 = world().emulator.client("s3")
        self.bucket = "uploads-in-parts"
        if self.bucket not in {bucket["Name"] for bucket in self.s3.list_buckets()["Buckets"]}:
            place = {"LocationConstraint": world().emulator.region}
            self.s3.create_bucket(Bucket=self.bucket, CreateBucketConfiguration=place)

    def start(self, **more):
        started = self.s3.create_multipart_upload(Bucket=self.bucket, Key="file", **more)
        self.upload = {"Bucket": self.bucket, "Key": "file", "UploadId": started["UploadId"]}

    def send(self, number, body=b"some bytes", **more):
        return self.s3.upload_part(**self.upload, PartNumber=number, Body=body, **more)

    def assert_refused(self, code, *parts):
        with self.assertRaisesRegex(ClientError, f"\\({code}\\)"):
            self.complete(*parts)

    def complete(self, *parts):
        return self.s3.complete_multipart_upload(**self.upload, MultipartUpload={"Parts": list(parts)})

    def test_knows_no_checksums_of_an_upload_without_an_algorithm(self):
        self.start()
        sent = self.send(1)
        part = {"PartNumber": 1, "ETag": sent["ETag"]}
        self.assert_refused("InvalidPart", part | {"ChecksumCRC32": sent["ChecksumCRC32"]})
        self.complete(part)

    def test_wants_the_checksum_of_the_upload_s_algorithm_of_every_part(self):
        self.start(ChecksumAlgorithm="CRC32")
        with self.assertRaisesRegex(ClientError, r"\(InvalidRequest\)"):
            self.send(1, ChecksumAlgorithm="SHA256")
        sent = self.send(1)
        part = {"PartNumber": 1, "ETag": sent["ETag"]}
        self.assert_refused("InvalidRequest", part)
        self.complete(part | {"ChecksumCRC32": sent["ChecksumCRC32"]})

    def test_takes_no_small_part_but_the_last_and_no_other_order(self):
        self.start()
        first, second = ({"PartNumber": number, "ETag": self.send(number)["ETag"]} for number in (1, 2))
        self.assert_refused("InvalidPartOrder", second, first)
        self.assert_refused("EntityTooSmall", first, second)
