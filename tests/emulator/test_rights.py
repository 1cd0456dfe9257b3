"""Who may do what: the deployed roles, asked through IAM, and what is closed to everyone."""

import functools
import http.client
import secrets
import unittest

from botocore.exceptions import ClientError

from scene import world

FUNCTIONS = ("web", "hooks", "events", "action", "unanswered", "register", "clock")
ALL = set(FUNCTIONS)
NOBODY = set()


def resource(kind, part=""):
    """The ARN of the stack's resource of that kind whose name contains `part`."""
    account, region = world().emulator.account, world().emulator.region
    [found] = [name for name in world().resources(kind) if part in name]
    return found, account, region


def bucket(part):
    return f"arn:aws:s3:::{resource('AWS::S3::Bucket', part)[0]}"


def table():
    name, account, region = resource("AWS::DynamoDB::Table")
    return f"arn:aws:dynamodb:{region}:{account}:table/{name}"


def regional(service, rest, account=None):
    return f"arn:aws:{service}:{world().emulator.region}:{account or world().emulator.account}:{rest}"


def rights():
    """What is asked of every function's role, and which functions may."""
    releases, seals, assets = bucket("releases"), bucket("audit"), bucket("assets")
    queue = regional("sqs", world().name("events"))
    pipeline = regional("codepipeline", "appium-preprod")
    secret, *_ = resource("AWS::SecretsManager::Secret", "session-key")
    webhooks, *_ = resource("AWS::SecretsManager::Secret", "hooks")
    origin, *_ = resource("AWS::SecretsManager::Secret", "towpath-dev-origin")
    return [
        # The items that they may reach: `TheTable`.
        ("dynamodb:GetItem", table(), ALL - {"unanswered"}),
        ("dynamodb:PutItem", table(), ALL - {"unanswered"}),
        ("dynamodb:Query", f"{table()}/index/gsi1", {"web", "clock"}),
        ("dynamodb:UpdateItem", table(), ALL - {"hooks", "unanswered"}),
        ("dynamodb:Scan", table(), {"web"}),
        ("dynamodb:DeleteTable", table(), NOBODY),
        ("dynamodb:UpdateTimeToLive", table(), NOBODY),
        ("dynamodb:GetItem", regional("dynamodb", "table/payroll"), NOBODY),
        ("s3:GetObject", f"{releases}/artifacts/appium/a/settings.apk", {"web", "action", "register", "clock"}),
        ("s3:PutObject", f"{releases}/artifacts/appium/a/settings.apk", {"action", "register"}),
        ("s3:PutObject", f"{releases}/icons/appium/a", {"action", "register"}),
        ("s3:DeleteObject", f"{releases}/artifacts/appium/a/settings.apk", {"clock"}),
        ("s3:DeleteObjectVersion", f"{releases}/artifacts/appium/a/settings.apk", NOBODY),
        ("s3:PutObject", f"{releases}/staging/a", {"web", "action", "register"}),
        ("s3:ListMultipartUploadParts", f"{releases}/staging/a", {"web", "register"}),
        ("s3:DeleteObject", f"{releases}/staging/a", {"web", "action", "register", "clock"}),
        ("s3:PutObject", f"{releases}/events/a", {"web", "hooks", "events"}),
        ("s3:PutBucketPolicy", releases, NOBODY),
        ("s3:PutObject", f"{seals}/seals/0000000001-000000000001-00.json", {"clock"}),
        ("s3:GetObjectVersion", f"{seals}/seals/0000000001-000000000001-00.json", {"web", "clock"}),
        ("s3:GetObjectRetention", f"{seals}/seals/0000000001-000000000001-00.json", {"web", "clock"}),
        ("s3:ListBucketVersions", seals, {"web", "clock"}),
        ("s3:DeleteObject", f"{seals}/seals/0000000001-000000000001-00.json", NOBODY),
        ("s3:PutObjectRetention", f"{seals}/seals/0000000001-000000000001-00.json", NOBODY),
        ("s3:BypassGovernanceRetention", f"{seals}/seals/0000000001-000000000001-00.json", NOBODY),
        ("s3:PutObject", f"{assets}/assets/islands.js", NOBODY),
        ("s3:PutObject", "arn:aws:s3:::apidemos-preprod-releases/artifacts/a/settings.apk", {"clock"}),
        ("s3:PutObject", "arn:aws:s3:::apidemos-preprod-releases/secret", NOBODY),
        ("s3:GetObject", "arn:aws:s3:::elsewhere/secret", NOBODY),
        ("secretsmanager:GetSecretValue", secret, {"web"}),
        ("secretsmanager:PutSecretValue", secret, NOBODY),
        ("secretsmanager:GetSecretValue", webhooks, {"hooks"}),
        ("secretsmanager:PutSecretValue", webhooks, NOBODY),
        ("secretsmanager:GetSecretValue", origin, NOBODY),
        ("sqs:ReceiveMessage", queue, {"events"}),
        ("sqs:SendMessage", queue, NOBODY),
        ("codepipeline:GetJobDetails", "*", {"action"}),
        ("codepipeline:ListActionExecutions", pipeline, {"web", "action", "clock"}),
        ("codepipeline:ListActionExecutions", regional("codepipeline", "payroll-prod"), NOBODY),
        ("codepipeline:PutJobSuccessResult", "*", {"action"}),
        ("codepipeline:PutJobFailureResult", "*", {"action", "unanswered"}),
        ("codepipeline:StartPipelineExecution", pipeline, {"web", "clock"}),
        ("codepipeline:StartPipelineExecution", regional("codepipeline", "payroll-prod"), NOBODY),
        ("codepipeline:UpdatePipeline", pipeline, NOBODY),
        ("events:PutEvents", regional("events", "event-bus/default"), NOBODY),
        ("lambda:InvokeFunction", regional("lambda", f"function:{world().name('action')}"), NOBODY),
        ("lambda:InvokeFunction", regional("lambda", f"function:{world().name('unanswered')}"), {"action"}),
        ("lambda:InvokeFunction", regional("lambda", f"function:{world().name('register')}"), {"web", "clock"}),
        ("lambda:UpdateFunctionCode", regional("lambda", f"function:{world().name('web')}"), NOBODY),
        ("logs:PutLogEvents", regional("logs", f"log-group:/aws/lambda/{world().name('web')}:*"), {"web"}),
        ("iam:PutRolePolicy", f"arn:aws:iam::{world().emulator.account}:role/{world().name('web')}", NOBODY),
        ("sts:AssumeRole", "arn:aws:iam::210987654321:role/administrator", NOBODY),
        ("cloudformation:UpdateStack", regional("cloudformation", "stack/Towpath-dev/*"), NOBODY),
        ("cognito-idp:AdminAddUserToGroup", regional("cognito-idp", "userpool/*"), NOBODY),
    ]


