"""Checks that tests/setup refuses tools that are too old, before anything is built, and says which are needed."""

import os
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).parents[2]


class AToolThatIsTooOld(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def setup(self, goal, name, says, **environment):
        """What the setup prints and how it ends on a machine whose program of that name says this of its version."""
        program = self.folder / name
        program.write_text(f"#!/bin/sh\necho '{says}'\n")
        program.chmod(0o755)
        variables = os.environ | {"PATH": f"{self.folder}:{os.environ['PATH']}"} | environment
        done = subprocess.run([ROOT / "tests/setup", goal], env=variables, capture_output=True, text=True)
        return done.returncode, done.stderr

    def test_is_refused_by_what_is_needed_and_what_is_there(self):
        for goal, name, says, needed in [
            ("run", "python3", "Python 3.9.2", "python3 3.11 or newer is needed, and this machine has 3.9.2"),
            ("run", "rustc", "rustc 1.85.0 (4d91de4e4 2025-02-17)", "or newer is needed: rustup update"),
            ("test", "apksigner", "0.8", "apksigner 0.9 or newer is needed, and this machine has 0.8"),
        ]:
            with self.subTest(name):
                status, said = self.setup(goal, name, says)
                self.assertEqual(status, 1, said)
                self.assertIn(needed, said)
                (self.folder / name).unlink()

    def test_is_refused_where_a_variable_names_it(self):
        browser = self.folder / "browser"
        status, said = self.setup("test", "browser", "Chromium 90.0.4430.212", CHROMIUM=str(browser))
        self.assertEqual(status, 1, said)
        self.assertIn(f"{browser} 114 or newer is needed, and this machine has 90.0.4430.212", said)


if __name__ == "__main__":
    unittest.main()
