"""The set of messages: written ones from `real.toml` and `spam.toml`, and variations made from them by a fixed seed.

Out: `Message` values, each in one of two halves. A variation stays in the half of what it was made from, so that no
half knows the other's words.
"""

from __future__ import annotations

import hashlib
import random
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Message", "load"]

_FOLDER = Path(__file__).parent
_SEED = 20261121

_INSURERS = [
    "Aetna",
    "Cigna",
    "Humana",
    "Blue Shield of California",
    "Medicaid",
    "Medicare Advantage",
    "UnitedHealthcare",
]
_PLACES = ["Tulsa", "Fargo ND", "rural Maine", "San Antonio", "Spokane", "Baton Rouge", "Anchorage", "the Bronx"]
_ILLNESSES = ["depression", "PTSD", "OCD", "CRPS", "migraine", "fibromyalgia", "anxiety", "postpartum depression"]
_DRUGS = ["Zoloft", "Lexapro", "Lyrica", "Abilify", "lithium", "gabapentin", "Effexor XR 225", "tramadol", "Xanax"]
_WHO = ["I", "My wife", "My son", "My mother", "A friend", "My neighbor, 77,"]
_QUESTIONS = [
    "{who} had {illness} for {years} years. Does {insurer} pay for ketamine in {place}?",
    "is there a doctor in {place} for {illness}, {insurer}, not too far to drive",
    "{who} on {drug} and {drug2}: can one start ketamine for {illness}?",
    "What does a session cost around {place}? {insurer} said no twice.",
    "{who} was told {illness} is not a reason. Who do we ask in {place}? Call 555-01{years}.",
    "Stopped {drug} after {years} months because of side effects. Is the spray an option with {insurer}?",
]

