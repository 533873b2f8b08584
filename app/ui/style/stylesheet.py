"""The window's style sheet, written from the theme's numbers."""

from string import Template

from app.ui.style import theme as looks
from app.ui.style.theme import Size, Theme

_SHEET = Template("""
QMainWindow, QMessageBox, #body { background: $ground; }
QWidget { color: $text; font-size: ${body}pt; }
QLabel { background: transparent; }
QToolTip { color: $text; background: $surface; border: 1px solid $line; padding: 4px 6px; }
#sidebar { background: $aside; border: none; border-right: 1px solid $line; }
QScrollArea, #column, #plain { background: transparent; border: none; }
QTextBrowser, QPlainTextEdit { background: transparent; border: none;
    selection-background-color: $accent; selection-color: $on_accent; }

QLabel[tone="quiet"] { color: $quiet; }
QLabel[tone="problem"] { color: $problem; }
QLabel[tone="warning"] { color: $warning; }
QLabel[step="caption"] { font-size: ${caption}pt; }
QLabel[step="lead"] { font-size: ${lead}pt; }
QLabel[step="title"] { font-size: ${title}pt; font-weight: 600; }
QLabel[weight="strong"] { font-weight: 600; }

QToolButton, QPushButton { background: transparent; border: 2px solid transparent;
    border-radius: ${round}px; padding: 4px; outline: none; }
QToolButton:hover, QPushButton:hover { background: $hover; }
QToolButton:focus, QPushButton:focus { border-color: $accent; }
QToolButton:disabled, QPushButton:disabled { color: $quiet; }
QToolButton[kind="labelled"], QPushButton[kind="labelled"] { padding: 5px 10px; }
QToolButton[kind="toggle"] { padding: 3px 10px; color: $quiet; font-size: ${caption}pt; }
QToolButton[kind="toggle"]:checked { background: $bubble; color: $accent; }
QToolButton[kind="main"] { background: $accent; border-radius: 17px; }
QToolButton[kind="main"]:hover { background: $accent; border-color: $line; }
QToolButton[kind="main"]:focus { border-color: $text; }
QToolButton[kind="main"]:disabled { background: $hover; }
QToolButton[kind="float"] { background: $surface; border: 1px solid $line; border-radius: 17px; }
QToolButton[kind="float"]:hover { background: $hover; }
QToolButton[kind="float"]:focus { border: 2px solid $accent; }
QToolButton[kind="cross"] { background: $surface; border: 1px solid $line;
    border-radius: 11px; padding: 0; }
QToolButton[kind="cross"]:hover { background: $hover; }
QToolButton[kind="cross"]:focus { border: 2px solid $accent; }
QPushButton[kind="action"] { color: $accent; font-weight: 600; padding: 4px 12px; }
QPushButton[kind="new"] { text-align: left; padding: 7px 10px; font-weight: 500; }
QPushButton[kind="example"] { background: $surface; border: 1px solid $line; padding: 8px 14px;
    border-radius: ${round}px; text-align: left; }
QPushButton[kind="example"]:hover { background: $hover; }
QPushButton[kind="example"]:focus { border: 2px solid $accent; padding: 7px 13px; }
QPushButton[kind="chief"] { background: $accent; color: $on_accent; font-weight: 600;
    border-radius: 8px; padding: 3px 12px; }
QPushButton[kind="chief"]:focus { border-color: $text; }
QPushButton[kind="plain"] { background: $surface; border: 1px solid $quiet; border-radius: 8px;
    padding: 4px 13px; }
QPushButton[kind="plain"]:hover { background: $hover; }
QPushButton[kind="plain"]:focus { border: 2px solid $accent; padding: 3px 12px; }
QPushButton[kind="quiet"] { color: $accent; padding: 4px 8px; font-size: ${caption}pt; }
QPushButton[kind="status"] { border-radius: 8px; padding: 0; }
QPushButton[kind="row"] { border-radius: ${round}px; padding: 0; text-align: left; }
QPushButton[kind="large"] { background: $accent; color: $on_accent; font-weight: 600;
    font-size: ${lead}pt; border-radius: ${round}px; padding: 9px 18px; }
QPushButton[kind="large"]:focus { border-color: $text; }

#picker { background: $surface; border: 1px solid $line; border-radius: ${round_large}px; }
#picker_foot { background: transparent; border: none; border-top: 1px solid $line; }
#card { background: $surface; border: 1px solid $line; border-radius: ${round_large}px; }
#asking { background: $ground; border: 1px solid $warning; border-radius: ${round}px; }
QSlider { border: 2px solid transparent; border-radius: 8px; padding: 2px 4px; }
QSlider:focus { border-color: $accent; }
QSlider::groove:horizontal { background: $line; height: 4px; border-radius: 2px; }
QSlider::sub-page:horizontal { background: $accent; height: 4px; border-radius: 2px; }
QSlider::handle:horizontal { background: $accent; width: 16px; height: 16px; margin: -6px 0;
    border-radius: 8px; }
#bubble { background: $bubble; border-radius: ${round_large}px; }
#composer { background: $surface; border: 1px solid $line; border-radius: ${round_large}px; }
#composer[active="true"] { border-color: $accent; }
#notice { background: $surface; border: 1px solid $line; border-radius: ${round}px; }
#notice[kind="problem"] { border-color: $problem; }
#notice[kind="warning"] { border-color: $warning; }
#code { background: $code; border: 1px solid $line; border-radius: ${round}px; }
#thought { border: none; border-left: 2px solid $line; }
#thought QLabel, #thought QTextBrowser { color: $quiet; }
#chip { background: transparent; color: $warning; border: 1px solid $warning; border-radius: 8px;
    padding: 1px 7px; font-size: ${caption}pt; font-weight: 600; }
#good_chip { background: transparent; color: $good; border: 1px solid $good; border-radius: 8px;
    padding: 1px 7px; font-size: ${caption}pt; font-weight: 600; }

QListView { background: transparent; border: none; outline: none; }
QLineEdit { background: $surface; border: 1px solid $accent; border-radius: 6px; padding: 3px 6px;
    selection-background-color: $accent; selection-color: $on_accent; }
QMenu { background: $surface; border: 1px solid $line; border-radius: ${round}px; padding: 5px; }
QMenu::item { padding: 6px 22px 6px 12px; border-radius: 6px; }
QMenu::item:selected { background: $hover; }

QScrollBar:vertical { background: transparent; width: 10px; margin: 2px; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 2px; }
QScrollBar::handle { background: $line; border-radius: 3px; min-height: 32px; min-width: 32px; }
QScrollBar::handle:hover { background: $quiet; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
""")


def make_stylesheet(theme: Theme) -> str:
    """The style sheet of the whole window."""
    colours = theme.colours
    return _SHEET.substitute(
        {name: getattr(colours, name) for name in colours.__slots__},
        round=looks.ROUND,
        round_large=looks.ROUND_LARGE,
        caption=theme.points(Size.CAPTION),
        body=theme.points(Size.BODY),
        lead=theme.points(Size.LEAD),
        title=theme.points(Size.TITLE),
    )
