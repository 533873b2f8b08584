"""`sideglance pull`: download a model on the terminal."""

from collections.abc import Sequence

from app.cli_models import PullArguments
from app.commands.console import Console
from app.commands.first_interrupt import first_interrupt
from app.commands.model_names import find_model, find_quantisation
from app.commands.model_words import (
    download_stopped,
    installed_in_words,
    nothing_fits,
    picked,
    quantisation_unknown,
)
from app.commands.picking import Look, Pick, pick_any, pick_form
from app.commands.this_computer import look_at_this_computer
from app.models.offer_words import transfer_in_words
from app.models.place import library_of
from app.paths import find_paths
from app.settings import Settings, load_settings
from app.words import explain
from runtime.models.catalogue import CatalogueModel
from runtime.models.catalogue_file import load_catalogue
from runtime.models.choose import NothingFits
from runtime.models.download.download import ModelDownload
from runtime.models.download.network import Network
from runtime.models.download.sources import sources_for
from runtime.models.download.unit import DownloadUnit, unit_of
from runtime.models.installed import InstalledModel
from runtime.models.library.unfinished import Unfinished
from runtime.models.transfer import TransferState
from runtime.problems import Problem, RuntimeFailure

FETCHED = 0
NOT_FETCHED = 4
INTERRUPTED = 130


def run_pull(
    arguments: PullArguments,
    console: Console | None = None,
    catalogue: Sequence[CatalogueModel] | None = None,
    look: Look = look_at_this_computer,
) -> int:
    """Fetch a model; returns the exit code."""
    console = console or Console()
    try:
        unit = _find_unit(arguments, console, catalogue or load_catalogue(), look)
        if unit is None:
            return NOT_FETCHED
        installed = _fetch(arguments, unit, console)
    except NothingFits as failure:
        console.notice(nothing_fits(failure.missing_bytes))
        return NOT_FETCHED
    except RuntimeFailure as failure:
        console.notice(explain(failure.problem, failure.detail))
        return NOT_FETCHED
    except KeyboardInterrupt:
        console.notice(download_stopped())
        return INTERRUPTED
    if installed is None:
        console.notice(download_stopped())
        return INTERRUPTED
    _say_installed(arguments, installed, console)
    return FETCHED


def installed_record(model: InstalledModel) -> dict[str, object]:
    """What `--json` prints of a model; scripts rely on these names."""
    projector = model.files.projector
    return {
        "name": model.name,
        "quantisation": model.quantisation,
        "size_bytes": model.size_bytes,
        "model": str(model.files.model),
        "projector": str(projector) if projector else None,
        "in_place": not model.is_ours,
    }


def _find_unit(
    arguments: PullArguments, console: Console, catalogue: Sequence[CatalogueModel], look: Look
) -> DownloadUnit | None:
    if arguments.model is None:
        return _picked(pick_any(catalogue, _unfinished(), look), console)
    model = find_model(catalogue, arguments.model)
    if model is None:
        raise RuntimeFailure(Problem.MODEL_NAME_UNKNOWN, arguments.model)
    if arguments.quantisation is None:
        return _picked(pick_form(model, _unfinished(), look), console)
    quantisation = find_quantisation(model, arguments.quantisation)
    if quantisation is None:
        known = [one.name for one in model.quantisations]
        console.notice(quantisation_unknown(model.name, arguments.quantisation, known))
        return None
    return unit_of(model, quantisation)


def _picked(pick: Pick, console: Console) -> DownloadUnit:
    console.notice(picked(pick.reason))
    return unit_of(pick.model, pick.quantisation)


def _unfinished() -> Sequence[Unfinished]:
    paths = find_paths()
    return library_of(load_settings(paths.settings).settings, paths).unfinished()


def _fetch(arguments: PullArguments, unit: DownloadUnit, console: Console) -> InstalledModel | None:
    paths = find_paths()
    settings = load_settings(paths.settings).settings
    download = ModelDownload(
        unit,
        library=library_of(settings, paths),
        network=_network(arguments, settings),
        sources=sources_for(
            settings.endpoint if arguments.endpoint is None else arguments.endpoint
        ),
    )
    title = f"{unit.name} {unit.quantisation}"

    def show(state: TransferState) -> None:
        console.progress(f"{title}: {transfer_in_words(state)}")

    with first_interrupt(download.pause):
        return download.run(show)


def _network(arguments: PullArguments, settings: Settings) -> Network:
    proxy = settings.proxy if arguments.proxy is None else arguments.proxy
    return Network(is_offline=lambda: settings.offline, proxy=proxy)


def _say_installed(arguments: PullArguments, installed: InstalledModel, console: Console) -> None:
    if arguments.as_json:
        console.record(installed_record(installed))
        return
    console.piece(installed_in_words(installed))
    console.end_line()
