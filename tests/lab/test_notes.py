"""Notes as HTML."""

import re

import pytest

from byhand import course
from byhand.lab import notes

TEXT = r"""---
title: x
---
# Chapter

Before.

## first

The *sum* $a_n < b$ and

$$
\sum_n x_n
$$

## `second`

```python
x = 1  # here
```

<script>alert(1)</script> [go](javascript:alert(1))
"""


def test_a_section_belongs_to_each_exercise(tmp_path):
    file = tmp_path / "notes.md"
    file.write_text(TEXT)
    assert list(notes.sections(file)) == ["", "first", "second"]
    assert notes.opening(file) == "<p>Before.</p>\n"
    assert notes.statement(file, "absent") == "" and notes.derivation(file, "absent") == ""
    assert notes.sections(tmp_path / "absent.md") == {}


def test_formulas_are_left_to_the_page(tmp_path):
    file = tmp_path / "notes.md"
    file.write_text(TEXT)
    html = notes.statement(file, "first")
    assert '<span class="math inline">a_n &lt; b</span>' in html
    assert '<div class="math block">' in html and r"\sum_n x_n" in html
    assert "<em>sum</em>" in html


def test_code_is_coloured_and_html_is_text(tmp_path):
    file = tmp_path / "notes.md"
    file.write_text(TEXT)
    html = notes.statement(file, "second")
    assert '<span class="hl-c1"># here</span>' in html
    assert "<script>" not in html and 'href="javascript' not in html


def test_the_derivation_is_apart_from_the_statement(tmp_path):
    file = tmp_path / "notes.md"
    file.write_text("## f\n\nWhat.\n\n### Derivation\n\nWhy.\n\n### If it is wrong\n\nThen.\n\n## g\n\nMore.\n")
    assert notes.statement(file, "f") == "<p>What.</p>\n"
    assert notes.derivation(file, "f") == "<p>Why.</p>\n<h3>If it is wrong</h3>\n<p>Then.</p>\n"
    assert notes.statement(file, "g") == "<p>More.</p>\n" and notes.derivation(file, "g") == ""


PROVED = {
    "svm_loss", "softmax_loss", "two_layer_net_loss", "fully_connected_net_loss", "l2_regularization",
    "sgd", "sgd_momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw", "clip_gradient_norm",
    "scores_gradient", "linear_softmax_loss_naive", "linear_softmax_loss", "linear_svm_loss_naive", "linear_svm_loss",
}  # fmt: skip
"""What besides the backwards has a gradient or a rule that is derived."""


@pytest.mark.parametrize("chapter", course.chapters(), ids=lambda chapter: chapter.name)
def test_every_section_states_and_every_gradient_is_derived(chapter):
    parts = notes.sections(chapter.notes)
    assert [name for name in parts if name] == [exercise.name for exercise in chapter.exercises]
    for exercise in chapter.exercises:
        assert len(notes.statement(chapter.notes, exercise.name)) > 80, exercise.name
        assert len(notes.DERIVATION.findall(parts[exercise.name])) <= 1, exercise.name
        assert "**Derivation" not in parts[exercise.name], exercise.name
        if exercise.is_backward or exercise.name in PROVED:
            assert notes.derivation(chapter.notes, exercise.name), exercise.name


@pytest.mark.parametrize("chapter", course.chapters(), ids=lambda chapter: chapter.name)
def test_no_statement_of_a_backward_gives_its_formula(chapter):
    for exercise in chapter.exercises:
        if exercise.is_backward:
            text = str(notes.statement(chapter.notes, exercise.name))
            assert not re.search(r"\\text\{d\w*\}\S*\s*=", text), exercise.name
