"""Sign-in through a tiny OpenID Connect provider of our own: who gets in, and who does not."""

import base64
import hashlib
import json
import re
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from playwright.sync_api import expect

from tests.stored_dataset import store_dataset

CLIENT, CLIENT_SECRET, COOKIE_SECRET = "seqsel-client", secrets.token_hex(), secrets.token_hex()
PAGES = ("", "explore", "output", "jobs", "account")


class Provider(ThreadingHTTPServer):
    """Signs in whoever `person` is, without asking.

    Attributes:
        person: Claims of the next person who comes.
        secret: All that it handed out and that must stay between it and the server.
    """

    def __init__(self):
        """Listen on a free port of this machine."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.key = RSAKey.generate_key(2048, {"kid": "1", "use": "sig"})
        self.person = {}
        self.codes = {}
        self.secret = [CLIENT_SECRET, COOKIE_SECRET]


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        address = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(address.query).items()}
        if address.path == "/.well-known/openid-configuration":
            self._answer(
                {
                    "issuer": self.server.url,
                    "authorization_endpoint": f"{self.server.url}/authorize",
                    "token_endpoint": f"{self.server.url}/token",
                    "jwks_uri": f"{self.server.url}/jwks",
                    "id_token_signing_alg_values_supported": ["RS256"],
                    "code_challenge_methods_supported": ["S256"],
                }
            )
        elif address.path == "/jwks":
            self._answer({"keys": [self.server.key.as_dict(private=False)]})
        elif address.path == "/authorize":
            code = secrets.token_urlsafe(24)
            self.server.codes[code] = (asked, dict(self.server.person))
            query = urlencode({"code": code, "state": asked["state"]})
            self.send_response(302)
            self.send_header("Location", f"{asked['redirect_uri']}?{query}")
            self.end_headers()
        else:
            self.send_error(404)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        given = {name: values[0] for name, values in parse_qs(body).items()}
        asked, person = self.server.codes.pop(given["code"])
        challenge = hashlib.sha256(given["code_verifier"].encode()).digest()
        assert base64.urlsafe_b64encode(challenge).decode().rstrip("=") == asked["code_challenge"]
        claims = {
            "iss": self.server.url,
            "aud": CLIENT,
            "iat": int(time.time()),
            "exp": int(time.time()) + 600,
            "nonce": asked["nonce"],
            **person,
        }
        token = jwt.encode({"alg": "RS256", "kid": "1"}, claims, self.server.key)
        access = secrets.token_urlsafe(24)
        self.server.secret += [token, access, given["code_verifier"]]
        self._answer({"access_token": access, "token_type": "Bearer", "id_token": token})

    def _answer(self, content):
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        """Keep quiet."""


@pytest.fixture(scope="module")
def provider():
    """The provider, on a port of its own."""
    server = Provider()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def server(provider, serve, tmp_path_factory):
    """The app with sign-in, for people of example.org."""
    folder = tmp_path_factory.mktemp("sign-in")
    (folder / "secrets.toml").write_text(
        f"""
        [auth]
        redirect_uri = "http://127.0.0.1:{{port}}/oauth2callback"
        cookie_secret = "{COOKIE_SECRET}"
        client_id = "{CLIENT}"
        client_secret = "{CLIENT_SECRET}"
        server_metadata_url = "{provider.url}/.well-known/openid-configuration"
        """
    )
    variables = {
        "STREAMLIT_SECRETS_FILES": str(folder / "secrets.toml"),
        "SEQSEL_ALLOWED_USERS": "@example.org",
    }
    with serve(folder, **variables) as started:
        yield started


@pytest.fixture(scope="module")
def private(server):
    """A dataset that Ann keeps to herself."""
    return store_dataset(
        *(server.data_dir, ["secret.mp4"], [60]), name="Ann only", owner="ann@example.org"
    )


@pytest.fixture
def person(provider):
    """Say who comes next."""

    def comes(name, domain="example.org"):
        email = f"{name}@{domain}"
        provider.person = {"sub": name, "email": email, "email_verified": True}

    return comes


@pytest.fixture
def sign_in(person, settled):
    """Sign in as somebody, beginning with a link to a page."""

    def sign_in(page, address, name, domain="example.org"):
        person(name, domain)
        page.goto(address)
        page.get_by_role("button", name="Sign in").click()
        let_in = page.get_by_role("link", name="Account")
        expect(let_in.or_(page.get_by_role("button", name="Sign out")).first).to_be_visible()
        expect(page.get_by_role("button", name="Sign in")).to_have_count(0)
        settled(page)

    return sign_in


def test_links_without_sign_in_show_nothing_of_the_app(server, page, settled):
    """Streamlit can run a page past app.py, and what is behind the gate would be seen."""
    for path in PAGES:
        page.goto(f"{server.url}/{path}")
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()
        settled(page)
        expect(page.get_by_test_id("stApp")).to_have_text(
            "Skip to main content seqsel Sign in to see your videos. login Sign in",
            use_inner_text=True,
        )
        assert page.get_by_role("navigation").count() == 0
        assert page.get_by_role("dialog").count() == 0


def test_after_sign_in_the_page_of_the_link_is_shown(server, page, settled, sign_in):
    """Somebody who follows a link to a page and signs in would have to look for the page."""
    sign_in(page, f"{server.url}/explore?length=7", "ann")
    expect(page).to_have_url(re.compile(r"^[^?]*:\d+/explore\?(.*&)?length=7"))
    for path in PAGES:
        page.goto(f"{server.url}/{path}")
        settled(page)
        expect(page.get_by_role("link", name="Explore")).to_be_visible()
        expect(page.get_by_role("button", name="Sign in")).to_have_count(0)


def test_nobody_else_sees_a_private_dataset(server, private, page, browser, settled, sign_in):
    """What somebody keeps to themselves would be in everybody's list, or open by its link."""
    link = f"?dataset={private.id}"
    sign_in(page, f"{server.url}/explore{link}", "ann")
    expect(page.get_by_role("button", name="Take 10 frames")).to_be_visible()
    other = browser.new_context().new_page()
    sign_in(other, f"{server.url}/explore{link}", "bob")
    for path in PAGES:
        other.goto(f"{server.url}/{path}{link}")
        settled(other)
        expect(other.get_by_role("link", name="Account")).to_be_visible()
        held = other.content()
        assert "Ann only" not in held
        assert "secret.mp4" not in held
    other.context.close()


