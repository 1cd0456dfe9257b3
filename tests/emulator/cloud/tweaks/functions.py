"""Lambda functions, which run as plain processes here."""

import hashlib
import io
import os
import re
import socketserver
import tempfile
import zipfile

from .replace import replace, require

_USER_POOL = re.compile(r"^https://cognito-idp\.[a-z0-9-]+\.amazonaws\.com/([a-zA-Z0-9_-]+)$")


def answer_at_once():
    """Nagle's algorithm holds back the second half of each answer of the Lambda Runtime API for 40 ms."""
    socketserver.StreamRequestHandler.disable_nagle_algorithm = True


def unpack_layers():
    """A plain process has no `/opt` and no `/var/task`: variables that name something there name the unpacked layers
    and the unpacked code instead."""
    from ministack.services import lambda_svc

    require(lambda_svc, "_resolve_layer_zip")

    def make(environment_of):
        def environment(config, code_dir, port):
            layers = [lambda_svc._resolve_layer_zip(layer) for layer in config.get("Layers") or []]
            places = {"/var/task": code_dir, "/opt": _unpacked([layer for layer in layers if layer])}
            variables = environment_of(config, code_dir, port)
            return {name: _relocated(value, places) for name, value in variables.items()}

        return environment

    replace(lambda_svc, "_provided_worker_env", make)


def _relocated(value, places):
    for place, folder in places.items():
        if value == place or value.startswith(place + "/"):
            return folder + value[len(place) :]
    return value


def _unpacked(layers):
    digest = hashlib.sha256(b"".join(layers)).hexdigest()
    folder = os.path.join(tempfile.gettempdir(), f"layers-{digest[:16]}")
    if not os.path.isdir(folder):
        unfinished = tempfile.mkdtemp()
        for layer in layers:
            with zipfile.ZipFile(io.BytesIO(layer)) as archive:
                archive.extractall(unfinished)
        try:
            os.rename(unfinished, folder)
        except OSError:
            pass  # Another process was faster.
    return folder


def find_user_pools():
    """A user pool's issuer has its address in AWS. Functions are told where it is here, as they are told for the other
    services by AWS_ENDPOINT_URL."""
    from ministack.services import lambda_svc

    def make(environment_of):
        def environment(*arguments):
            variables = environment_of(*arguments)
            if pool := _USER_POOL.match(variables.get("TOWPATH_OIDC_ISSUER", "")):
                variables["TOWPATH_OIDC_ENDPOINT"] = f"{os.environ['AWS_ENDPOINT_URL']}/{pool.group(1)}"
            return variables

        return environment

    replace(lambda_svc, "_provided_worker_env", make)
