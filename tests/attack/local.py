"""The programs of a local run: `towpath serve` with the CodePipeline simulator, and a portal that people sign in to."""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.parse
from pathlib import Path

from attacks.client import Answer, Client, Place
from attacks.pipelines import CodePipeline
from issuer import Issuer

HERE = Path(__file__).resolve().parent
PROGRAMS = HERE.parent.parent / "target/debug"
TOWPATH = PROGRAMS / "towpath"

# How long a program may take to answer, and how long to end.
PATIENCE = 60
GRACE = 10

# One place after the other looks for ports.
PORTS = threading.Lock()


class NotReady(Exception):
    """A program did not start."""


def sender(home, fixed=None):
    """Asks over HTTP, below `home` or at an address in full; gives the answer."""

    def send(method, address, headers, body):
        parts = urllib.parse.urlsplit(address if "://" in address else home + address)
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=PATIENCE)
        try:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request(method, path, body=body, headers={**(fixed or {}), **headers})
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    return send


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Process:
    """A program until `stop`, with its log in a file."""

    def __init__(self, command, log, **more):
        self.log = log
        with open(log, "w") as file:
            self.child = subprocess.Popen([str(part) for part in command], stdin=more.pop("stdin", subprocess.DEVNULL),
                                          stdout=more.pop("stdout", file), stderr=file, **more)

    def until(self, what, probe):
        last = time.monotonic() + PATIENCE
        while not (found := probe()):
            if self.child.poll() is not None or time.monotonic() > last:
                raise NotReady(f"{what}: {self.log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.05)
        return found

    def stop(self, how=signal.SIGTERM):
        if self.child.poll() is None:
            self.child.send_signal(how)
        try:
            self.child.wait(GRACE)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()


class Serve(Place):
    """`towpath serve` on loopback, with the simulator that hands jobs to it and takes what it answers."""

    name = "serve"

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="towpath-attack-")
        self.folder = Path(self._folder.name)
        self._processes = []
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def _start(self):
        # A free port is so until somebody listens there.
        with PORTS:
            self._listen()
        super().__init__(self.client())
        # What is due at the start is noted in the audit log: that is no attack's doing.
        self._processes[0].until("the first entry of the audit log", lambda: self.entries() > 0)

    def _listen(self):
        config = self.folder / "towpath.toml"
        config.write_text((HERE / "environments.toml").read_text() + (HERE / "apps.toml").read_text())
        # The secret of a webhook; the same program takes deliveries that are signed with it.
        self.hook_secret = "a-secret-of-this-run-alone"
        hooks = self.folder / "hooks.json"
        # And one of a single repository, whose administrators know the secret.
        self.own_secret = "a-secret-of-one-repository"
        own = {"current": self.own_secret, "owner": "acme", "repositories": {"shop": 75}}
        hooks.write_text(json.dumps({"github": {"acme": {"current": self.hook_secret, "owner": "acme"}, "shop": own}}))
        # Each knows the other's address before either has started.
        aws, simulator, s3 = (free_port() for _ in range(3))
        command = [TOWPATH, "serve", "--config", config, "--data", self.folder / "data", "--listen", "127.0.0.1:0"]
        command += ["--aws-listen", f"127.0.0.1:{aws}", "--s3-listen", f"127.0.0.1:{s3}", "--hooks-secrets", hooks]
        command += ["--codepipeline-endpoint", f"http://127.0.0.1:{simulator}"]
        serve = self._run(command, "serve")
        said = lambda: re.search(r"Towpath is at (\S+)[\s\S]*dynamodb +(\S+)", serve.log.read_text())
        found = serve.until("towpath serve", said)
        self.address, self.dynamodb = found.group(1), found.group(2)
        self.aws, self.s3 = f"http://127.0.0.1:{aws}", f"http://127.0.0.1:{s3}"
        endpoint = f"http://127.0.0.1:{simulator}"
        command = [PROGRAMS / "codepipeline-simulator", "--listen", f"127.0.0.1:{simulator}", "--time-factor", "0.001"]
        command += ["--events-endpoint", self.aws, "--lambda-endpoint", self.aws, "--s3-endpoint", self.s3]
        process = self._run(command, "simulator")
        process.until("the simulator", lambda: answers(endpoint + "/control/state"))
        self.codepipeline = CodePipeline(endpoint, "action", "towpath-artifacts")

    def _run(self, command, name):
        process = Process(command, self.folder / f"{name}.log", env=self._variables())
        self._processes.append(process)
        return process

    def _variables(self):
        """Nothing of the caller's AWS or Towpath decides anything."""
        return {each: value for each, value in os.environ.items() if not each.startswith(("AWS_", "TOWPATH_"))}

    @contextlib.contextmanager
    def another(self, config):
        """A portal of its own with that configuration; gives anyone who may do everything there."""
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            file = Path(folder) / "towpath.toml"
            file.write_text(config)
            command = [TOWPATH, "serve", "--config", file, "--data", Path(folder) / "data", "--listen", "127.0.0.1:0"]
            serve = Process(command, Path(folder) / "serve.log", env=self._variables())
            try:
                yield Client(sender(serve.until("another portal", lambda: address(serve))))
            finally:
                serve.stop(signal.SIGINT)

    def client(self, **headers):
        return Client(sender(self.address), headers)

    def person(self, role):
        """The one person of a local portal."""
        return self.lead

    def cli(self, *arguments, bearer=None):
        """Runs `towpath`, with a token of a client; gives the exit code and everything that it printed."""
        variables = {"PATH": os.environ["PATH"], "HOME": self._folder.name, "TOWPATH_URL": self.address}
        if bearer is not None:
            variables["TOWPATH_TOKEN"] = bearer.headers["authorization"].removeprefix("Bearer ")
        command = [str(TOWPATH), *map(str, arguments)]
        done = subprocess.run(command, env=variables, cwd=self.folder, capture_output=True, text=True, timeout=PATIENCE)
        return done.returncode, done.stdout + done.stderr

    def log(self):
        """What `towpath serve` said."""
        return (self.folder / "serve.log").read_text(errors="replace")

    def memory(self):
        """The most memory that `towpath serve` ever had, in bytes."""
        status = Path(f"/proc/{self._processes[0].child.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1)) << 10

    def stop(self):
        for process in reversed(self._processes):
            process.stop(signal.SIGINT)
        self._folder.cleanup()


class SignedIn(Place):
    """A portal that people sign in to (`tests/api`), with a session for each role of the app `wallet`."""

    name = "people"
    # An app, the first environment of its path, and the one after, where two people have to agree.
    gated = ("wallet", "lab", "dev")
    approvers = ("release-manager", "admins")

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="towpath-attack-")
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self._issuer = Issuer()
        self._process = Process([PROGRAMS / "api-portal", self._issuer.address], Path(self._folder.name) / "portal.log", **pipes)
        line = self._process.child.stdout.readline()
        if not line:
            self.stop()
            raise NotReady("the portal that people sign in to did not start")
        found = json.loads(line)
        self.address, self._people, self.things = found["address"], found["people"], found["things"]
        self._jobs = found["jobs"]
        super().__init__(self.person("admins"))
        # Of what there is, nothing may be in the way of an attack or of its control.
        for promotion in self.things[0]["promotions"]:
            self.lead.post(f"/api/v1/promotions/{promotion}/cancel", {"reason": "to begin with"})
        on = {"what": "environment", "environment": "dev", "app": "wallet"}
        self.lead.post("/api/v1/holds/lift", {"on": on})

    def client(self, **headers):
        return Client(sender(self.address), headers)

    def person(self, role):
        """Somebody of a role, signed in."""
        return self.client(cookie=self._people[role])

    def job(self, run, **changed):
        """A job of the release workflow's repository, but for these claims of its token."""
        token = self._issuer.token(self._jobs, run, **changed)
        return Client(sender(self._jobs), {"authorization": f"Bearer {token}"})

    def stop(self):
        self._issuer.stop()
        # It ends with its input.
        self._process.child.stdin.close()
        self._process.stop()
        self._folder.cleanup()


def address(serve):
    """Where `towpath serve` says that it is; none before."""
    found = re.search(r"Towpath is at (\S+)", serve.log.read_text())
    return found and found.group(1)


def answers(address):
    try:
        return sender("")("GET", address, {}, None).status == 200
    except OSError:
        return False
