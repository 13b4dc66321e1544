"""A stand-in for the staff identity provider: OpenID Connect over a real socket, for tests only."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlparse

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "osame", "a secret between the two"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class StandInProvider:
    """Signs whoever `claims` says in, at once. Remembers what it was sent."""

    def __init__(self) -> None:
        self.claims: dict[str, Any] = {"sub": "s-1", "preferred_username": "A1001"}
        self.asked: list[dict[str, list[str]]] = []
        provider = self

        class Door(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.answer(self, urlparse(self.path), "")

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                provider.answer(self, urlparse(self.path), body)

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self) -> "StandInProvider":
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def answer(self, door: BaseHTTPRequestHandler, address: Any, body: str) -> None:
        if address.path == "/authorize":
            asked = parse_qs(address.query)
            self.asked.append(asked)
            back = urlencode({"code": "c-1", "state": asked["state"][0]})
            door.send_response(302)
            door.send_header("Location", f"{asked['redirect_uri'][0]}?{back}")
            door.end_headers()
            return
        shown = json.dumps(self.token(parse_qs(body)) if address.path == "/token" else self.configuration()).encode()
        door.send_response(200)
        door.send_header("Content-Type", "application/json")
        door.send_header("Content-Length", str(len(shown)))
        door.end_headers()
        door.wfile.write(shown)

    def configuration(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "jwks_uri": f"{self.url}/jwks",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def token(self, asked: dict[str, list[str]]) -> dict[str, Any]:
        self.asked.append(asked)
        now = int(time.time())
        said = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 300, **self.claims}
        return {
            "access_token": "t-1",
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": jwt.encode(said, KEY, algorithm="RS256", headers={"kid": "k-1"}),
        }