class EachFunction(unittest.TestCase):
    def test_may_do_what_its_trust_boundary_needs_and_nothing_else(self):
        iam = world().emulator.client("iam")
        for action, where, expected in rights():
            found = {function for function in FUNCTIONS if may(iam, world().name(function), action, where)}
            with self.subTest(f"{action} on {where}"):
                self.assertEqual(found, expected)

    def test_is_assumed_by_lambda_alone(self):
        iam = world().emulator.client("iam")
        for function in FUNCTIONS:
            [statement] = iam.get_role(RoleName=world().name(function))["Role"]["AssumeRolePolicyDocument"]["Statement"]
            with self.subTest(function):
                self.assertEqual(statement["Principal"], {"Service": "lambda.amazonaws.com"})


@functools.cache
def administrator():
    """The credentials of somebody who may do everything in the account."""
    return world().emulator.role("administrator", {"Action": "*", "Resource": "*"})


def may(iam, role, action, where):
    arn = f"arn:aws:iam::{world().emulator.account}:role/{role}"
    answer = iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=[action], ResourceArns=[where])
    [result] = answer["EvaluationResults"]
    return result["EvalDecision"] == "allowed"


READERS = tuple(function for function in FUNCTIONS if function != "unanswered")
# Where a function may put an item and take it away again: most of them in a run, which `register` only adds to.
OWN = {"register": "UPLOAD#beside"}
# What opens the portal to anyone who could write or read it: for `web` alone.
SECRET = ("TOKENS", "TOKENS#PERSON#ada", "SESSIONS#ada", "LINKS", "LINK#1", "GUESSES#192.0.2.1")


