"""How a tweak gets in."""


def replace(module, name, make):
    """Puts what `make` makes of the present `module.name` in its place."""
    require(module, name)
    setattr(module, name, make(getattr(module, name)))


def require(module, *names):
    """Ends the process if ministack lacks a name that a tweak uses."""
    for name in names:
        if not hasattr(module, name):
            raise SystemExit(f"ministack has no {module.__name__}.{name}: see tests/emulator/cloud/tweaks")
