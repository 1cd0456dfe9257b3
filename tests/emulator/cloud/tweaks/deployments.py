"""CloudFormation, where what it makes has other names than in AWS."""

from .replace import require


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
