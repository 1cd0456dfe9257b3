"""What AWS moves by itself, and ministack does not: messages out of a dead-letter queue, a table into a bucket."""

import gzip
import json
import time

from .replace import replace, require


def move_dead_letters_back():
    """`StartMessageMoveTask` and `ListMessageMoveTasks` of SQS. A task has ended as soon as it was started."""
    from ministack.services import sqs

    require(sqs, "_HANDLERS", "_queues", "_act_send_message", "_Err")
    tasks = {}

    def source_of(arn):
        for url, queue in sqs._queues.items():
            policy = json.loads(queue["attributes"].get("RedrivePolicy") or "{}")
            if policy.get("deadLetterTargetArn") == arn:
                return url
        raise sqs._Err("InvalidParameterValue", "Source queue must be configured as a Dead Letter Queue.")

    def start(data, _):
        arn = data["SourceArn"]
        to = source_of(arn)
        [aside] = [queue for queue in sqs._queues.values() if queue["attributes"].get("QueueArn") == arn]
        messages, aside["messages"] = aside["messages"], []
        for message in messages:
            sqs._act_send_message({"QueueUrl": to, "MessageBody": message["body"]}, to)
        task = {
            "Status": "COMPLETED",
            "SourceArn": arn,
            "ApproximateNumberOfMessagesMoved": len(messages),
            "ApproximateNumberOfMessagesToMove": len(messages),
            "StartedTimestamp": int(time.time() * 1000),
        }
        tasks.setdefault(arn, []).insert(0, task)
        return {"TaskHandle": f"task-{len(tasks[arn])}"}

    def listed(data, _):
        return {"Results": tasks.get(data["SourceArn"], [])[: int(data.get("MaxResults", 1))]}

    sqs._HANDLERS["StartMessageMoveTask"] = start
    sqs._HANDLERS["ListMessageMoveTasks"] = listed


def export_tables():
    """An export of a table writes its files into the bucket, as AWS lays them out. Only the present state is known here."""
    from ministack.services import dynamodb, s3

    require(dynamodb, "_exports", "_tables", "_table_name_from_arn", "error_response_json")
    require(s3, "_put_object")

    def write(bucket, key, text):
        s3._put_object(bucket, key, text if isinstance(text, bytes) else text.encode(), {})

    def make_start(export):
        def started(data):
            at = data.get("ExportTime")
            if at is not None and float(at) < time.time() - 60:
                return dynamodb.error_response_json(
                    "InvalidExportTimeException", "The specified ExportTime is outside of the point in time recovery window.", 400
                )
            answer = export(data)
            if answer[0] == 200:
                arn = json.loads(answer[2])["ExportDescription"]["ExportArn"]
                dynamodb._exports[arn].setdefault("ExportTime", time.time())
                files(dynamodb._exports[arn])
            return answer

        return started

    def files(export):
        table = dynamodb._tables[dynamodb._table_name_from_arn(export["TableArn"])]
        items = [item for of_partition in table["items"].values() for item in of_partition.values()]
        bucket = export["S3Bucket"]
        prefix = f"{export['S3Prefix']}/" if export.get("S3Prefix") else ""
        folder = f"{prefix}AWSDynamoDB/{export['ExportArn'].rsplit('/', 1)[-1]}"
        lines = "".join(json.dumps({"Item": item}, ensure_ascii=False) + "\n" for item in items)
        data = f"{folder}/data/part.json.gz"
        write(bucket, f"{folder}/_started", "")
        write(bucket, data, gzip.compress(lines.encode()))
        write(bucket, f"{folder}/manifest-files.json", json.dumps({"itemCount": len(items), "dataFileS3Key": data}) + "\n")
        summary = {
            "version": "2020-06-30",
            "exportArn": export["ExportArn"],
            "exportTime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(export["ExportTime"])),
            "manifestFilesS3Key": f"{folder}/manifest-files.json",
            "itemCount": len(items),
            "outputFormat": "DYNAMODB_JSON",
        }
        write(bucket, f"{folder}/manifest-summary.json", json.dumps(summary))
        export["_manifest"] = f"{folder}/manifest-summary.json"

    def make_describe(describe):
        def described(data):
            status, headers, body = describe(data)
            answer = json.loads(body)
            manifest = answer.get("ExportDescription", {}).pop("_manifest", None)
            if manifest and answer["ExportDescription"]["ExportStatus"] == "COMPLETED":
                answer["ExportDescription"]["ExportManifest"] = manifest
            return status, headers, json.dumps(answer).encode()

        return described

    replace(dynamodb, "_export_table_to_point_in_time", make_start)
    replace(dynamodb, "_describe_export", make_describe)
