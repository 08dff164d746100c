"""What a reader may type, and what may go wrong under way: an answer in words, never an exception."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from typing import Any

import pytest
from tests.search.conftest import collection
from tests.search.conftest import reading

from microsite.search import build_index
from microsite.search.records import opening

if TYPE_CHECKING:
    from pathlib import Path

    from microsite.search.host import Host


@pytest.fixture
def host(engine: Host, index: Path) -> Host:
    engine.over(reading(index))
    return engine


def ask(host: Host, text: str, **options: Any) -> dict[str, Any]:
    answer = host.search(text, **options)
    assert answer.value is not None, answer.error
    return answer.value


def urls(answer: dict[str, Any]) -> list[str]:
    return [section["url"] for page in answer["pages"] for section in page["sections"]]


def shown(answer: dict[str, Any]) -> str:
    snippets = [section["snippet"] for page in answer["pages"] for section in page["sections"]]
    return " | ".join("".join(f"[{p['text']}]" if p["mark"] else p["text"] for p in snippet) for snippet in snippets)


def test_results_are_pages_with_their_sections_and_marked_words(host: Host) -> None:
    answer = ask(host, "does ketamine harm the liver?")
    assert answer["pages"][0]["url"] == "/liver/"
    assert answer["pages"][0]["title"] == "Ketamine and the liver"
    assert answer["pages"][0]["kind"] == "article"
    assert "Can [ketamine] [harm] the [liver]?" in shown(answer)
    assert "/liver/#cancer" in urls(answer)
    assert answer["total"] == 7
    assert answer["took"]["requests"] > 0


def test_at_most_four_steps_in_sequence_and_none_for_what_is_there(host: Host) -> None:
    assert len(host.warm().steps) == 1
    assert len(host.search("chronic pain").steps) <= 3
    assert host.search("chronic pain").steps == ()


def test_nothing_typed_is_in_a_name_that_is_asked_for(host: Host) -> None:
    answer = host.search("ketamine liver hepatotoxicity")
    names = [name for step in answer.steps for name in step]
    assert len(names) > 3
    assert [name for name in names if "keta" in name or "liver" in name or "hepat" in name] == []


def test_the_page_or_section_that_is_called_just_so_comes_first(host: Host) -> None:
    assert urls(ask(host, "liver cancer"))[0] == "/liver/#cancer"
    assert urls(ask(host, "What it costs"))[0] == "/clinic/#cost"


def test_other_names_of_a_page_find_it(host: Host) -> None:
    assert urls(ask(host, "reflex sympathetic dystrophy")) == ["/pain/#crps"]


@pytest.mark.parametrize(("typed", "meant"), [("ketamin", "ketamine"), ("cancre", "cancer"), ("clincs", "clinic")])
def test_a_typo_is_mended_and_said(host: Host, typed: str, meant: str) -> None:
    answer = ask(host, typed)
    # `ketamin` is the stem of `ketamine`: no typo at all.
    assert answer["corrected"] == ([] if typed == "ketamin" else [{"from": typed, "to": meant}])
    assert urls(answer)
    assert f"[{meant.capitalize()}" in shown(answer) or f"[{meant}" in shown(answer)


def test_a_known_word_is_never_changed_and_exact_means_exact(host: Host) -> None:
    assert ask(host, "drip days")["corrected"] == []
    answer = ask(host, "cancre", exact=True)
    assert (answer["corrected"], answer["unknown"], answer["hint"]) == ([], ["cancre"], "none")
    assert answer["nearest"][0] == "cancer"


def test_swapped_doubled_left_out_and_changed_letters_are_one_edit(host: Host) -> None:
    pairs = [("liver", "lievr", 1), ("liver", "livver", 1), ("liver", "lver", 1), ("liver", "lifer", 1)]
    pairs += [("liver", "liver", 0), ("ketamine", "ketmaien", 2), ("pain", "liver", 2)]
    for a, b, expected in pairs[:-1]:
        assert host.call("edits", a, b, 2) == expected
    assert host.call("edits", "pain", "liver", 2) > 2


def test_the_last_word_is_a_start_while_typing_only(host: Host) -> None:
    assert "/clinic/" in urls(ask(host, "diagn", prefix=True))
    assert ask(host, "diagn", prefix=True)["corrected"] == []
    assert ask(host, "di", prefix=True)["pages"] == []
    assert ask(host, "diagnos ")["corrected"] == []
    assert ask(host, "insur", prefix=True)["total"] == 1
    assert ask(host, "diagn pain", exact=True)["unknown"] == ["diagn"]


def test_words_in_quotes_stand_together(host: Host) -> None:
    assert urls(ask(host, '"chronic pain"')) == ["/pain/", "/pain/#crps"] or set(urls(ask(host, '"chronic pain"'))) == {
        "/pain/",
        "/pain/#crps",
        "/pain/#dose",
    }
    assert "/clinic/" in urls(ask(host, "chronic pain"))
    assert "/clinic/" not in urls(ask(host, "“chronic pain”"))
    assert ask(host, '"pain chronic cancer"')["hint"] == "none"


def test_a_minus_takes_a_word_away(host: Host) -> None:
    assert "/liver/#cancer" in urls(ask(host, "liver"))
    assert urls(ask(host, "liver -cancer")) == ["/liver/"]
    # Alone there is nothing to take it from.
    assert urls(ask(host, "-cancer")) == urls(ask(host, "cancer"))
    assert urls(ask(host, "S-ketamine"))


def test_filters_and_their_counts(host: Host) -> None:
    answer = ask(host, "ketamine", facets=True)
    assert answer["facets"]["condition"] == [{"value": "crps", "name": "Complex regional pain syndrome", "count": 3}]
    kinds = {entry["value"]: entry["count"] for entry in answer["facets"]["kind"]}
    assert kinds == {"article": 6, "hub": 1}
    only = ask(host, "ketamine", filters={"kind": ["hub"]})
    assert urls(only) == ["/clinic/#cost"]
    both = ask(host, "ketamine", filters={"kind": ["article"], "compound": ["esketamine"], "condition": []})
    assert {url.partition("#")[0] for url in urls(both)} == {"/pain/"}
    assert ask(host, "ketamine", filters={"kind": ["nosuch"]})["hint"] == "none"
    assert ask(host, "ketamine")["facets"] == {"condition": [], "compound": [], "kind": []}


def test_markup_in_a_page_is_text(host: Host) -> None:
    answer = ask(host, "Crohn’s markup")  # noqa: RUF001 - as phones type it
    assert answer["pages"][0]["title"] == "Crohn\u2019s disease and <b>markup</b> & more"
    assert answer["pages"][0]["sections"][0]["snippet"][0] == {"text": "Crohn's", "mark": True}


BAD = [
    ("", "empty"),
    ("   \t\n", "empty"),
    ("?!… — ()", "empty"),
    ('"" - ""', "empty"),
    ("🙂🙂 👩‍⚕️", "empty"),
    ("what is the", "stopwords"),
    ("x", "none"),
    ("zzzqqqxxx", "none"),
    ("العَرَبِيَّة עברית", "none"),
    ("氯胺酮", "none"),
    ("<script>alert(1)</script>", "none"),
    ("__proto__ constructor toString hasOwnProperty", "none"),
    ("\ud83d", "empty"),
    ("\0\ufffd\u202e", "empty"),
]


@pytest.mark.parametrize(("typed", "hint"), BAD, ids=lambda value: ascii(value)[:30])
@pytest.mark.parametrize("prefix", [False, True])
def test_what_nobody_means_to_type_has_an_answer(host: Host, typed: str, hint: str, prefix: bool) -> None:  # noqa: FBT001
    answer = ask(host, typed, prefix=prefix)
    assert answer["pages"] == []
    assert answer["hint"] == hint


@pytest.mark.parametrize(
    "typed", [".*", "(pain", "[a-z]+ pain", "pain\\", "^$ pain|liver", '"pain', 'pain"', "-", "-- pain -"]
)
def test_signs_of_regular_expressions_are_signs(host: Host, typed: str) -> None:
    answer = ask(host, typed)
    assert bool(answer["pages"]) == ("pain" in typed)


@pytest.mark.parametrize(
    "text", ["pain " * 2000, "p" * 10_000, "<b>" * 3334, '"a b" ' * 1700, " ".join(f"w{n}" for n in range(2000))]
)
def test_ten_thousand_characters_are_cut_not_refused(host: Host, text: str) -> None:
    steps = host.search(text).steps
    assert len({name for step in steps for name in step}) < 120


def test_a_lost_network_is_said_and_the_next_try_works(engine: Host, index: Path) -> None:
    lost = {"on": False}

    def read(name: str, fresh: bool) -> bytes | None:  # noqa: FBT001
        if lost["on"]:
            raise OSError
        return reading(index)(name, fresh)

    engine.over(read)
    assert ask(engine, "liver")["pages"]
    lost["on"] = True
    assert engine.search("chronic pain").reason == "offline"
    assert ask(engine, "liver")["pages"], "what is there is found without a network"
    lost["on"] = False
    assert ask(engine, "chronic pain")["pages"]


def test_everything_loaded_means_no_request_follows(engine: Host, index: Path) -> None:
    engine.over(reading(index))
    loaded = engine.everything()
    asked = {name for step in loaded.steps for name in step}
    assert asked == {path.name for path in index.iterdir()} - {"worker.js"}
    for text in ("liver cancer", "cancre", '"chronic pain" clinic', "zzz"):
        assert engine.search(text, facets=True).steps == ()


@pytest.mark.parametrize("damage", [b"", b"\0" * 50, b"<!doctype html>not found"], ids=["empty", "zeros", "html"])
@pytest.mark.parametrize("kind", ["manifest", "t", "r"])
def test_a_damaged_file_is_said(engine: Host, index: Path, kind: str, damage: bytes) -> None:
    def read(name: str, fresh: bool) -> bytes | None:  # noqa: FBT001
        return damage if name.startswith(f"{kind}.") else reading(index)(name, fresh)

    engine.over(read)
    assert engine.search("chronic pain").reason == "damaged"


@pytest.mark.parametrize("kind", ["manifest", "t", "r"])
def test_a_missing_file_is_said(engine: Host, index: Path, kind: str) -> None:
    engine.over(lambda name, fresh: None if name.startswith(f"{kind}.") else reading(index)(name, fresh))
    assert engine.search("chronic pain").reason == "damaged"


def test_a_damaged_copy_in_a_cache_is_asked_for_past_it(engine: Host, index: Path) -> None:
    def read(name: str, fresh: bool) -> bytes | None:  # noqa: FBT001
        content = reading(index)(name, fresh)
        return content if fresh or name == "manifest.bin" or content is None else content[:-1] + b"?"

    engine.over(read)
    assert ask(engine, "liver cancer")["pages"]


def test_a_new_release_under_an_open_page_is_met_by_itself(engine: Host, index: Path, tmp_path: Path) -> None:
    changed = [document for document in collection() if document.page != "/clinic/"]
    build_index(changed, tmp_path / "new")
    now = {"folder": index}

    def read(name: str, fresh: bool) -> bytes | None:  # noqa: FBT001
        return reading(now["folder"])(name, fresh)

    engine.over(read)
    assert "/clinic/" in urls(ask(engine, "clinic"))
    now["folder"] = tmp_path / "new"
    answer = engine.search("liver cancer")
    assert answer.value is not None
    assert urls(answer.value)[0] == "/liver/#cancer"
    assert "manifest.bin" in [name for step in answer.steps for name in step]
    assert ask(engine, "clinic")["pages"] == []


def test_records_of_another_numbering_are_never_shown(engine: Host, index: Path, tmp_path: Path) -> None:
    """An open page may still find old shards in its cache while the records are the new release's."""
    changed = [document for document in collection() if document.page != "/clinic/"]
    build_index(changed, tmp_path / "new")
    now = {"released": False}

    def read(name: str, fresh: bool) -> bytes | None:  # noqa: FBT001
        old = reading(index)(name, fresh)
        new = reading(tmp_path / "new")(name, fresh)
        return (new or old) if now["released"] and (name[:2] == "r." or fresh) else (old or new)

    engine.over(read)
    engine.warm()
    now["released"] = True
    assert urls(ask(engine, "liver cancer"))[0] == "/liver/#cancer"
    assert ask(engine, "clinic")["pages"] == []


