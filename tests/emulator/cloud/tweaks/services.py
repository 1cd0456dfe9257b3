"""Services of AWS that others play."""

from .replace import replace


def put_their_own_events():
    """Only AWS's services may put events whose source begins with `aws.`; here the simulator is one of them."""
    from ministack.services import eventbridge

    def make(put):
        return lambda data, allow_aws_source=True: put(data, allow_aws_source=True)

    replace(eventbridge, "_put_events", make)


def make_passwords_that_the_policy_takes():
    """Cognito makes temporary passwords that the pool's policy accepts, of whatever length it asks for."""
    from ministack.services import cognito

    replace(cognito, "_generate_temp_password", lambda make: lambda: make() + "Aa1!" + make())
