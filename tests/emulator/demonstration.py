"""`make emulator`: the deployed portal with a short history, to look around in until Ctrl-C."""

import os
import signal
import sys

from cloud import people, pipelines
from cloud.processes import free_port, is_free
from cloud.world import World

# Who built what, in order. The last of each pair of app and environment is what testers get.
SCENES = [
    ("appium", "dev", "settings-6.0.8.apk", "Target Android 15", "Jonas Weber"),
    ("appium", "dev", "settings-7.1.11.apk", "Keep altitude and speed of mock locations", "Ana Ruiz"),
    ("appium", "dev", "settings-8.0.10.apk", "Drop the recorder for Android 9 and older", "Mei Tanaka"),
    ("apidemos", "dev", "apidemos-3.0.0.apk", "Show drag and drop between windows", "Jonas Weber"),
    ("apidemos", "dev", "apidemos-5.0.0.apk", "Ask for the camera only when a demo needs it", "Mei Tanaka"),
]


PEOPLE = {
    "may do everything": people.Person("lea@example.com", ("leads",)),
    "builds and tests in dev": people.Person("dan@example.com", ("developers",)),
    "tests Appium Settings in dev": people.Person("tess@example.com", ("testers",)),
}


def play(world):
    """Builds go through simulated pipelines into the deployed portal."""
    codepipeline = world.codepipeline
    for person in PEOPLE.values():
        people.invite(world, person)
    for app, environment in sorted({(app, environment) for app, environment, *_ in SCENES}):
        pipelines.declare(codepipeline, app, environment)
    for app, environment, package, message, author in SCENES:
        run = pipelines.run(codepipeline, app, environment, pipelines.Package(package), message, author)
        print(f"  {run[0]:<17} {codepipeline.outcome(*run).lower():<10} {message}", flush=True)


def outro(world):
    known = "\n".join(f"  {person.mail:<20}{what}" for what, person in PEOPLE.items())
    return f"""
The portal is at        {world.address}

  For testers           {world.address}/appium/dev
  The API               {world.address}/api/v1/overview

Sign in with the password {people.PASSWORD} as

{known}

AWS is emulated at {world.emulator.endpoint}, CodePipeline is simulated at {world.codepipeline.endpoint}:

  export AWS_ENDPOINT_URL={world.emulator.endpoint} AWS_REGION={world.emulator.region}
  export AWS_ACCESS_KEY_ID={world.emulator.account} AWS_SECRET_ACCESS_KEY=test
  aws dynamodb list-tables

Logs are in target/emulator. Ctrl-C stops everything and forgets it.
"""


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    print("Synthesizing the stack and deploying it to the emulator ...", flush=True)
    world = World(port=port(), site="towpath.localhost")
    try:
        print("Playing the demonstration through simulated pipelines:", flush=True)
        play(world)
        print(outro(world), flush=True)
        stay()
    except KeyboardInterrupt:
        pass
    finally:
        print("Stopping ...", flush=True)
        world.stop()


def port():
    """The same one each time, unless somebody has it."""
    wanted = int(os.environ.get("EMULATOR_PORT") or 14566)
    return wanted if is_free(wanted) else free_port()


def stay():
    """Until Ctrl-C, or for a working day, so that a forgotten one does not stay for ever."""
    ends = {signal.SIGINT, signal.SIGTERM, signal.SIGALRM}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)
    signal.alarm(int(os.environ.get("EMULATOR_SECONDS") or 8 * 3600))
    signal.sigwait(ends)


if __name__ == "__main__":
    main()
