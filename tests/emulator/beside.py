"""Runs a command beside an AWS emulator, whose address the command finds in EMULATOR: beside.py <command> …"""

import os
import subprocess
import sys

from cloud.emulator import Emulator
from cloud.processes import ROOT

with Emulator(name="beside") as emulator:
    environment = {**os.environ, "EMULATOR": emulator.endpoint}
    raise SystemExit(subprocess.call(sys.argv[1:], cwd=ROOT, env=environment))
