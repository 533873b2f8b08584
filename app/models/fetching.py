"""Makes the downloads of the catalogue's models."""

from app.models.downloads import Report, Transfer
from app.models.knowledge import Knowledge
from app.models.offers import OfferKey
from app.settings_keeper import SettingsKeeper
from runtime.models.installed import InstalledModel
from runtime.problems import Problem, RuntimeFailure


class Fetching:
    """Knows the settings that a download goes by."""

    def __init__(self, knowledge: Knowledge, settings: SettingsKeeper) -> None:
        self._knowledge = knowledge
        self._settings = settings

    def make(self, key: OfferKey) -> Transfer:
        """A download of one model."""
        return _Transfer()


class _Transfer:
    def run(self, report: Report) -> InstalledModel | None:
        """Fetch."""
        raise RuntimeFailure(Problem.UNEXPECTED)

    def pause(self) -> None:
        """Stand still."""

    def cancel(self) -> None:
        """End."""
