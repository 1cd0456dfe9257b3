"""Whom the deployment's user pool knows, and how they sign in: through the issuer's own page, as in a browser."""

import html.parser
import urllib.parse
from dataclasses import dataclass

PASSWORD = "Towpath-emulator-1"


@dataclass(frozen=True)
class Person:
    """Somebody of the team; `groups` are those that `towpath.toml` gives roles to."""

    mail: str
    groups: tuple = ()


def invite(world, person):
    """An administrator makes the person known, with a password that is already changed."""
    cognito = world.emulator.client("cognito-idp")
    [pool] = world.resources("AWS::Cognito::UserPool")
    attributes = [{"Name": "email", "Value": person.mail}, {"Name": "email_verified", "Value": "true"}]
    try:
        cognito.admin_create_user(
            UserPoolId=pool,
            Username=person.mail,
            UserAttributes=attributes,
            TemporaryPassword=PASSWORD,
            MessageAction="SUPPRESS",
        )
    except cognito.exceptions.UsernameExistsException:
        return
    cognito.admin_set_user_password(UserPoolId=pool, Username=person.mail, Password=PASSWORD, Permanent=True)
    for group in person.groups:
        cognito.admin_add_user_to_group(UserPoolId=pool, Username=person.mail, GroupName=group)


def changes_address(world, person, mail):
    """An administrator gives somebody another address, by which they sign in from then on."""
    cognito = world.emulator.client("cognito-idp")
    [pool] = world.resources("AWS::Cognito::UserPool")
    attributes = [{"Name": "email", "Value": mail}, {"Name": "email_verified", "Value": "true"}]
    cognito.admin_update_user_attributes(UserPoolId=pool, Username=person.mail, UserAttributes=attributes)
    return Person(mail, person.groups)


def leaves(world, person, group):
    """An administrator takes somebody out of a group."""
    cognito = world.emulator.client("cognito-idp")
    [pool] = world.resources("AWS::Cognito::UserPool")
    cognito.admin_remove_user_from_group(UserPoolId=pool, Username=person.mail, GroupName=group)


def sign_in(browser, person, back="/", password=PASSWORD):
    """Goes to the issuer, fills in its form, and comes back; gives the page that was wanted."""
    return browser.follow(callback(browser, person, back, password))


def callback(browser, person, back="/", password=PASSWORD):
    """The same up to the redirect that leads back to the portal."""
    begun = browser.get("/sign-in?" + urllib.parse.urlencode({"return": back}))
    form = Form(browser.follow(begun))
    return form.send(browser, username=person.mail, password=password)


class Form(html.parser.HTMLParser):
    """The first form of a page, with what is already in it."""

    def __init__(self, page):
        super().__init__()
        self.page, self.action, self.fields = page, None, {}
        self.feed(page.text)
        if self.action is None:
            raise AssertionError(f"no form on {page.url} ({page.status}): {page.text[:300]}")

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if tag == "form" and self.action is None:
            self.action = urllib.parse.urljoin(self.page.url, found.get("action") or self.page.url)
        elif tag == "input" and self.action and found.get("name"):
            self.fields.setdefault(found["name"], found.get("value") or "")

    def send(self, browser, **fields):
        return browser.post(self.action, {**self.fields, **fields})
