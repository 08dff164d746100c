"""Screening: what counts and what never does, people in distress first; nothing is refused and nothing is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import pytest
from benchmarks.screening.messages import load as load_messages

from forms import limits
from forms import phrases
from forms import stamp
from forms.definition import load
from forms.errors import StoreError
from forms.language import foreign_share
from forms.notify import sweep
from forms.screen import REASONS
from forms.screen import Facts
from forms.screen import Verdict
from forms.screen import normal
from forms.screen import screen
from forms.submit import release
from forms.submit import submit
from forms.tokens import Tokens
from forms.validate import check

if TYPE_CHECKING:
    from forms.desk import Desk

FORM = load()["contact"]
BASE = {"name": "Ann Otter", "email": "ann@example.com", "message": "Hello", "consent": "yes"}


NOTHING = Facts()


def judge(message: str, facts: Facts = NOTHING, **changes: str) -> Verdict:
    checked = check(FORM, {**BASE, "message": message, **changes})
    assert not checked.errors
    return screen(FORM, checked, facts)


#: Everything that speaks against a message at once.
WORST = Facts(trapped=True, stamp="forged", over_address=True, over_network=True, repeated=True)

DISTRESS = [
    "help",  # short, and see the parametrized ones below for what must pass against all odds
    "I want to die",
    "I WANT TO DIE I CANT DO THIS ANYMORE",
    "i dont wanna live anymor plz someone help me",
    "thinking about suiside every nite",
    "sucidal. no money for clinic. call me 555 0142 or 555-0188 any time",
    "Is it worth it? I have a plan for tonight and I said my goodbyes.",
    "they sent me home from http://www.bigcityhospital.example/er and i am going to kill myself",
    "My son says he wants to die. He is 19. What do I do. 0044 20 7946 0000",
    "SUIIICIDE",
    "I can\u2019t go on. I took too many of my pills.",
    "no quiero vivir mas, ayudenme por favor",
    "QUIERO MORIR",
    "ya no puedo más, tengo ganas de morir",
    "Ich will nicht mehr leben",
    "J'ai envie de mourir",
    "не хочу жить",
    "死にたい",
    "lost all my savings in a crypto casino, bitcoin, no deposit bonus, click here they said. better off dead now",
]


@pytest.mark.parametrize("message", DISTRESS[1:])
def test_whoever_writes_of_a_crisis_passes_whatever_else_is_true(message: str) -> None:
    assert judge(message, WORST) == Verdict(0, (), "pass")


@pytest.mark.parametrize("message", DISTRESS)
def test_distress_reaches_the_team_within_the_minute_also_when_sent_five_times(desk: Desk, message: str) -> None:
    for nth in range(5):
        words = message + "!" * nth
        done = submit(desk, FORM, {**BASE, "message": words}, page="", visitor="192.0.2.9")
        assert done.lead is not None
        assert (done.lead.state(), done.lead.reasons, done.challenge) == ("received", (), False)
    assert sweep(desk).sent == 5


def test_distress_is_stored_in_a_flood_too(desk: Desk) -> None:
    for nth in range(80):
        submit(desk, FORM, {**BASE, "message": f"number {nth}"}, page="", visitor="192.0.2.9")
    refused = submit(desk, FORM, {**BASE, "message": "number 81"}, page="", visitor="192.0.2.9")
    assert refused.lead is None
    assert refused.flood >= 1
    heard = submit(desk, FORM, {**BASE, "message": "i want to end my life"}, page="", visitor="192.0.2.9")
    assert heard.lead is not None
    assert heard.lead.state() == "received"


@pytest.mark.parametrize(
    "message",
    [
        "Where can I buy ketamine and what is the price? My insurance does not pay for Spravato.",
        "IS THIS SAFE FOR A 78 YEAR OLD WOMAN WITH HIGH BLOOD PRESSURE? I TAKE LISINOPRIL, METOPROLOL AND ELIQUIS",
        "Can I get ketamine online without a prescription, or do I need to see a doctor first?",
        "Please read https://www.nature.com/articles/s41586-023-06473-y and https://pubmed.ncbi.nlm.nih.gov/12345678/",
        "My clinic's page is www.ourclinic.example, could you list us?",
        "¿Cuánto cuesta el tratamiento? Mi hermana tiene depresión y no tiene seguro.",
        "Subject: your article\nTo: editor\nI am a reporter and would like to talk. Best regards, my name is Jo",
        "I lost money with bitcoin, now I am depressed. Does it help?",
        "ok",
        "?",
    ],
)
def test_real_questions_pass_without_a_thought(message: str) -> None:
    assert judge(message).action == "pass"


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("We offer SEO services, backlinks and guest posts at affordable prices.", "sales-seo"),
        ("Cheap <a href='http://x.example'>pills</a>", "markup"),
        ("[url=http://x.example]slots[/url]", "markup"),
        ("hello\nbcc: one@example.com, two@example.com", "headers"),
        ("http://a.example http://b.example http://c.example http://d.example http://e.example", "links"),
        ("look https://bit.ly/abc", "link-hidden"),
        ("send to bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq now", "wallet"),
        ("dHjKqWmNbVcXzLp", "gibberish"),
        ("Продвижение вашего бизнеса в интернете, звоните", "script"),
        ("WE OFFER ONLINE CASINO FREE SPINS FOR EVERYBODY TODAY", "shouting"),
    ],
)
def test_each_sign_is_named(message: str, reason: str) -> None:
    verdict = judge(message)
    assert reason in verdict.reasons
    assert set(verdict.reasons) <= set(REASONS)


def test_a_disposable_address_is_a_hint_and_no_more() -> None:
    assert judge("Please call me", email="ann@mail.mailinator.com") == Verdict(1.0, ("disposable",), "pass")
    assert judge("Please call me", email="ann@duck.com") == Verdict()


@pytest.mark.parametrize(
    "facts", [Facts(stamp="fast"), Facts(stamp="old"), Facts(stamp="forged"), Facts(repeated=True)]
)
def test_haste_or_an_old_page_alone_holds_nobody_up(facts: Facts) -> None:
    verdict = judge("Do you know a clinic near me?", facts)
    assert verdict.score > 0
    assert verdict.action == "pass"


def test_too_many_ask_for_a_puzzle_and_a_filled_trap_for_a_reader() -> None:
    assert judge("Do you know a clinic near me?", Facts(over_address=True)).action == "challenge"
    assert judge("Do you know a clinic near me?", Facts(trapped=True)).action == "quarantine"


def test_a_link_to_our_own_page_is_no_link() -> None:
    own = Facts(host="site.example")
    assert judge("About https://site.example/a/ and https://www.site.example/b/", own).score == 0
    assert judge("About https://evilsite.example/a/", own).score > 0


def test_the_words_are_written_in_the_form_they_are_compared_in() -> None:
    for group in (phrases.DISTRESS, phrases.WEAK, *phrases.SALES.values()):
        assert len(set(group)) == len(group)
        for phrase in group:
            # A blank at the end keeps "od" from meeting "odd".
            assert normal(phrase).strip() == phrase.strip()


@pytest.mark.parametrize(
    "word",
    ["ketamin", "spravato", "suicid", "pric", "cost", "insuranc", "prescri", "viagra", "cialis", "depress", "buy"],
)
def test_no_drug_illness_or_price_alone_is_a_sign(word: str) -> None:
    alone = [phrase for group in phrases.SALES.values() for phrase in group if len(phrase.split()) == 1]
    assert not [phrase for phrase in alone if phrase.startswith(word)]


def test_scripts_are_told_apart_by_letters() -> None:
    assert foreign_share("¿Dónde está la clínica más cercana?") == 0
    assert foreign_share("Tôi muốn hỏi về phòng khám") == 0
    assert foreign_share("Где клиника?") == 1
    assert foreign_share("123 ?!") == 0


# --- from the outside: stamps, rates, retries -------------------------------------------------------------------------


def test_a_stamp_tells_haste_age_and_forgery() -> None:
    tokens = Tokens([b"k" * 32])
    made = stamp.make(tokens, 1000.4, "abc")
    assert stamp.read(tokens, made, 1002) == "fast"
    assert stamp.read(tokens, made, 1004) == ""
    assert stamp.read(tokens, made, 900) == ""  # a clock that went back is nobody's fault
    assert stamp.read(tokens, made, 1000 + stamp.LONGEST) == "old"
    assert stamp.read(tokens, made[:-1] + "x", 1004) == "forged"
    assert stamp.read(tokens, tokens.sign("confirm", "abc"), 1004) == "forged"
    assert stamp.read(tokens, "", 1004) == ""


def test_a_stamp_used_for_another_suspect_message_counts_and_for_a_retry_does_not(desk: Desk, clock: Any) -> None:
    shown = stamp.make(desk.tokens, clock.now - 60, "abc")
    sent = {**BASE, "rendered": shown, "message": "would you have a look at https://one.example"}

    def score(fields: dict[str, str]) -> float:
        lead = submit(desk, FORM, fields, page="").lead
        assert lead is not None
        return lead.score

    assert score(sent) == score(sent) == 0.5
    assert score({**sent, "message": "would you have a look at https://two.example"}) == 2.0
    assert score({**sent, "message": "A question without any sign of spam"}) == 0


def test_too_many_from_one_address_are_held_but_kept_and_the_rate_recovers(desk: Desk, clock: Any) -> None:
    def send(nth: int, visitor: str = "198.51.100.7") -> str:
        lead = submit(desk, FORM, {**BASE, "message": f"Question {nth}"}, page="", visitor=visitor).lead
        assert lead is not None
        return lead.state()

    assert [send(nth) for nth in range(8)] == ["received"] * 6 + ["quarantined"] * 2
    assert send(8, "198.51.100.8") == "received"  # a neighbour is not blamed
    clock.now += 30
    assert send(9) == "received"
    assert len(list(desk.store.scan())) == 10


def test_this_machine_itself_has_a_wide_rate_and_is_never_refused(desk: Desk) -> None:
    states = []
    for nth in range(130):
        done = submit(desk, FORM, {**BASE, "message": f"Question {nth}"}, page="", visitor="127.0.0.1")
        assert done.lead is not None
        states.append(done.lead.state())
    assert states == ["received"] * 120 + ["quarantined"] * 10


def test_an_offer_sent_to_many_gains_points_and_a_letter_shared_by_many_does_not(desk: Desk) -> None:
    def scores(text: str) -> list[float]:
        found = []
        for nth in range(5):
            sent = {**BASE, "email": f"p{nth}@example.com", "message": text}
            lead = submit(desk, FORM, sent, page="", visitor=f"203.0.{nth}.113").lead
            assert lead is not None
            found.append(lead.score)
        return found

    letter = "We, the patients of the north side, ask you to add our clinic to your list of clinics, thank you so much."
    assert scores(letter) == [0] * 5
    offer = f"{letter} See https://north.example and https://side.example for more, or write to us."
    assert scores(offer) == [1.0] * 3 + [4.0] * 2


def test_meters_keep_neither_address_nor_text(desk: Desk) -> None:
    text = "My private words about my illness, long enough to be counted as a text of its own."
    keys: list[str] = []

    class Spy:
        def take(self, key: str, *, now: float, interval: float, burst: int) -> float:
            keys.append(key)
            return 0.0

    spied = desk._replace(meter=Spy())
    for now in (1_000_000, 1_000_000 + 86_400):
        limits.take(spied, "192.0.2.77", now)
        limits.repeated(spied, text, now)
    assert len(set(keys)) == 6  # three each day, no two alike
    assert not [key for key in keys if "192" in key or "private" in key]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("192.0.2.77", ("192.0.2.77", "192.0.2")),
        ("::ffff:192.0.2.77", ("192.0.2.77", "192.0.2")),
        ("2001:db8:1:2:3:4:5:6", ("2001:db8:1:2", "2001:db8:1")),
        ("2001:0DB8::1", ("2001:db8:0:0", "2001:db8:0")),
        ("fe80::1%eth0", ("fe80:0:0:0", "fe80:0:0")),
        ("::1", ("here", "")),
        ("127.0.0.1", ("here", "")),
        ("", ("", "")),
        ("unknown", ("", "")),
        ("1.2.3", ("", "")),
        ("1:2:3:4:5:6:7:8:9::", ("", "")),
        ("12345::", ("", "")),
    ],
)
def test_addresses_become_buckets(address: str, expected: tuple[str, str]) -> None:
    assert limits.networks(address) == expected


def test_a_meter_that_fails_lets_people_through_and_says_so(desk: Desk) -> None:
    store: Any = desk.store
    store.fail["take"] = StoreError("the meter is down")
    done = submit(desk, FORM, BASE, page="", visitor="192.0.2.1")
    assert done.lead is not None
    assert (done.lead.state(), done.unmetered) == ("received", True)
    store.fail["claim"] = StoreError("the marks are down")
    sent = {**BASE, "message": "see https://x.example", "rendered": stamp.make(desk.tokens, desk.clock() - 9, "a")}
    assert submit(desk, FORM, sent, page="").lead is not None


def test_a_retry_of_what_was_taken_is_never_held(desk: Desk) -> None:
    first = submit(desk, FORM, BASE, page="", visitor="192.0.2.5")
    for _ in range(20):
        again = submit(desk, FORM, {**BASE, "contact_url": "filled"}, page="", visitor="192.0.2.5")
        assert again.lead is not None
        assert first.lead is not None
        assert (again.lead.id, again.lead.state(), again.challenge) == (first.lead.id, "received", False)


def test_release_queues_the_first_mails_once(desk: Desk) -> None:
    held = submit(desk, FORM, {**BASE, "contact_url": "filled"}, page="").lead
    assert held is not None
    assert (held.state(), held.reasons, held.score, held.jobs) == ("quarantined", ("honeypot",), 8.0, ())
    for _ in range(2):
        free = release(desk, held.id)
        assert free is not None
        assert [job.kind for job in free.jobs] == ["notice"]
    assert free is not None
    assert free.reasons == ("honeypot",)  # why it was held stays with it
    assert sweep(desk).sent == 1
    assert release(desk, "nobody") is None


def test_a_held_request_for_the_book_gets_its_confirming_mail_when_it_is_released(desk: Desk) -> None:
    book = desk.forms["book"]
    sent = {"email": "ann@example.com", "consent": "yes", book.honeypot: "filled"}
    held = submit(desk, book, sent, page="").lead
    assert held is not None
    free = release(desk, held.id)
    assert free is not None
    assert [job.kind for job in free.jobs][-1] == "confirm"


def test_a_request_released_late_lives_as_long_as_the_link_in_its_mail(desk: Desk) -> None:
    book = desk.forms["book"]
    held = submit(desk, book, {"email": "ann@example.com", "consent": "yes", book.honeypot: "filled"}, page="").lead
    assert held is not None
    later = held.until - 3600
    free = release(desk._replace(clock=lambda: later), held.id)
    assert free is not None
    assert free.until >= later + book.link_days * 86_400


def test_without_screening_nothing_is_asked(desk: Desk) -> None:
    store: Any = desk.store
    store.fail["take"] = StoreError("must not be asked")
    done = submit(desk._replace(screening=False), FORM, {**BASE, "contact_url": "x"}, page="", visitor="192.0.2.1")
    assert done.lead is not None
    assert (done.lead.state(), done.lead.score) == ("received", 0)
    assert "take" in store.fail


def test_no_message_of_the_measured_set_by_people_waits_for_a_reader_and_no_cry_for_help_waits_at_all() -> None:
    real = [one for one in load_messages() if one.real]
    assert len(real) >= 200
    held = [one.text for one in real if judge(one.text).action == "quarantine"]
    assert held == []
    assert [one.text for one in real if one.kind == "distress" and judge(one.text).action != "pass"] == []


@pytest.mark.parametrize(
    "message",
    [
        "<script>alert(1)</script>",
        "Hello <b>you</b>, see <a href='https://blog.example'>my blog about pain</a>",
        "x\r\nBcc: victim@example.com",
        "bXqZkWnRtPlMvCdFgHj",
        "my wallet is bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
        "please verify your account settings page, it is hard to find",
    ],
)
def test_no_single_sign_in_the_words_holds_anybody_up(message: str) -> None:
    assert judge(message).action == "pass"


def test_a_quick_correction_is_not_haste(wire: Any) -> None:
    page = wire.post("/api/forms/contact", {"name": "Sam <b>Otter</b>", "message": "Hello"})["body"]
    shown = page.partition('name="rendered" value="')[2].partition('"')[0]
    fixed = {**BASE, "name": "Sam <b>Otter</b>", "rendered": shown}
    assert wire.post("/api/forms/contact", fixed)["headers"]["location"] == "/contact/thanks/"
