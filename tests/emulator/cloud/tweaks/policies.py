"""What conditions of policies ask about a request, and ministack does not say."""

from .replace import replace, require


def know_conditional_writes():
    """`s3:if-none-match` and `s3:if-match`, of a write to S3 with those headers; and `s3:ObjectCreationOperation`, which is
    false of what starts an upload in parts and of a part, since they make no object and know none of those headers."""
    from ministack.core import iam_actions

    def make(context_of):
        def context(iam_action, query_params, path, headers):
            found = context_of(iam_action, query_params, path, headers)
            if iam_action == "s3:PutObject":
                makes_one = "uploads" not in query_params and "partNumber" not in query_params
                found["s3:ObjectCreationOperation"] = str(makes_one).lower()
                for name in ("if-none-match", "if-match"):
                    if headers.get(name):
                        found[f"s3:{name}"] = headers[name]
            return found

        return context

    replace(iam_actions, "_s3_object_context", make)


def know_the_role_of_a_session():
    """`aws:PrincipalArn` of a caller that assumed a role is the ARN of the role, not that of the session."""
    from ministack.core import iam_evaluator
    from ministack.services import iam

    require(iam, "_roles")

    def make(resolve):
        def resolved(key, ctx):
            value = resolve(key, ctx)
            if key.lower() != "aws:principalarn" or ":assumed-role/" not in (value or ""):
                return value
            session = value.split(":")
            role = iam._roles.get_scoped(session[4], None, session[5].split("/")[1])
            return role["Arn"] if role else value

        return resolved

    replace(iam_evaluator, "_resolve_condition_key", make)
