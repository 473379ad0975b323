"""Notes as HTML."""

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
    assert notes.section(file, "absent") == ""
    assert notes.sections(tmp_path / "absent.md") == {}


def test_formulas_are_left_to_the_page(tmp_path):
    file = tmp_path / "notes.md"
    file.write_text(TEXT)
    html = notes.section(file, "first")
    assert '<span class="math inline">a_n &lt; b</span>' in html
    assert '<div class="math block">' in html and r"\sum_n x_n" in html
    assert "<em>sum</em>" in html


def test_code_is_coloured_and_html_is_text(tmp_path):
    file = tmp_path / "notes.md"
    file.write_text(TEXT)
    html = notes.section(file, "second")
    assert '<span class="hl-c1"># here</span>' in html
    assert "<script>" not in html and 'href="javascript' not in html


def test_every_exercise_has_its_notes():
    for chapter in course.chapters():
        for exercise in chapter.exercises:
            assert notes.section(chapter.notes, exercise.name), exercise.name
