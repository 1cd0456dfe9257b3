"""`dynamodb:LeadingKeys`: the partition keys of a request to DynamoDB, which conditions of policies ask about and ministack
does not say. Of a transaction, those of each item by itself, since each is authorised as the call that it stands for."""

import base64
import json
import re

from .replace import replace, require

KEY = "dynamodb:LeadingKeys"
# A partition key that could not be found: no pattern but `*` matches it.
UNKNOWN = ""
_PARTS = ("ConditionCheck", "Put", "Update", "Delete", "Get")


class _Item(str):
    """The ARN of a table, of one item of a transaction."""

    leading_key: str


def know_leading_keys():
    from ministack.core import iam_actions, iam_evaluator
    from ministack.services import dynamodb

    require(dynamodb, "_tables")

    def key_name(table, index=None):
        """The name of the attribute that is the partition key of a table or of its index."""
        found = dynamodb._tables.get(table.rpartition("/")[2])
        if found and index:
            indexes = [*(found.get("GlobalSecondaryIndexes") or []), *(found.get("LocalSecondaryIndexes") or [])]
            found = next((it for it in indexes if it["IndexName"] == index), None)
        schema = (found or {}).get("KeySchema") or []
        return next((part["AttributeName"] for part in schema if part["KeyType"] == "HASH"), None)

    def make_context(context_of):
        def context(body):
            found = context_of(body)
            keys = _leading_keys(_parsed(body), key_name)
            return {**found, KEY: keys} if keys else found

        return context

    def make_checks(checks_of):
        def checks(iam_action, body, region, account_id):
            found = checks_of(iam_action, body, region, account_id)
            parts = [
                part[name]
                for part in _parsed(body).get("TransactItems") or []
                if isinstance(part, dict)
                for name in _PARTS
                if isinstance(part.get(name), dict) and part[name].get("TableName")
            ]
            items = []
            for (action, arn), part in zip(found, parts, strict=True):
                item = _Item(arn)
                item.leading_key = _of_item(part, key_name(part["TableName"]))
                items.append((action, item))
            return items

        return checks

    def make_enforce(enforce):
        def enforced(*args, resource_arn="*", service_context=None, **more):
            if isinstance(resource_arn, _Item):
                service_context = {**(service_context or {}), KEY: [resource_arn.leading_key]}
            return enforce(*args, resource_arn=resource_arn, service_context=service_context, **more)

        return enforced

    replace(iam_actions, "dynamodb_service_context", make_context)
    replace(iam_actions, "dynamodb_transaction_checks", make_checks)
    replace(iam_evaluator, "enforce", make_enforce)


def _parsed(body):
    try:
        parsed = json.loads(body or b"{}")
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _leading_keys(request, key_name):
    """Of a call that is no transaction; none of one that names no item, such as `Scan`."""
    if isinstance(request.get("RequestItems"), dict):
        return [
            _of_item(part, key_name(table))
            for table, asked in request["RequestItems"].items()
            for part in _parts_of_batch(asked)
        ]
    table = request.get("TableName")
    if not isinstance(table, str):
        return []
    if "Key" in request or "Item" in request:
        return [_of_item(request, key_name(table))]
    if "KeyConditionExpression" in request or "KeyConditions" in request:
        return [_of_query(request, key_name(table, request.get("IndexName")))]
    return []


def _parts_of_batch(asked):
    if isinstance(asked, dict):
        return [{"Key": key} for key in asked.get("Keys") or []]
    return [part.get("PutRequest") or part.get("DeleteRequest") or {} for part in asked or []]


def _of_item(part, name):
    attributes = part.get("Key") or part.get("Item") or {}
    return _text(attributes.get(name))


def _of_query(request, name):
    """What the condition says that the partition key equals."""
    legacy = (request.get("KeyConditions") or {}).get(name)
    if legacy:
        return _text((legacy.get("AttributeValueList") or [None])[0])
    names = request.get("ExpressionAttributeNames") or {}
    spelt = [re.escape(text) for text in (name, *(it for it in names if names[it] == name)) if text]
    found = re.search(rf"(?:^|[\s(])(?:{'|'.join(spelt)})\s*=\s*(:\w+)", request.get("KeyConditionExpression") or "")
    return _text((request.get("ExpressionAttributeValues") or {}).get(found[1])) if spelt and found else UNKNOWN


def _text(value):
    """A key's value as a policy spells it."""
    if not isinstance(value, dict) or len(value) != 1:
        return UNKNOWN
    [(kind, text)] = value.items()
    if kind == "B":
        return base64.b64decode(text).decode("latin-1")
    return str(text)