@functools.cache
def as_function(function):
    """A client for the table with the rights of that function's role, as IAM has them."""
    iam, role = world().emulator.client("iam"), world().name(function)
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    documents = [iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names]
    rights = [statement for document in documents for statement in document["Statement"]]
    return world().emulator.client("dynamodb", world().emulator.role(f"as-{function}", *rights))


def key(partition, sort="x"):
    return {"pk": {"S": partition}, "sk": {"S": sort}}


def writes(dynamodb, name, partition):
    """Every way to write an item of that partition, or to have a transaction depend on it."""
    by_key = {"TableName": name, "Key": key(partition)}
    put = {"TableName": name, "Item": key(partition)}
    update = {**by_key, "UpdateExpression": "SET a = :a", "ExpressionAttributeValues": {":a": {"S": "x"}}}
    check = {**by_key, "ConditionExpression": "attribute_not_exists(pk)"}
    # Beside an item that every function may put.
    beside = {"Put": {"TableName": name, "Item": key("RUN#beside")}}
    together = functools.partial(transact, dynamodb, beside)
    return {
        "PutItem": lambda: dynamodb.put_item(**put),
        "UpdateItem": lambda: dynamodb.update_item(**update),
        "DeleteItem": lambda: dynamodb.delete_item(**by_key),
        "BatchWriteItem": lambda: dynamodb.batch_write_item(RequestItems={name: [{"PutRequest": {"Item": key(partition)}}]}),
        "a transaction that puts": lambda: together({"Put": put}),
        "a transaction that updates": lambda: together({"Update": update}),
        "a transaction that deletes": lambda: together({"Delete": by_key}),
        "a transaction that checks": lambda: together({"ConditionCheck": check}),
    }


def reads(dynamodb, name, partition):
    """Every way to read an item of that partition."""
    query = {"TableName": name, "ExpressionAttributeValues": {":pk": {"S": partition}}}
    named = {"KeyConditionExpression": "#p = :pk", "ExpressionAttributeNames": {"#p": "pk"}}
    return {
        "GetItem": lambda: dynamodb.get_item(TableName=name, Key=key(partition)),
        "BatchGetItem": lambda: dynamodb.batch_get_item(
            RequestItems={name: {"Keys": [key("RUN#beside"), key(partition)]}}
        ),
        "Query": lambda: dynamodb.query(**query, KeyConditionExpression="pk = :pk"),
        "Query by another name": lambda: dynamodb.query(**query, **named),
        "Scan": lambda: dynamodb.scan(TableName=name),
    }


def transact(dynamodb, *parts):
    return dynamodb.transact_write_items(TransactItems=parts)


class TheTable(unittest.TestCase):
    def setUp(self):
        self.name, *_ = resource("AWS::DynamoDB::Table")

    def test_gives_what_opens_the_portal_to_web_alone(self):
        for function in READERS:
            if function == "web":
                continue
            for partition in SECRET:
                self.refuses(function, partition, writes)
                self.refuses(function, partition, reads)

    def test_has_no_function_change_or_delete_what_is_in_the_audit_log(self):
        for function in READERS:
            for partition in ("AUDIT", "AUDIT#2026-11"):
                calls = writes(as_function(function), self.name, partition)
                changes = {how: call for how, call in calls.items() if "put" not in how.lower()}
                self.refuses(function, partition, lambda *_, calls=changes: calls)

    def test_takes_of_each_function_what_is_its_own(self):
        for function in READERS:
            dynamodb, own = as_function(function), OWN.get(function, "RUN#beside")
            with self.subTest(function):
                dynamodb.put_item(TableName=self.name, Item=key(own))
                transact(dynamodb, {"Put": {"TableName": self.name, "Item": key(own, "y")}})
                dynamodb.get_item(TableName=self.name, Key=key(own))
                dynamodb.delete_item(TableName=self.name, Key=key(own))
                dynamodb.delete_item(TableName=self.name, Key=key(own, "y"))

    def refuses(self, function, partition, ways):
        for how, call in ways(as_function(function), self.name, partition).items():
            with self.subTest(f"{function}, {how}, {partition}"), self.assertRaisesRegex(ClientError, "AccessDenied"):
                call()