def test_a_reload_stays_signed_in_and_sign_out_ends_it(server, page, settled, sign_in):
    """Everybody at a shared computer would go on as the one before."""
    sign_in(page, server.url, "ann")
    page.reload()
    settled(page)
    page.get_by_role("link", name="Account").click()
    expect(page.get_by_text("Signed in as ann@example.org")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    page.goto(f"{server.url}/explore")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_people_of_elsewhere_are_refused(server, page, sign_in):
    """A provider that knows the whole world would let it in."""
    sign_in(page, f"{server.url}/explore", "eve", "example.com")
    expect(page.get_by_text("This account may not use seqsel.")).to_be_visible()
    expect(page.get_by_role("link", name="Explore")).to_have_count(0)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_a_forged_cookie_lets_nobody_in(server, page):
    """Whoever can write a cookie would be whoever they like."""
    claims = {"is_logged_in": True, "email": "ann@example.org", "origin": server.url}
    value = base64.b64encode(json.dumps(claims).encode()).decode()
    page.context.add_cookies([{"name": "_streamlit_user", "value": value, "url": server.url}])
    page.goto(server.url)
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_secrets_are_neither_in_addresses_nor_in_the_log(server, provider, page, sign_in):
    """Who reads a log, or looks over a shoulder, could sign in as somebody else."""
    visited = []
    page.on("request", lambda request: visited.append(request.url))
    sign_in(page, f"{server.url}/explore", "bob")
    assert any("/oauth2callback" in url for url in visited)
    log = (server.data_dir.parent / "server.log").read_text()
    for secret in provider.secret:
        assert secret not in log
        assert not [url for url in visited if secret in url]
    assert secrets_in_app(page, provider.secret) == []


def secrets_in_app(page, values):
    """Return those of the values that the page holds where a script could read them."""
    held = page.evaluate("document.documentElement.outerHTML + document.cookie + location.href")
    return [value for value in values if value in held]
