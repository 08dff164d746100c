from __future__ import annotations

import pytest

from microsite.content.reading import count_syllables
from microsite.content.reading import grade_of
from microsite.content.reading import measure

# Counts of the CMU Pronouncing Dictionary, http://www.speech.cs.cmu.edu/cgi-bin/cmudict (number of stressed vowels).
CMU = {
    "cat": 1, "pain": 1, "used": 1, "makes": 1, "place": 1, "dose": 1, "nerve": 1, "through": 1, "eased": 1,
    "table": 2, "wanted": 2, "doctor": 2, "trial": 2, "being": 2, "bladder": 2, "treatment": 2, "little": 2,
    "quiet": 2, "people": 2, "ketamine": 3, "hospital": 3, "serious": 3, "medicine": 3, "radio": 3, "area": 3,
    "depression": 3, "anxiety": 4, "evidence": 3, "insurance": 3, "patient": 2, "approval": 3, "dependence": 3,
    "anesthetic": 4, "emergency": 4, "dissociation": 5, "neuropathic": 4, "university": 5,
}  # fmt: skip


def test_syllables_agree_with_a_dictionary_of_sounds_for_nine_words_in_ten() -> None:
    right = [word for word, count in CMU.items() if count_syllables(word) == count]
    assert len(right) >= 0.9 * len(CMU), sorted(set(CMU) - set(right))


def test_the_grade_is_the_published_formula() -> None:
    # 100 words, 5 sentences, 150 syllables: 0.39 * 20 + 11.8 * 1.5 - 15.59
    assert grade_of(100, 5, 150) == pytest.approx(9.91)


def test_short_plain_sentences_grade_low_and_long_learned_ones_high() -> None:
    plain = measure("The cat sat on the mat. The dog ran to the man. We ate it all up.")
    assert grade_of(plain.words, 3, plain.syllables) < 2
    learned = measure(
        "Pharmacological interventions demonstrating heterogeneous therapeutic efficacy necessitate individualized "
        "multidisciplinary evaluation incorporating comprehensive neuropsychiatric assessment."
    )
    assert grade_of(learned.words, 1, learned.syllables) > 20


def test_an_empty_text_has_grade_zero() -> None:
    assert grade_of(0, 0, 0) == 0.0
