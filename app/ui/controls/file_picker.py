"""The system's dialog for choosing pictures and videos."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

# A help for the eye only: what a file really is decides the media process.
_PICTURES = "*.png *.jpg *.jpeg *.webp *.gif *.bmp *.tif *.tiff *.heic *.heif *.avif"
_VIDEOS = "*.mp4 *.mov *.m4v *.mkv *.webm *.avi *.mpg *.mpeg *.ts *.3gp"


class FilePicker(QFileDialog):
    """Opened without a loop of its own; gone when it is closed.

    Signals:
        paths_chosen: a tuple of Paths
    """

    paths_chosen = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "Add pictures or videos")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFileMode(QFileDialog.FileMode.ExistingFiles)
        self.setNameFilters([f"Pictures and videos ({_PICTURES} {_VIDEOS})", "All files (*)"])
        self.filesSelected.connect(self._on_files_selected)

    def _on_files_selected(self, names: list[str]) -> None:
        self.paths_chosen.emit(tuple(Path(name) for name in names))
