"""What a page says of itself to machines: schema.org's vocabulary as JSON-LD. Plain values in, one `<script>` out.

The block is data, no script: a browser runs only JavaScript types, so a strict policy has nothing to refuse
(https://html.spec.whatwg.org/multipage/scripting.html#data-block). It says nothing that the page does not show: no
reviewer and no day of review where there was none, and each answer word by word.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

__all__ = ["Said", "data_block", "described"]

_TYPES = {"hub": "CollectionPage", "index": "CollectionPage", "topics": "CollectionPage", "author": "ProfilePage"}


class Said(NamedTuple):
    """What a page says beside its view: its title and description, its answered questions, its sources' addresses."""

    title: str
    description: str
    questions: Sequence[tuple[str, str]] = ()
    citations: Sequence[str] = ()


def described(view: Mapping[str, Any], said: Said, *, site_name: str, site_url: str) -> dict[str, Any]:
    """The data of one page. Addresses are absolute: `site_url` is the site's, without a slash at its end.

    The order of the keys is that of the page, so that what stands there twice compresses to a few bytes.
    """
    here = site_url + str(view["url"])
    publisher = {"@type": "Organization", "name": site_name, "url": f"{site_url}/"}
    data: dict[str, Any] = {"@context": "https://schema.org"}
    if view["kind"] == "home":
        data |= {
            "@type": "WebSite",
            "name": site_name,
            "url": here,
            "description": said.description,
            "publisher": publisher,
        }
        return data
    data["breadcrumb"] = {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": number, "name": crumb["title"], "item": site_url + crumb["url"]}
            for number, crumb in enumerate(view.get("crumbs") or [], start=1)
        ],
    }
    if not view.get("authors"):
        data |= {
            "@type": _TYPES.get(str(view["kind"]), "WebPage"),
            "name": said.title,
            "description": said.description,
            "url": here,
        }
        if view.get("person"):
            data["mainEntity"] = _person(view["person"], site_url)
        return data
    data |= {
        "@type": ["MedicalWebPage", "Article", *(["FAQPage"] if said.questions else [])],
        "headline": said.title,
        "description": said.description,
        "url": here,
        **({"image": site_url + view["card"]["image"]} if view.get("card") else {}),
        "datePublished": view["published"]["iso"],
        "dateModified": (view.get("updated") or view["published"])["iso"],
    }
    # A day of review without a reviewer would claim what did not happen.
    if view.get("reviewer"):
        data["reviewedBy"] = _person(view["reviewer"], site_url)
        if view.get("reviewed"):
            data["lastReviewed"] = view["reviewed"]["iso"]
    data |= {
        "inLanguage": "en",
        "author": [_person(author, site_url) for author in view["authors"]],
        "publisher": publisher,
    }
    about = [{"@type": "MedicalCondition", "name": name} for name in view.get("conditions") or []]
    about += [{"@type": "Drug", "name": name} for name in view.get("compounds") or []]
    if about:
        data["about"] = about
    if said.questions:
        data["mainEntity"] = [
            {"@type": "Question", "name": question, "acceptedAnswer": {"@type": "Answer", "text": answer}}
            for question, answer in said.questions
        ]
    if said.citations:
        data["citation"] = list(said.citations)
    return data


def data_block(data: Mapping[str, Any]) -> str:
    """The data as an element. No text can close it or open a comment in it: `<` and `>` are written as escapes.

    Source: https://html.spec.whatwg.org/multipage/scripting.html#restrictions-for-contents-of-script-elements
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for character in "<>\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return f'<script type="application/ld+json">{text}</script>'


def _person(person: Mapping[str, Any], site_url: str) -> dict[str, Any]:
    """A person, or the organization that an entry of data/people.toml is."""
    kind = "Organization" if person.get("kind") == "organisation" else "Person"
    found: dict[str, Any] = {"@type": kind, "name": person["name"]}
    if person.get("id"):
        found["url"] = f"{site_url}/authors/{person['id']}/"
    if person.get("credentials") and kind == "Person":
        found["honorificSuffix"] = person["credentials"]
    return found
