"""The way back to the page from which sign-in was begun, and to nowhere else."""

import asyncio

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import RedirectResponse
from starlette.routing import Route

from pages.ui.way_back import WayBack


class Browser:
    """Asks an app, and keeps its cookies."""

    def __init__(self, app):
        """Begin without cookies."""
        self.cookies = httpx.Cookies()
        self._transport = httpx.ASGITransport(app)

    def get(self, path, **headers):
        """Return the answer of the app, redirects not followed."""

        async def ask():
            async with httpx.AsyncClient(
                transport=self._transport, base_url="https://app.example", cookies=self.cookies
            ) as client:
                answer = await client.get(path, headers=headers)
                self.cookies = client.cookies
                return answer

        return asyncio.run(ask())


@pytest.fixture
def client():
    """An app that redirects as Streamlit does, behind the middleware."""

    async def away(request):
        return RedirectResponse("https://provider.example/authorize")

    async def home(request):
        return RedirectResponse("/", 302)

    routes = [Route("/auth/login", away), Route("/oauth2callback", home), Route("/other", home)]
    return Browser(WayBack(Starlette(routes=routes)))


@pytest.mark.parametrize(
    ("referer", "expected"),
    [
        ("https://app.example/explore?length=7&x=%2F", "/explore?length=7&x=%2F"),
        ("https://app.example/", "/"),
        ("https://evil.example/explore", "/"),
        ("https://app.example//evil.example", "/"),
        ("https://app.example/\\evil.example", "/"),
        ("https://app.example/" + "x" * 3000, "/"),
        ("", "/"),
    ],
)
def test_the_page_of_the_link(client, referer, expected):
    """A link to a page would end at the first one, or lead to another site after sign-in."""
    left = client.get("/auth/login", referer=referer)
    assert left.headers["location"] == "https://provider.example/authorize"
    back = client.get("/oauth2callback")
    assert back.headers["location"] == expected
    assert client.get("/oauth2callback").headers["location"] == "/"  # once only


@pytest.mark.parametrize(
    "cookie", ["https:%2F%2Fevil.example", "%2F%2Fevil.example", "%2Fa%0D%0Ab"]
)
def test_a_cookie_leads_to_no_other_site(client, cookie):
    """Whoever sets a cookie could send people from sign-in to a page that looks like ours."""
    client.cookies.set("seqsel_way_back", cookie)
    assert client.get("/oauth2callback").headers["location"] == "/"


def test_other_addresses_are_left_alone(client):
    """A cookie would be set with every picture."""
    answer = client.get("/other", referer="https://app.example/explore")
    assert answer.headers["location"] == "/"
    assert "set-cookie" not in answer.headers
