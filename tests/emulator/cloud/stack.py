"""Synthesizes the stack with CDK, and deploys what came out, unchanged: assets, then CloudFormation."""

import io
import json
import os
import subprocess
import zipfile

from botocore.exceptions import ClientError

from .processes import LOGS, ROOT, until

BOOTSTRAP = "/cdk-bootstrap/hnb659fds/version"
UNFINISHED = "_IN_PROGRESS"


class Failed(Exception):
    """CDK or CloudFormation refused."""


def synthesize(environments, package, output=None):
    """Gives the folder with the templates of all environments of that file, made from that package."""
    output = output or LOGS / "cdk.out"
    infra = ROOT / "infra"
    command = [infra / "node_modules/.bin/cdk", "synth", "--quiet", "--output", output]
    # Nothing of the caller's AWS: a synthesis needs no credentials.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment |= {"TOWPATH_ENVIRONMENTS": str(environments), "TOWPATH_PACKAGE": str(package), "CI": "true"}
    done = subprocess.run(command, cwd=infra, env=environment, capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        raise Failed(f"cdk synth failed:\n{done.stdout}\n{done.stderr}")
    return output


def deploy(emulator, output, stack):
    """Uploads the stack's assets, creates it, waits; gives its outputs by name."""
    manifest = json.loads((output / f"{stack}.assets.json").read_text())
    s3 = emulator.client("s3")
    for asset in manifest["files"].values():
        _upload(s3, emulator, output, asset)
    emulator.client("ssm").put_parameter(Name=BOOTSTRAP, Value="21", Type="String", Overwrite=True)
    cloudformation = emulator.client("cloudformation")
    template = _place(manifest["files"], f"{stack}.template.json", emulator)
    cloudformation.create_stack(
        StackName=stack, TemplateURL=template, Capabilities=["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
    )
    found = until(f"stack {stack}", lambda: _finished(cloudformation, stack), patience=120)
    if found["StackStatus"] != "CREATE_COMPLETE":
        raise Failed(f"{stack}: {found['StackStatus']}\n{_reasons(cloudformation, stack)}")
    return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}


def _upload(s3, emulator, output, asset):
    source = output / asset["source"]["path"]
    body = _zip(source) if asset["source"]["packaging"] == "zip" else source.read_bytes()
    for place in asset["destinations"].values():
        bucket, key = _named(place["bucketName"], emulator), place["objectKey"]
        try:
            s3.head_bucket(Bucket=bucket)
        except ClientError:
            s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": emulator.region})
        s3.put_object(Bucket=bucket, Key=key, Body=body)


def _zip(folder):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder))
    return packed.getvalue()


def _place(files, name, emulator):
    """The address of the template among the uploaded assets."""
    [asset] = [asset for asset in files.values() if asset["source"]["path"] == name]
    [place] = asset["destinations"].values()
    return f"https://s3.{emulator.region}.amazonaws.com/{_named(place['bucketName'], emulator)}/{place['objectKey']}"


def _named(text, emulator):
    return text.replace("${AWS::AccountId}", emulator.account).replace("${AWS::Region}", emulator.region)


def _finished(cloudformation, stack):
    [found] = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    return None if found["StackStatus"].endswith(UNFINISHED) else found


def _reasons(cloudformation, stack):
    events = cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
    return "\n".join(
        f"{event['LogicalResourceId']}: {event['ResourceStatusReason']}"
        for event in reversed(events)
        if event["ResourceStatus"].endswith("_FAILED") and event.get("ResourceStatusReason")
    )
