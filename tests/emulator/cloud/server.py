"""The emulator's process: ministack with our tweaks. `Emulator` starts it with the environment that it needs."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from cloud import tweaks  # noqa: E402

if __name__ == "__main__":
    tweaks.apply()
    from ministack.app import main

    main()
