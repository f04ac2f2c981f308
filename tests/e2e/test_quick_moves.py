"""Moves that come while the answer to an earlier one is still on its way."""

import pytest
from playwright.sync_api import expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg


class Line:
    """The line between a page and its server, on which answers can be held up."""

    def __init__(self, page):
        """Lie between a page, which is not open yet, and its server."""
        self.page, self.holding, self.held, self.sent = page, False, [], 0
        page.route_web_socket("**/_stcore/stream", self._connect)

    def _connect(self, browser):
        server = browser.connect_to_server()
        self.browser = browser
        server.on_message(
            lambda said: self.held.append(said) if self.holding else browser.send(said)
        )
        browser.on_message(lambda said: self._forward(server, said))

    def _forward(self, server, said):
        self.sent += 1
        server.send(said)

    def wait(self, condition):
        """Let the page go on until something holds."""
        for _ in range(1200):
            if condition():
                return
            self.page.wait_for_timeout(50)
        pytest.fail("it did not come about within a minute")

    def holds_an_end(self):
        """Whether a run of the page has ended, of which the browser does not know yet."""
        return any(
            ForwardMsg.FromString(said).WhichOneof("type") == "script_finished"
            for said in self.held
        )

    def release(self):
        """Let everything through."""
        self.holding = False
        for said in self.held:
            self.browser.send(said)


def test_a_way_back_that_overtakes_an_answer_does_not_end_the_page(
    sample, sample_server, page, settled
):
    """The server names what the browser kept; meanwhile it would have dropped it, and gone down.

    290 sequences: the message that says what is selected is large enough to be kept.
    """
    line = Line(page)
    link = sample.replace(sample_server.url, f"{sample_server.url}/explore")
    page.goto(f"{link}{'&' if '?' in link else '?'}length=1&n_samples=290")
    marks = page.locator(".explorer .mark")
    expect(page.locator(".explorer .js-plotly-plot")).to_have_count(2, timeout=240_000)
    expect(marks).to_have_count(290)
    settled(page)
    slider = page.get_by_role("slider", name="Samples")
    slider.press("ArrowRight")
    expect(marks).to_have_count(291)
    settled(page)
    line.holding = True
    slider.press("ArrowRight")
    line.wait(line.holds_an_end)
    sent = line.sent
    field = page.get_by_role("spinbutton", name="Samples")
    field.fill("290")
    field.press("Enter")
    line.wait(lambda: line.sent > sent)
    line.release()
    expect(marks).to_have_count(290)
    settled(page)
    expect(page.get_by_role("dialog")).to_have_count(0)
