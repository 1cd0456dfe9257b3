"""The one deployment that all test modules use: made with the first, stopped with the last."""

import atexit
import functools
import signal
import sys

from cloud import people, pipelines
from cloud.processes import until
from cloud.world import World

# Somebody who may do everything in the portal.
LEAD = people.Person("lea@example.com", ("leads",))


@functools.cache
def world():
    """The deployment, with a pipeline for `appium` in `dev`."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    made = World()
    atexit.register(made.stop)
    pipelines.declare(made.codepipeline, "appium", "dev")
    return made


@functools.cache
def person(who=LEAD):
    """That person's browser, signed in."""
    browser = world().visitor()
    people.invite(world(), who)
    people.sign_in(browser, who)
    return browser


@functools.cache
def registered():
    """A build of `appium` that went through its pipeline: the package, the pipeline and the execution."""
    package = pipelines.Package("settings-8.0.10.apk")
    codepipeline = world().codepipeline
    pipeline, execution = pipelines.run(codepipeline, "appium", "dev", package, "Drop the recorder for Android 9")
    status = codepipeline.outcome(pipeline, execution)
    if status != "Succeeded":
        raise AssertionError(f"{pipeline} {status}: {codepipeline.action(pipeline, execution, 'Register')}")
    return package, pipeline, execution


def completed(browser, upload):
    """Has an upload registered; gives the build, or the answer that says why there is none."""
    asked = browser.call(f"/api/v1/uploads/{upload}/complete")
    if asked.status != 202:
        return asked

    def ended():
        answer = browser.get(f"/api/v1/uploads/{upload}")
        return answer if "registering" not in answer.json else None

    plan = eventually(f"upload {upload} is registered", ended, 60)
    return browser.get(f"/api/v1/builds/{plan.json['build']}") if "build" in plan.json else plan


def eventually(what, probe, patience=20):
    """Waits for what comes about by itself, such as an event's way through the queue."""
    return until(what, probe, patience)
