"""`sideglance pull`: download a model on the terminal."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

from app.cli.console import Console, first_interrupt
from app.cli.model_choice import Look, Pick, find_model, find_quantisation, pick_any, pick_form
from app.cli.models_text import (
    download_stopped,
    installed_in_words,
    nothing_fits,
    picked,
    quantisation_unknown,
)
from app.cli.this_computer import look_at_this_computer
from app.model_manager.options.option_text import transfer_in_words
from app.notifications.problem_messages import explain
from app.platform.paths import find_paths
from app.settings.settings import Settings, library_of, load_settings
from runtime.models.catalogue import CatalogueModel, load_catalogue
from runtime.models.choose import NothingFits
from runtime.models.download.model_download import ModelDownload
from runtime.models.download.model_files import DownloadItem, download_item_of
from runtime.models.download.network import Network
from runtime.models.download.progress import TransferState
from runtime.models.download.sources import sources_for
from runtime.models.installed_model import InstalledModel
from runtime.models.library.unfinished_downloads import Unfinished
from runtime.problems import Problem, RuntimeFailure

FETCHED = 0
NOT_FETCHED = 4
INTERRUPTED = 130


@dataclass(frozen=True, slots=True, kw_only=True)
class PullArguments:
    """Download a model.

    Attributes:
        model: as a person calls it, such as "4B" or "Qwen3.5 4B"; None takes the best here
        quantisation: such as "Q4_K_M"; None takes the best of the model here
        endpoint: where from; None is as in the settings
        proxy: through what; None is as in the settings
        as_json: one JSON object in place of a sentence
    """

    model: str | None
    quantisation: str | None
    endpoint: str | None
    proxy: str | None
    as_json: bool

    def run(self) -> int:
        """Do it; returns the exit code."""
        return run_pull(self)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What may be written after `sideglance pull`."""
    parser.description = "Download a model with its projector, or go on with a download."
    parser.epilog = (
        "Exit codes: 0 it is there and verified, 2 wrong usage, 4 it could not be fetched, "
        "130 stopped with Ctrl+C. What was fetched is kept."
    )
    parser.add_argument(
        "model",
        metavar="MODEL",
        nargs="?",
        help='such as "4B" or "Qwen3.5 4B"; otherwise the one that suits this computer best',
    )
    parser.add_argument(
        "--quantisation",
        metavar="Q",
        help="such as Q8_0; otherwise the one that suits this computer best",
    )
    parser.add_argument(
        "--endpoint",
        metavar="URL",
        help="where to download from; several with spaces between are tried in turn",
    )
    parser.add_argument("--proxy", metavar="URL", help="of http, https, socks5 or socks5h")
    parser.add_argument("--json", action="store_true", help="print one JSON object at the end")


def read_arguments(parser: argparse.ArgumentParser, options: argparse.Namespace) -> PullArguments:
    """What was asked for.

    Raises:
        SystemExit: with 2 if it contradicts itself
    """
    if options.model is None and options.quantisation:
        parser.error("--quantisation needs a MODEL")
    return PullArguments(
        model=options.model,
        quantisation=options.quantisation,
        endpoint=options.endpoint,
        proxy=options.proxy,
        as_json=options.json,
    )


def run_pull(
    arguments: PullArguments,
    console: Console | None = None,
    catalogue: Sequence[CatalogueModel] | None = None,
    look: Look = look_at_this_computer,
) -> int:
    """Fetch a model; returns the exit code."""
    console = console or Console()
    try:
        item = _find_unit(arguments, console, catalogue or load_catalogue(), look)
        if item is None:
            return NOT_FETCHED
        installed = _fetch(arguments, item, console)
    except NothingFits as failure:
        console.notification(nothing_fits(failure.missing_bytes))
        return NOT_FETCHED
    except RuntimeFailure as failure:
        console.notification(explain(failure.problem, failure.detail))
        return NOT_FETCHED
    except KeyboardInterrupt:
        console.notification(download_stopped())
        return INTERRUPTED
    if installed is None:
        console.notification(download_stopped())
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
) -> DownloadItem | None:
    if arguments.model is None:
        return _picked(pick_any(catalogue, _unfinished(), look), console)
    model = find_model(catalogue, arguments.model)
    if model is None:
        raise RuntimeFailure(Problem.MODEL_NAME_UNKNOWN, arguments.model)
    if arguments.quantisation is None:
        return _picked(pick_form(model, _unfinished(), look), console)
    quantisation = find_quantisation(model, arguments.quantisation)
    if quantisation is None:
        snapshot = [one.name for one in model.quantisations]
        console.notification(quantisation_unknown(model.name, arguments.quantisation, snapshot))
        return None
    return download_item_of(model, quantisation)


def _picked(pick: Pick, console: Console) -> DownloadItem:
    console.notification(picked(pick.reason))
    return download_item_of(pick.model, pick.quantisation)


def _unfinished() -> Sequence[Unfinished]:
    paths = find_paths()
    return library_of(load_settings(paths.settings).settings, paths).unfinished()


def _fetch(arguments: PullArguments, item: DownloadItem, console: Console) -> InstalledModel | None:
    paths = find_paths()
    settings = load_settings(paths.settings).settings
    download = ModelDownload(
        item,
        library=library_of(settings, paths),
        network=_network(arguments, settings),
        sources=sources_for(
            settings.endpoint if arguments.endpoint is None else arguments.endpoint
        ),
    )
    title = f"{item.name} {item.quantisation}"

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
