"""A text document made from Markdown that loads nothing from anywhere."""

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import (
    QColor,
    QFont,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFrameFormat,
    QTextTable,
)

from app.ui.style.theme import SMALL, Theme

_FEATURES = (
    QTextDocument.MarkdownFeature.MarkdownNoHTML
    | QTextDocument.MarkdownFeature.MarkdownDialectGitHub
)
# Qt's own steps: 2 is half as large again as the text, 1 a fifth; Markdown's go up to 3.
_HEADING_STEPS = {1: 2, 2: 1}
_LINE_HEIGHT_PERCENT = 138.0
_PROPORTIONAL = QTextBlockFormat.LineHeightTypes.ProportionalHeight.value


class SealedDocument(QTextDocument):
    """A document whose text can name a resource and never gets it."""

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """Nothing, whatever is asked for."""
        return None


def make_markdown_document(markdown: str, theme: Theme, parent: QObject) -> SealedDocument:
    """Markdown as a document in the theme's type and colours."""
    document = SealedDocument(parent)
    document.setDefaultFont(theme.font())
    document.setDocumentMargin(0)
    document.setIndentWidth(22)
    document.setMarkdown(markdown, _FEATURES)
    _replace_pictures(document)
    _style_tables(document, theme)
    _style_blocks(document, theme)
    document.setUndoRedoEnabled(False)
    return document


def _replace_pictures(document: SealedDocument) -> None:
    """Put a picture's own words in its place.

    A document that is laid out with a picture in it looks for the file by itself when
    loadResource has nothing, and a path such as //host/share is a network request.
    """
    cursor = QTextCursor(document)
    while not (cursor := document.find("\ufffc", cursor)).isNull():
        if cursor.charFormat().isImageFormat():
            words = cursor.charFormat().toImageFormat().property(QTextFormat.Property.ImageAltText)
            cursor.insertText(f"[{words or 'picture'}]", QTextCharFormat())


def _style_blocks(document: SealedDocument, theme: Theme) -> None:
    block = document.begin()
    while block.isValid():
        _style_block(block, theme)
        _style_fragments(block, theme)
        block = block.next()


def _style_block(block: QTextBlock, theme: Theme) -> None:
    cursor = QTextCursor(block)
    layout = QTextBlockFormat()
    layout.setLineHeight(_LINE_HEIGHT_PERCENT, _PROPORTIONAL)
    in_table = cursor.currentTable() is not None
    is_last = not block.next().isValid()
    layout.setTopMargin(0)
    layout.setBottomMargin(0 if in_table or is_last else _gap_after(block))
    level = block.blockFormat().headingLevel()
    if level:
        layout.setTopMargin(0 if block.blockNumber() == 0 else SMALL)
        _style_heading(block, level)
    if block.blockFormat().hasProperty(QTextFormat.Property.BlockQuoteLevel):
        _colour(block, theme.colours.quiet)
    cursor.mergeBlockFormat(layout)


def _gap_after(block: QTextBlock) -> float:
    in_list = block.textList() is not None and block.next().textList() is not None
    return 4 if in_list else 11


def _style_heading(block: QTextBlock, level: int) -> None:
    look = QTextCharFormat()
    look.setProperty(QTextFormat.Property.FontSizeAdjustment, _HEADING_STEPS.get(level, 0))
    look.setFontWeight(QFont.Weight.DemiBold)
    _merge(block, look)


def _colour(block: QTextBlock, colour: str) -> None:
    look = QTextCharFormat()
    look.setForeground(QColor(colour))
    _merge(block, look)


def _merge(block: QTextBlock, look: QTextCharFormat) -> None:
    cursor = QTextCursor(block)
    cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
    cursor.mergeCharFormat(look)


def _style_fragments(block: QTextBlock, theme: Theme) -> None:
    spans = []
    iterator = block.begin()
    while not iterator.atEnd():
        fragment = iterator.fragment()
        if look := _look_of(fragment.charFormat(), theme):
            spans.append((fragment.position(), fragment.length(), look))
        iterator += 1
    # Merging rearranges fragments, so the walk has to be over before it starts.
    for position, length, look in spans:
        cursor = QTextCursor(block)
        cursor.setPosition(position)
        cursor.setPosition(position + length, QTextCursor.MoveMode.KeepAnchor)
        cursor.mergeCharFormat(look)


def _look_of(found: QTextCharFormat, theme: Theme) -> QTextCharFormat | None:
    look = QTextCharFormat()
    if found.fontFixedPitch():
        font = theme.code_font()
        look.setFontFamilies(font.families())
        look.setFontPointSize(font.pointSizeF())
        look.setBackground(QColor(theme.colours.code))
        return look
    if found.isAnchor():
        look.setForeground(QColor(theme.colours.accent))
        look.setFontUnderline(True)
        return look
    return None


def _style_tables(document: SealedDocument, theme: Theme) -> None:
    for frame in document.rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            look = frame.format()
            look.setBorder(1)
            look.setBorderCollapse(True)
            look.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
            look.setBorderBrush(QColor(theme.colours.line))
            look.setCellPadding(7)
            look.setTopMargin(2)
            look.setBottomMargin(SMALL)
            frame.setFormat(look)
