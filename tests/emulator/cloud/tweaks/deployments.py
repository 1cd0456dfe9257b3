"""CloudFormation, where it makes something else than in AWS, or nothing."""

from .replace import replace, require


def name_secrets_by_their_arns():
    """`Ref` gives the name of a secret here, and its ARN in AWS: a policy with a mere name in it allows nothing."""
    from ministack.services import secretsmanager
    from ministack.services.cloudformation import provisioners

    require(provisioners, "_RESOURCE_HANDLERS")
    require(secretsmanager, "_secrets")
    handlers = provisioners._RESOURCE_HANDLERS["AWS::SecretsManager::Secret"]
    create, update, delete = handlers["create"], handlers["update"], handlers["delete"]

    def name_of(arn):
        return next((name for name, secret in secretsmanager._secrets.items() if secret["ARN"] == arn), arn)

    def by_arn(made):
        _, attributes = made
        return attributes["Arn"], attributes

    handlers["create"] = lambda *given: by_arn(create(*given))
    handlers["update"] = lambda arn, *given, **named: by_arn(update(name_of(arn), *given, **named))
    handlers["delete"] = lambda arn, *given: delete(name_of(arn), *given)


def take_alarms_on_expressions():
    """Alarms on expressions over several metrics are refused here. They are kept, as ones on the first of their metrics: what
    they would ring at is not to be seen here, since most metrics of the services are missing."""
    from ministack.services.cloudformation import provisioners

    require(provisioners, "_RESOURCE_HANDLERS")
    handlers = provisioners._RESOURCE_HANDLERS["AWS::CloudWatch::Alarm"]
    create, update = handlers["create"], handlers["update"]

    def of_one(properties):
        described = [metric for metric in properties.get("Metrics") or [] if "MetricStat" in metric]
        if not described:
            return properties
        statistic = described[0]["MetricStat"]
        rest = {name: value for name, value in properties.items() if name != "Metrics"}
        return {**rest, **statistic["Metric"], "Period": statistic["Period"], "Statistic": statistic["Stat"]}

    handlers["create"] = lambda name, properties, stack: create(name, of_one(properties), stack)
    handlers["update"] = lambda name, old, new, *rest: update(name, of_one(old), of_one(new), *rest)


def reserve_concurrency():
    """A function's reserved concurrency, of which none at all stops it: a template's is dropped here, and calls of a
    version or an alias do not heed it."""
    from ministack.services import lambda_svc
    from ministack.services.cloudformation import provisioners

    require(provisioners, "_RESOURCE_HANDLERS")
    require(lambda_svc, "_functions")
    handlers = provisioners._RESOURCE_HANDLERS["AWS::Lambda::Function"]
    create, update = handlers["create"], handlers["update"]

    def reserved(made, properties):
        name, _ = made
        wanted = properties.get("ReservedConcurrentExecutions")
        lambda_svc._functions[name]["concurrency"] = None if wanted is None else int(wanted)
        return made

    def make(reserved_of):
        def of_all_versions(function, config):
            whole = lambda_svc._functions.get(config.get("FunctionName")) or function
            return reserved_of(whole, config)

        return of_all_versions

    replace(lambda_svc, "_reserved_concurrency", make)
    handlers["create"] = lambda name, properties, *rest: reserved(create(name, properties, *rest), properties)
    handlers["update"] = lambda name, old, new, *rest, **named: reserved(update(name, old, new, *rest, **named), new)


def move_aliases_at_once():
    """There is no CodeDeploy here. Its applications and groups are names that refer to nothing, and an alias moves at once."""
    from ministack.services.cloudformation import provisioners

    require(provisioners, "_RESOURCE_HANDLERS")
    for kind, name in (("Application", "ApplicationName"), ("DeploymentGroup", "DeploymentGroupName")):
        provisioners._RESOURCE_HANDLERS[f"AWS::CodeDeploy::{kind}"] = {
            "create": lambda logical, properties, stack, name=name: (properties.get(name, logical), {}),
            "update": lambda physical, *_: (physical, {}),
            "delete": lambda *_: None,
        }
