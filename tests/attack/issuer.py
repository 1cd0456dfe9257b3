"""An issuer on loopback, whose tokens jobs of a CI system show."""

import base64
import http.server
import json
import threading
import time

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

# What GitHub says of a job that a push to the main branch started.
FILE = "acme/wallet/.github/workflows/release.yml"
JOB = {
    "sub": "repo:acme/wallet:ref:refs/heads/main", "repository": "acme/wallet", "repository_id": "74", "ref": "refs/heads/main",
    "sha": "6dcb09b5b57875f334f61aebed695e2e4193db5e", "run_attempt": "1", "event_name": "push",
    "workflow_ref": f"{FILE}@refs/heads/main", "job_workflow_ref": f"{FILE}@refs/heads/main",
}


class Issuer:
    """It answers until `stop`."""

    def __init__(self):
        self._key = ec.generate_private_key(ec.SECP256R1())
        issuer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                found = issuer.documents().get(self.path)
                self.send_response(200 if found else 404)
                self.send_header("content-type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(found or {}).encode())

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def documents(self):
        point = self._key.public_key().public_numbers()
        x, y = (part(number.to_bytes(32)) for number in (point.x, point.y))
        key = {"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": "only", "x": x, "y": y}
        about = {"issuer": self.address, "jwks_uri": f"{self.address}/keys", "id_token_signing_alg_values_supported": ["ES256"]}
        return {"/.well-known/openid-configuration": about, "/keys": {"keys": [key]}}

    def token(self, audience, run, **changed):
        """What a job is given of that run, but for these claims."""
        now = int(time.time())
        claims = {"iss": self.address, "aud": audience, "iat": now, "nbf": now - 5, "exp": now + 300, "run_id": str(run), **JOB, **changed}
        head = {"typ": "JWT", "alg": "ES256", "kid": "only"}
        text = ".".join(part(json.dumps(each).encode()) for each in (head, claims))
        r, s = decode_dss_signature(self._key.sign(text.encode(), ec.ECDSA(SHA256())))
        return f"{text}.{part(r.to_bytes(32) + s.to_bytes(32))}"

    def stop(self):
        self._server.shutdown()
        self._server.server_close()


def part(content):
    """As a token spells it."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
