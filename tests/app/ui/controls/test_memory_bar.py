from dataclasses import replace

import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.model_manager.model_options import MemoryUse
from app.ui.controls.memory_bar import MemoryBar, MemoryLegend
from app.ui.style.theme import DARK, LIGHT, Colours, Theme

_GIB = 1 << 30
_FITS = MemoryUse(weights=4 * _GIB, context=_GIB, pictures=_GIB, free=4 * _GIB, place="GPU")


@pytest.fixture
def theme(qtbot: QtBot) -> Theme:
    return Theme()


def drawn(widget: QWidget) -> QImage:
    widget.resize(400, widget.height())
    return widget.grab().toImage()


def colour_at(image: QImage, fraction: float) -> str:
    return image.pixelColor(int(image.width() * fraction), image.height() // 2).name()


def test_that_the_parts_stand_in_their_order_and_size(theme: Theme, qtbot: QtBot) -> None:
    bar = MemoryBar(theme)
    qtbot.addWidget(bar)
    bar.show_memory(_FITS)
    image, colours = drawn(bar), theme.colours
    seen = [colour_at(image, each) for each in (0.2, 0.45, 0.55, 0.8)]
    assert seen == [colours.weights, colours.context, colours.pictures, colours.line]


def test_that_what_is_too_much_is_hatched_behind_a_mark(theme: Theme, qtbot: QtBot) -> None:
    bar = MemoryBar(theme)
    qtbot.addWidget(bar)
    bar.show_memory(replace(_FITS, free=-3 * _GIB))
    image, colours = drawn(bar), theme.colours
    assert colour_at(image, 0.5) == colours.problem
    beyond = {
        image.pixelColor(x, y).name()
        for x in range(image.width() * 6 // 10, image.width() * 9 // 10)
        for y in range(image.height())
    }
    assert {colours.problem, colours.surface} <= beyond
    assert "too little" in bar.accessibleName()


def test_that_a_bar_without_figures_draws_nothing(theme: Theme, qtbot: QtBot) -> None:
    bar = MemoryBar(theme)
    qtbot.addWidget(bar)
    assert drawn(bar).size().height() == bar.height()


def test_that_the_legend_says_each_part(theme: Theme, qtbot: QtBot) -> None:
    legend = MemoryLegend(theme)
    qtbot.addWidget(legend)
    legend.show_memory(_FITS)
    words = [label.text() for label in legend.findChildren(QLabel)]
    assert words == ["Weights 4.0 GB", "Context 1.0 GB", "Pictures 1.0 GB", "Free 4.0 GB on GPU"]
    legend.show_memory(replace(_FITS, free=-3 * _GIB))
    assert legend.findChildren(QLabel)[-1].text() == "Missing 3.0 GB"


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_that_the_parts_can_be_told_from_what_is_behind_them(colours: Colours) -> None:
    for part in (colours.weights, colours.context, colours.pictures):
        assert contrast(part, colours.surface) >= 3


def contrast(one: str, other: str) -> float:
    """As WCAG defines it."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parsed = QColor(colour)
    parts = (parsed.redF(), parsed.greenF(), parsed.blueF())
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)