def test_a_manifest_that_the_page_brought_is_not_asked_for(engine: Host, index: Path) -> None:
    engine.over(reading(index))
    content = json.dumps(list((index / "manifest.bin").read_bytes()))
    warmed = engine.run(f"engine.warm(Uint8Array.from({content})).then(() => ({{}}))")
    assert warmed.steps == ()
    assert "manifest.bin" not in [name for step in engine.search("liver").steps for name in step]


def test_a_passage_is_the_stretch_with_most_of_the_words(host: Host) -> None:
    text = "Nothing here. " * 30 + "Then liver cancer is spoken of at last. " + "And more follows. " * 30
    found = host.call("((text, terms) => passage(text, new Set(terms)))", text, ["liver", "cancer"])
    assert "liver cancer" in found
    assert found.startswith("…Then liver")
    assert found.endswith("…")
    assert len(found) < 200


@pytest.mark.parametrize(
    ("sign", "end"), [(".", "follows. …"), (",", "follows…"), (";", "follows…"), ("?", "follows? …")]
)
def test_an_ellipsis_stands_beside_no_other_sign(host: Host, sign: str, end: str) -> None:
    said = f"And more follows{sign} "
    assert host.call("((text, terms) => passage(text, new Set(terms)))", said * 30, []).endswith(end)
    assert opening(said * 30, 2 * len(said)).endswith(end)
