"""A visitor: one fresh browser context with one page, and a record of everything that may not happen.

Every console error, every policy violation, every request to a host that is not ours is kept; requests to other hosts
never leave the machine. `check` says what was wrong, and the tests call it for every visit.
"""

# ruff: noqa: S101 - it says what a test found
from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from playwright.sync_api import Browser
    from playwright.sync_api import BrowserContext
    from playwright.sync_api import ConsoleMessage
    from playwright.sync_api import Page
    from playwright.sync_api import Request
    from playwright.sync_api import Response
    from playwright.sync_api import Route

__all__ = ["Visitor"]

#: A violation is also told on the console, yet only by a text that changes; the event names directive and address.
_LISTEN = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy violated: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
"""


class Visitor:
    """One person with one browser. `options` are those of Playwright's `new_context`."""

    def __init__(self, browser: Browser, url: str, *, init: str = "", **options: Any) -> None:
        self.url = url
        self.problems: list[str] = []
        #: Addresses on other hosts that this visit may ask for, each answered here with an empty page.
        self.allowed: set[str] = set()
        self.requests: list[str] = []
        self.answers: list[tuple[int, str]] = []
        self.context: BrowserContext = browser.new_context(**{"base_url": url, **options})
        self.context.set_default_timeout(10_000)
        self.context.route(lambda address: not self._ours(address), self._elsewhere)
        self.context.on("request", self._requested)
        self.context.on("response", self._answered)
        self.context.on("console", self._said)
        self.context.on("weberror", lambda error: self.problems.append(f"script error: {error.error}"))
        self.context.add_init_script(_LISTEN + init)
        self.page: Page = self.context.new_page()

    def go(self, path: str) -> Page:
        """Open a path of the site and wait until it is loaded."""
        self.page.goto(path)
        return self.page

    def check(self) -> None:
        """Raise AssertionError with everything that went wrong in this visit, cookies included."""
        cookies = self.context.cookies()
        assert not cookies, cookies
        assert not self.problems, "\n".join(self.problems)

    def close(self) -> None:
        """End the visit."""
        self.context.close()

    def own(self, ignoring: Iterable[str] = ()) -> list[str]:
        """Paths asked of our own host so far, in order."""
        paths = [address.removeprefix(self.url) for address in self.requests if self._ours(address)]
        return [path for path in paths if path not in set(ignoring)]

    def _ours(self, address: str) -> bool:
        return address == self.url or address.startswith((f"{self.url}/", "data:", "blob:", "about:"))

    def _requested(self, request: Request) -> None:
        if request.url.startswith("data:"):
            return
        self.requests.append(request.url)
        if not self._ours(request.url) and request.url not in self.allowed:
            self.problems.append(f"request to another host: {request.url}")

    def _answered(self, response: Response) -> None:
        self.answers.append((response.status, response.url.removeprefix(self.url)))
        if response.status >= 500:
            self.problems.append(f"{response.status} for {response.url}")

    def _elsewhere(self, route: Route) -> None:
        if route.request.url in self.allowed:
            route.fulfill(status=200, content_type="text/html", body="<!doctype html><title>Elsewhere</title>")
        else:
            route.abort()

    def _said(self, message: ConsoleMessage) -> None:
        # Chromium reports a page's own status of 4xx as an error on the console: 404 and 422 pages are meant so.
        meant = message.text.startswith("Failed to load resource: the server responded with a status of 4")
        if message.type in {"error", "warning"} and not (meant and self._is_document(message.location["url"])):
            self.problems.append(f"console {message.type}: {message.text} ({message.location['url']})")

    def _is_document(self, address: str) -> bool:
        return self._ours(address) and "/assets/" not in address
