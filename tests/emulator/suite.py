"""Runs the test modules that are named: first the deployment, without which there is nothing to test, then the tests."""

import sys
import unittest

from cloud.processes import NotReady
from cloud.stack import Failed
from scene import world

if __name__ == "__main__":
    try:
        world()
    except (Failed, NotReady) as error:
        raise SystemExit(f"emulator: {error}") from None
    unittest.main(module=None, argv=[*sys.argv, "--verbose"])
