#!/usr/bin/env python3
"""Checks the IAM policies of CloudFormation templates against AWS's service authorization reference (`parliament`): an
action on a type of resource that IAM does not know it for would be denied at run time, and no other check tells.

    policies.py <template.json>...

References are resolved to ARNs of the form that the resource has. Prints a line for each finding; ends with 1 if there is one."""

import json
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # It imports pkg_resources, which says that it is deprecated.
    import parliament

ACCOUNT, REGION = "111111111111", "eu-west-1"
PSEUDO = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::StackName": "Stack",
    "AWS::URLSuffix": "amazonaws.com",
}

# What `Fn::GetAtt <resource>.Arn` gives; `{}` is the logical id.
ARNS = {
    "AWS::CloudFront::Distribution": f"arn:aws:cloudfront::{ACCOUNT}:distribution/E{{}}",
    "AWS::CodeBuild::Project": f"arn:aws:codebuild:{REGION}:{ACCOUNT}:project/{{}}",
    "AWS::Cognito::UserPool": f"arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/{REGION}_{{}}",
    "AWS::DynamoDB::Table": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{{}}",
    "AWS::Events::EventBus": f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/{{}}",
    "AWS::Events::Rule": f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{{}}",
    "AWS::IAM::Role": f"arn:aws:iam::{ACCOUNT}:role/{{}}",
    "AWS::KMS::Key": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{{}}",
    "AWS::Lambda::Function": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{{}}",
    "AWS::Logs::LogGroup": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{{}}:*",
    "AWS::S3::Bucket": "arn:aws:s3:::{}",
    "AWS::SQS::Queue": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{{}}",
}
# What `Ref <resource>` gives where that is no plain name.
REFS = {
    "AWS::SecretsManager::Secret": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{{}}",
    "AWS::Lambda::Alias": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{{}}:live",
    "AWS::SNS::Topic": f"arn:aws:sns:{REGION}:{ACCOUNT}:{{}}",
}

# The properties that hold policies. What a role trusts is no list of actions on resources.
POLICIES = {
    "AWS::IAM::ManagedPolicy": ["PolicyDocument"],
    "AWS::IAM::Policy": ["PolicyDocument"],
    "AWS::KMS::Key": ["KeyPolicy"],
    "AWS::S3::BucketPolicy": ["PolicyDocument"],
    "AWS::SecretsManager::ResourcePolicy": ["ResourcePolicy"],
    "AWS::SNS::TopicPolicy": ["PolicyDocument"],
    "AWS::SQS::QueuePolicy": ["PolicyDocument"],
}

# Findings that are none, each with the reason: (issue, how its detail begins).
EXCEPTIONS = {
    ("MISMATCHED_TYPE", "Type mismatch: s3:TlsVersion"): "it knows whole numbers only; TLS versions are 1.2 and 1.3",
    ("UNKNOWN_CONDITION_FOR_ACTION", "Unknown condition s3:TlsVersion"): "a denial of s3:* meets actions without the key, too",
    ("RESOURCE_STAR", ""): "cdk-nag has the reason for each; in a key's own policy it is the key itself",
}


def resolved(value, resources: dict):
    """The value with plain text in place of references."""
    if isinstance(value, list):
        return [resolved(each, resources) for each in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        [(key, inner)] = value.items()
        match key:
            case "Ref":
                return PSEUDO.get(inner) or referenced(inner, resources)
            case "Fn::GetAtt":
                return attribute(*inner, resources)
            case "Fn::Join":
                return inner[0].join(resolved(each, resources) for each in inner[1])
            case "Fn::Sub":
                return substituted(inner, resources)
            case "Fn::ImportValue":
                return imported(inner)
            case _ if key.startswith("Fn::"):
                raise SystemExit(f"policies.py does not know {key}: add it there")
    return {key: resolved(inner, resources) for key, inner in value.items()}


def referenced(name: str, resources: dict) -> str:
    kind = resources.get(name, {}).get("Type", "")
    return REFS.get(kind, "{}").format(name)


def attribute(name: str, which: str, resources: dict) -> str:
    kind = resources[name]["Type"]
    if which != "Arn":
        return name
    if kind not in ARNS:
        raise SystemExit(f"policies.py does not know the form of the ARN of {kind}: add it to ARNS")
    return ARNS[kind].format(name)


def substituted(inner, resources: dict) -> str:
    text, given = (inner, {}) if isinstance(inner, str) else inner
    for name, value in {**PSEUDO, **given}.items():
        text = text.replace(f"${{{name}}}", str(resolved(value, resources)))
    return text


def imported(name: str) -> str:
    """What another stack exports. CDK names the export after the resource and its attribute."""
    if "Key" in name and name.endswith(tuple("0123456789ABCDEF")) and "Arn" in name:
        return ARNS["AWS::KMS::Key"].format("imported")
    raise SystemExit(f"policies.py does not know what {name} is: add it to imported()")


def policies(template: dict) -> Iterator[tuple[str, dict]]:
    """Every policy, with the name of the resource that it is of."""
    resources = template["Resources"]
    for name, resource in resources.items():
        properties = resource.get("Properties", {})
        for key in POLICIES.get(resource["Type"], []):
            yield name, resolved(properties[key], resources)
        if resource["Type"] == "AWS::IAM::Role":
            for policy in properties.get("Policies", []):
                yield name, resolved(policy["PolicyDocument"], resources)


def texts(value):
    """With numbers and truth values as text: IAM takes both, `parliament` only these."""
    if isinstance(value, list):
        return [texts(each) for each in value]
    if isinstance(value, dict):
        return {key: texts(inner) for key, inner in value.items()}
    return value if isinstance(value, str) else json.dumps(value)


def findings(policy: dict) -> Iterator[str]:
    for statement in policy["Statement"]:
        if "Condition" in statement:
            statement = {**statement, "Condition": texts(statement["Condition"])}
        # One at a time, so that a finding is of one statement.
        analyzed = parliament.analyze_policy_string(json.dumps({**policy, "Statement": [statement]}))
        for finding in analyzed.findings:
            detail = finding.detail if isinstance(finding.detail, str) else json.dumps(finding.detail)
            if not any(finding.issue == issue and detail.startswith(begin) for issue, begin in EXCEPTIONS):
                yield f"{finding.issue}: {detail} in {json.dumps(statement)}"


def main(paths: list[Path]) -> int:
    found, looked_at = 0, 0
    for path in paths:
        for name, policy in policies(json.loads(path.read_text())):
            looked_at += 1
            for finding in findings(policy):
                found += 1
                print(f"{path.name}: {name}: {finding}")
    if looked_at == 0:
        print("no policy was found: name templates", file=sys.stderr)
        return 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main([Path(each) for each in sys.argv[1:]]))