_OFFERS = [
    "{hello} {look} {seo} {price} {call}",
    "{hello} {biz} {price} {link} {call}",
    "{hello} {coin} {link}",
    "{pill} {link}",
    "{phish} {link}",
    "{bet} {link} {link}",
]
_PARTS = {
    "hello": ["Hi,", "Hello dear owner,", "Good day!", "Greetings.", "Dear Sir/Madam,", "Hey there"],
    "look": ["I visited your website today.", "I came across your site.", "While browsing I found your company.", ""],
    "seo": [
        "We improve search engine ranking and organic traffic.", "Our SEO team builds backlinks that last.",
        "Guest posts on high DA sites from our network.", "You could be on the first page of Google.",
        "We sell dofollow links and link insertions.",
    ],
    "biz": [
        "We deliver qualified leads for clinics.", "Our web design agency will do your website redesign.",
        "Get more customers with our digital marketing agency.", "We send your ad through contact forms to millions.",
        "Buy real followers and google reviews.", "Hire a virtual assistant or an offshore team.",
    ],
    "price": ["Affordable packages.", "Only $99, limited time offer.", "50% discount code inside.", "Free trial!", ""],
    "call": ["Can we schedule a quick call?", "Ask for our portfolio.", "Let me know if interested.", "Whatsapp!", ""],
    "coin": [
        "Earn passive income with our crypto trading bot.", "Bitcoin doubles, join our trading platform.",
        "USDT airdrop, guaranteed returns.", "Forex trading signals, daily profit.", "Business funding, pre approved.",
    ],
    "pill": [
        "Online pharmacy, no prescription needed, discreet shipping!", "Cheap pills, overnight delivery, order now",
        "We supply research chemicals, worldwide shipping, telegram us",
    ],
    "phish": [
        "Your account has been suspended, verify your account.", "Domain renewal overdue, final notice, click here",
        "Mailbox storage full. Confirm your password.", "Unpaid invoice attached, new bank details.",
    ],
    "bet": ["Online casino free spins", "Sports betting welcome bonus", "slots jackpot no deposit bonus"],
    "link": ["https://{w}.example/{w2}", "http://www.{w}.example", "https://bit.ly/{w}", "www.{w}-{w2}.example"],
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Message:
    """One message."""

    text: str
    kind: str
    real: bool
    #: Whether weights may be chosen by it; the others are only measured.
    chosen_on: bool
    #: Whether it was made by the generator.
    made: bool = False


def load() -> list[Message]:
    """Every message, in a fixed order."""
    dice = random.Random(_SEED)  # noqa: S311 - the same set each time, nothing secret
    messages = [*_written("real.toml", real=True), *_written("spam.toml", real=False)]
    return [*messages, *_varied(messages, dice), *_questions(dice), *_offers(dice)]


def _written(name: str, *, real: bool) -> Iterator[Message]:
    kinds = tomllib.loads((_FOLDER / name).read_text("utf-8"))["kind"]
    for kind, texts in kinds.items():
        for text in texts:
            yield Message(text, kind, real, _half(text))


def _half(text: str) -> bool:
    return hashlib.sha256(text.encode()).digest()[0] % 2 == 0


def _varied(messages: list[Message], dice: random.Random) -> Iterator[Message]:
    """Each written message of some length once more as people and robots also write it."""
    ways = [_shouted, _whispered, _slips, _bare, _signed]
    for number, message in enumerate(messages):
        if len(message.text) > 25:
            text = ways[number % len(ways)](message.text, dice)
            yield Message(text, message.kind, message.real, message.chosen_on, made=True)


def _shouted(text: str, dice: random.Random) -> str:  # noqa: ARG001 - all ways are called alike
    return text.upper()


def _whispered(text: str, dice: random.Random) -> str:  # noqa: ARG001
    return text.lower()


def _slips(text: str, dice: random.Random) -> str:
    """Two neighboring letters change places in one of nine words."""
    words = text.split(" ")
    for place, word in enumerate(words):
        if len(word) > 4 and word.isalpha() and dice.random() < 0.11:
            cut = dice.randrange(1, len(word) - 2)
            words[place] = word[:cut] + word[cut + 1] + word[cut] + word[cut + 2 :]
    return " ".join(words)


def _bare(text: str, dice: random.Random) -> str:  # noqa: ARG001
    """No punctuation but in addresses, no line breaks."""
    return " ".join(word if "." in word[:-1] or "@" in word else word.strip(".,;:!?¿¡'\"") for word in text.split())


def _signed(text: str, dice: random.Random) -> str:
    name = dice.choice(["Lou", "Marie T.", "J. Okafor", "Ana", "Mr. Petersen"])
    return f"Hello,\n\n{text}\n\nBest regards\n{name}\n555-01{dice.randrange(10, 99)}\nSent from my phone"


def _questions(dice: random.Random) -> Iterator[Message]:
    for number in range(120):
        drug, drug2 = dice.sample(_DRUGS, 2)
        text = _QUESTIONS[number % len(_QUESTIONS)].format(
            who=dice.choice(_WHO),
            illness=dice.choice(_ILLNESSES),
            years=dice.randrange(10, 40),
            insurer=dice.choice(_INSURERS),
            place=dice.choice(_PLACES),
            drug=drug,
            drug2=drug2,
        )
        yield Message(text, "generated", real=True, chosen_on=number % 2 == 0, made=True)


def _offers(dice: random.Random) -> Iterator[Message]:
    for number in range(180):
        text = _OFFERS[number % len(_OFFERS)]
        while "{" in text:
            start, end = text.index("{"), text.index("}")
            text = text[:start] + _part(text[start + 1 : end], dice) + text[end + 1 :]
        yield Message(" ".join(text.split()), "generated", real=False, chosen_on=number % 2 == 0, made=True)


def _part(name: str, dice: random.Random) -> str:
    if name in {"w", "w2"}:
        return "".join(dice.choice("bcdfgklmnprst") + dice.choice("aeiou") for _ in range(3))
    return dice.choice(_PARTS[name])
