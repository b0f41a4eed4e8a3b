"""When findings are mentioned in a dictation."""

from __future__ import annotations

import pytest

from capture_app.session.measures.mentions import mention_ns
from recordings_schema.formats.reading import ReadWord


def words(text: str) -> list[ReadWord]:
    return [
        ReadWord(
            text=each,
            t_onset_host_ns=place * 100,
            t_offset_host_ns=place * 100 + 50,
            kind="aligned",
            score=1.0,
        )
        for place, each in enumerate(text.split())
    ]


@pytest.mark.parametrize(
    ("finding", "text", "place"),
    [
        ("Consolidation", "There is a consolidation.", 3),
        ("Lung nodule or mass", "Two nodules of the left lung.", 1),
        ("Lung nodule or mass", "A large mass is seen.", 2),
        ("Pleural abnormality", "An abnormality of the pleural line.", 1),
        ("pulmonary-nodule", "a Pulmonary nodule", 1),
        ("Consolidation", "No consolidation. Later a consolidation below.", 4),
        ("Opacities", "an opacity", 1),
    ],
)
def test_a_finding_is_mentioned_where_its_words_first_stand_together(finding, text, place) -> None:
    assert mention_ns(finding, words(text)) == place * 100


@pytest.mark.parametrize(
    ("finding", "text"),
    [
        ("Consolidation", "No focal consolidation."),
        ("Pneumothorax", "Without any sign of pneumothorax."),
        ("Lung nodule or mass", "The lung is clear. A nodule is not there."),
        ("Cardiomegaly", "The heart is enlarged."),
        ("Consolidation", ""),
        ("or", "this or that"),
    ],
)
def test_what_is_denied_or_said_otherwise_is_no_mention(finding, text) -> None:
    assert mention_ns(finding, words(text)) is None


def test_a_denial_ends_with_its_sentence() -> None:
    assert mention_ns("Consolidation", words("Effusion no. Consolidation left.")) == 200
