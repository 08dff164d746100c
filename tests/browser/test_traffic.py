"""What goes over the wire. That no visit asks another host or breaks the policy is checked after every test here."""

from __future__ import annotations

import urllib.request
from typing import TYPE_CHECKING

import pytest
from benchmarks.weight import ARTICLES

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.rig import BuiltSite
    from benchmarks.rig import Served
    from benchmarks.rig import Visitor


@pytest.mark.parametrize("url", ARTICLES)
def test_an_article_is_three_requests_for_an_empty_cache(visit: Callable[..., Visitor], url: str) -> None:
    visitor = visit()
    visitor.go(url)
    visitor.page.wait_for_load_state("networkidle")
    assert len(visitor.own()) <= 3, visitor.own()
    assert len(visitor.requests) == len(visitor.own())


def test_every_page_loads_whole_from_our_own_host_under_the_policy(
    visit: Callable[..., Visitor], built: BuiltSite
) -> None:
    visitor = visit()
    for page in built.pages:
        visitor.go(page.url)
    failed = [answer for answer in visitor.answers if answer[0] >= 400]
    assert not failed
    assert len(visitor.requests) == len(visitor.own())


def test_the_policy_holds_without_any_unsafe_word(served: Served) -> None:
    for path in ("/", "/safety/benefits-and-risks/", "/contact/", "/book/thanks/", "/styleguide/"):
        with urllib.request.urlopen(served.url + path) as answer:
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy, path
            assert "unsafe" not in policy, path
            assert "*" not in policy, path
            assert "set-cookie" not in answer.headers, path
            assert answer.headers["referrer-policy"] in {"same-origin", "no-referrer"}, path


def test_the_policy_really_stops_an_inline_script(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    page = visitor.go("/")
    page.evaluate("document.head.append(Object.assign(document.createElement('script'), {text: 'window.broken = 1'}))")
    page.wait_for_timeout(100)
    assert page.evaluate("window.broken") is None
    assert any("policy violated: script-src" in problem for problem in visitor.problems)
    visitor.problems.clear()