class TheReleaseBucket(unittest.TestCase):
    """Nobody writes over what is written once there, administrators included."""

    def setUp(self):
        self.s3 = world().emulator.client("s3", administrator())
        self.name, *_ = resource("AWS::S3::Bucket", "releases")

    def refuses(self, call, **given):
        with self.assertRaisesRegex(ClientError, "AccessDenied"):
            call(Bucket=self.name, **given)

    def test_takes_no_write_without_a_condition(self):
        for prefix in ("artifacts", "icons", "events"):
            place = f"{prefix}/rights/{secrets.token_hex(8)}"
            with self.subTest(prefix):
                self.refuses(self.s3.put_object, Key=place, Body=b"one")
                self.s3.put_object(Bucket=self.name, Key=place, Body=b"one", IfNoneMatch="*")
                self.refuses(self.s3.put_object, Key=place, Body=b"two")
                with self.assertRaisesRegex(ClientError, "PreconditionFailed"):
                    self.s3.put_object(Bucket=self.name, Key=place, Body=b"two", IfNoneMatch="*")

    def test_takes_no_copy_without_a_condition(self):
        self.s3.put_object(Bucket=self.name, Key="staging/rights", Body=b"one")
        copy = {"CopySource": f"{self.name}/staging/rights", "Key": f"artifacts/rights/{secrets.token_hex(8)}"}
        self.refuses(self.s3.copy_object, **copy)
        self.s3.copy_object(Bucket=self.name, **copy, IfNoneMatch="*")

    def test_takes_parts_and_puts_them_together_with_a_condition(self):
        upload = {"Key": f"artifacts/rights/{secrets.token_hex(8)}"}
        upload["UploadId"] = self.s3.create_multipart_upload(Bucket=self.name, **upload)["UploadId"]
        part = self.s3.upload_part(Bucket=self.name, **upload, PartNumber=1, Body=b"one")
        parts = {"MultipartUpload": {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}}
        self.refuses(self.s3.complete_multipart_upload, **upload, **parts)
        self.s3.complete_multipart_upload(Bucket=self.name, **upload, **parts, IfNoneMatch="*")


class EveryBucket(unittest.TestCase):
    def test_refuses_even_an_administrator_without_tls(self):
        s3 = world().emulator.client("s3", administrator())
        s3.meta.events.register("before-send.s3", without_tls)
        for name in world().resources("AWS::S3::Bucket"):
            with self.subTest(name), self.assertRaisesRegex(ClientError, "AccessDenied"):
                s3.list_objects_v2(Bucket=name)

    def test_shows_a_stranger_nothing(self):
        for name in world().resources("AWS::S3::Bucket"):
            connection = http.client.HTTPConnection("127.0.0.1", world().emulator.port)
            connection.request("GET", f"/{name}?list-type=2")
            with self.subTest(name):
                self.assertEqual(connection.getresponse().status, 403)
            connection.close()


class EveryQueue(unittest.TestCase):
    def test_refuses_even_an_administrator_without_tls(self):
        sqs = world().emulator.client("sqs", administrator())
        sqs.meta.events.register("before-send.sqs", without_tls)
        for url in world().resources("AWS::SQS::Queue"):
            with self.subTest(url), self.assertRaisesRegex(ClientError, "AccessDenied"):
                sqs.receive_message(QueueUrl=url)


def without_tls(request, **_):
    """The request as it would come over plain HTTP; see `cloud.tweaks.transport`."""
    request.headers["x-forwarded-proto"] = "http"
