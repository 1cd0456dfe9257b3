"""Starts programs that end with us, and waits for what they promise."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
LOGS = ROOT / "target" / "emulator"

# Of Linux's prctl(2).
PR_SET_PDEATHSIG = 1


class NotReady(Exception):
    """Something did not come about in time."""


def free_port():
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_free(port):
    """Whether nobody listens on that port of loopback."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def until(what, probe, patience=30, pause=0.05):
    """Asks `probe` until it answers with something true; gives that answer. `what` names it when it never does."""
    last = time.monotonic() + patience
    while True:
        answer = probe()
        if answer:
            return answer
        if time.monotonic() > last:
            raise NotReady(f"{what}: not within {patience} seconds (logs in {LOGS})")
        time.sleep(pause)


def _end_with_us():
    """Whatever ends us, and be it SIGKILL, ends the program that is about to start. Only Linux can do this."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Process:
    """A program with its log in `target/emulator/<name>.log`."""

    def __init__(self, name, command, environment, end=signal.SIGTERM):
        LOGS.mkdir(parents=True, exist_ok=True)
        self.name, self.end = name, end
        self.log = LOGS / f"{name}.log"
        with open(self.log, "w") as log:
            # A session of its own: Ctrl-C reaches us alone, and we end it in order.
            self.child = subprocess.Popen(
                [str(part) for part in command],
                env=environment,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_end_with_us,
            )

    def ready(self, probe, patience=60):
        """Waits until `probe` answers; fails with the log's end if the program ended."""

        def asked():
            if self.child.poll() is not None:
                raise NotReady(f"{self.name} ended with {self.child.returncode}:\n{self.tail()}")
            return probe()

        return until(f"{self.name} answers", asked, patience)

    def tail(self, lines=20):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def stop(self):
        """Asks it to end, then ends it, with what it started itself."""
        if self.child.poll() is None:
            self.child.send_signal(self.end)
            try:
                self.child.wait(10)
            except subprocess.TimeoutExpired:
                pass
        try:
            os.killpg(self.child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.child.wait()
