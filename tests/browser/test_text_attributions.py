"""Which words moved the answer: methods, classes, pages and numbers in a real notebook."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.lab import Notebook

MODEL = """
import threading
import mldebug_widgets as mld, numpy as np, torch
from torch import nn

asked_on = set()  # threads
words = {word: at + 1 for at, word in enumerate("a the film plot was good great bad awful".split())}
tokenizer = lambda text: [words[word] for word in text.split()]

class Feelings(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(10, 1, padding_idx=0)
        self.out = nn.Linear(1, 1)
        with torch.no_grad():
            self.embedding.weight[:, 0] = torch.tensor([0, 0, 0, 0, 0, 0, 1.0, 2.0, -1.0, -2.0])
            self.out.weight.fill_(1.0)
            self.out.bias.fill_(0.25)

    def forward(self, ids):
        asked_on.add(threading.get_ident())
        return self.out(self.embedding(ids).sum(dim=1)).squeeze(1)

texts = ["the film was great", "a bad plot", "the plot was awful", "a good film", "the film was bad", "a great plot"]
texts *= 3
truth = np.array(["yes" if at % 4 else "no" for at in range(len(texts))])
"""
CELLS = (MODEL, "workbench = mld.show(Feelings(), (texts, truth), tokenizer=tokenizer)\nworkbench")


@pytest.fixture(scope="module")
def notebook(open_cells: Callable[[Sequence[str]], Notebook]) -> Notebook:
    return open_cells(CELLS)


@pytest.fixture
def text(notebook: Notebook) -> Locator:
    workbench = notebook.open_panel("Text")
    workbench.locator("article").first.wait_for()
    return workbench


def test_a_words_number_stands_beside_it_on_focus(text: Locator) -> None:
    word = text.locator(".words .word", has_text="awful").first
    word.focus()
    expect(text.locator(".readout b").first).to_have_text("−2.00")
    expect(word).to_have_class("word down marked")


def test_methods_come_one_under_the_other(notebook: Notebook, text: Locator) -> None:
    before = text.locator(".words").count()
    text.get_by_role("checkbox", name="Occlusion").check()
    expect(text.locator(".words")).to_have_count(2 * before)
    expect(text.get_by_role("heading", name="How far to trust it: Occlusion")).to_be_visible()
    text.get_by_role("checkbox", name="Occlusion").uncheck()
    expect(text.locator(".words")).to_have_count(before)
    assert not notebook.errors


def test_the_other_class_turns_the_signs(text: Locator) -> None:
    text.get_by_label("Class").select_option("0")
    expect(text.locator(".words .word.up", has_text="awful").first).to_be_visible()
    text.get_by_label("Class").select_option("1")
    expect(text.locator(".words .word.down", has_text="awful").first).to_be_visible()


def test_it_turns_pages_and_opens_a_row(notebook: Notebook, text: Locator) -> None:
    row = text.locator("article .link").first
    on_the_first_page = row.inner_text()
    text.get_by_role("button", name="Next").click()
    expect(text.get_by_text("6 to 10 of 18", exact=True)).to_be_visible()  # once the texts are there
    expect(row).not_to_have_text(on_the_first_page)
    name = row.inner_text()
    row.click()
    notebook.wait_for_python("workbench.widget.row", int(name.removeprefix("Row ")))
    expect(text.locator("article .link").first).to_have_text(name)
    notebook.execute("workbench.widget.row = None")


def test_it_follows_the_selection(notebook: Notebook, text: Locator) -> None:
    notebook.execute("workbench.widget.select([1, 3])")
    expect(text.locator("article")).to_have_count(2)
    notebook.execute("workbench.widget.select(None)")
    expect(text.locator("article")).to_have_count(5)


def test_the_model_is_asked_on_the_thread_of_the_cells_only(notebook: Notebook, text: Locator) -> None:
    # JupyterLab hands the messages of widgets to a thread of its own.
    notebook.execute("asked_on.clear()")
    text.get_by_label("Class").select_option("0")
    notebook.wait_for_python("asked_on == {threading.main_thread().ident}", expected=True)
    text.get_by_label("Class").select_option("1")
    expect(text.locator(".words .word.down", has_text="awful").first).to_be_visible()
    assert notebook.python("asked_on == {threading.main_thread().ident}")
    assert not notebook.errors
