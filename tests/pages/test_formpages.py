"""A definition file is a whole form on the site: a page, thanks, and a row in the table of what is kept."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from forms.check import check_folder
from forms.definition import SHIPPED
from forms.definition import load
from microsite.errors import BuildError
from microsite.pages import build
from microsite.pages.formpages import form_pages
from microsite.pages.formpages import kept_markdown

ROOT = Path(__file__).parents[2]

SURVEY = """
id = "survey"
title = "Tell us what you think"
page = "/survey/"
thanks = "/survey/thanks/"
button = "Send"
honeypot = "contact_url"
retention_days = 1
window_hours = 1
notify = "team"

[vault]
days = 1

[[field]]
name = "color"
label = "Which | color?"
type = "select"
private = true
options = [{ value = "red", label = "Red & more" }, { value = "blue", label = "Blue" }]
[field.errors]
required = "Choose a color"
invalid = "Choose one of the colors"

[[consent]]
name = "consent"
id = "survey-1"
text = "You may keep my answer."
error = "Check the box"

[mail.notice]
subject = "An answer"
body = "{id}"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "lambda/forms/definitions"
    made.mkdir(parents=True)
    for name in ("contact", "book"):
        shutil.copy(Path(SHIPPED) / f"{name}.toml", made)
    (made / "survey.toml").write_text(SURVEY)
    return made


def test_a_form_without_pages_gets_plain_ones_and_no_page_is_made_twice(folder: Path) -> None:
    assert check_folder(folder) == ()
    written = {"contact/index.md", "contact/thanks.md", "book/index.md", "book/thanks.md"}
    made = list(form_pages(load(folder).values(), written))
    assert [(page.url, page.form.id if page.form else "") for page in made] == [
        ("/book/confirmed/", ""),
        ("/survey/", "survey"),
        ("/survey/thanks/", ""),
    ]


def project(root: Path) -> None:
    """The smallest project with our theme and data."""
    for name in ("data", "theme"):
        (root / name).symlink_to(ROOT / name)
    shutil.copy(ROOT / "mkdocs.yml", root)
    for name in ("index", "treatments/index", "conditions/index", "safety/index", "find-care/index", "book/index"):
        file = root / f"docs/{name}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"---\ntitle: The page {name}\ndescription: About {name}\nkind: page\n---\n\nWords.\n")


def test_a_definition_that_cannot_be_used_ends_the_build_in_words(folder: Path, tmp_path: Path) -> None:
    project(tmp_path)
    (folder / "survey.toml").write_text(SURVEY.replace('button = "Send"\n', ""))
    with pytest.raises(BuildError, match=r"survey\.toml:1:1: form-missing-key: `button` is missing"):
        build(tmp_path, site_dir=tmp_path / "site", strict=False)
    assert not (tmp_path / "site").exists()


def test_one_new_file_is_a_form_on_the_built_site(folder: Path, tmp_path: Path) -> None:
    project(tmp_path)
    table = "---\ntitle: What we keep\ndescription: A table\nkind: legal\n---\n\n<!--forms-->\n"
    (tmp_path / "docs/kept.md").write_text(table)
    build(tmp_path, site_dir=tmp_path / "site", strict=False)
    page = (tmp_path / "site/survey/index.html").read_text()
    assert 'action="/api/forms/survey"' in page
    assert '<option value="red">Red &amp; more</option>' in page
    assert "<h1>Tell us what you think</h1>" in page
    thanks = (tmp_path / "site/survey/thanks/index.html").read_text()
    assert "Thank you" in thanks
    assert 'content="noindex"' in thanks
    kept = (tmp_path / "site/kept/index.html").read_text()
    assert '<a href="../survey/">Tell us what you think</a>' in kept
    assert "Which | color (kept apart)" in kept
    assert "<td>1 day; what is kept apart: 1 day</td>" in kept


def test_the_page_on_privacy_shows_each_form_of_the_site() -> None:
    assert "<!--forms-->" in (ROOT / "docs/legal/privacy.md").read_text(encoding="utf-8")
    forms = load()
    paths = {form.page: f"{form.id}.md" for form in forms.values()}
    table = kept_markdown(forms.values(), paths)
    for form in forms.values():
        (row,) = [line for line in table.splitlines() if f"(/{form.id}.md)" in line]
        assert f"{form.retention_days} days" in row
        assert all(field.label.rstrip("?") in row for field in form.fields)
        assert ("by email" in row) == (form.notify == "team" and not form.private)
