"""What may be written after `sideglance pull` and `sideglance models`."""

import argparse
from dataclasses import dataclass
from pathlib import Path


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelsArguments:
    """List, delete, import or move models.

    Attributes:
        delete: the name of the model to delete
        quantisation: which one of several with that name
        file: the model file to import
        projector: its projector; None looks beside it
        in_place: use the files where they are
        folder: where to move the models folder
        as_json: one JSON object in place of sentences
    """

    delete: str | None
    quantisation: str | None
    file: Path | None
    projector: Path | None
    in_place: bool
    folder: Path | None
    as_json: bool


def add_pull(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `pull`."""
    pull = commands.add_parser(
        "pull",
        help="download a model",
        description="Download a model with its projector, or go on with a download.",
        epilog="Exit codes: 0 it is there and verified, 2 wrong usage, 4 it could not be fetched, "
        "130 stopped with Ctrl+C. What was fetched is kept.",
        allow_abbrev=False,
    )
    pull.add_argument(
        "model",
        metavar="MODEL",
        nargs="?",
        help='such as "4B" or "Qwen3.5 4B"; otherwise the one that suits this computer best',
    )
    pull.add_argument(
        "--quantisation",
        metavar="Q",
        help="such as Q8_0; otherwise the one that suits this computer best",
    )
    pull.add_argument(
        "--endpoint",
        metavar="URL",
        help="where to download from; several with spaces between are tried in turn",
    )
    pull.add_argument("--proxy", metavar="URL", help="of http, https, socks5 or socks5h")
    pull.add_argument("--json", action="store_true", help="print one JSON object at the end")


def pull_arguments(parser: argparse.ArgumentParser, options: argparse.Namespace) -> PullArguments:
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


def add_models(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `models`."""
    models = commands.add_parser(
        "models",
        help="list, delete, import or move models",
        description="List the models on this computer; or delete, import or move them.",
        epilog="Exit codes: 0 done, 2 wrong usage, 4 it could not be done, "
        "130 stopped with Ctrl+C, and nothing was changed.",
        allow_abbrev=False,
    )
    one_of = models.add_mutually_exclusive_group()
    one_of.add_argument("--delete", metavar="MODEL", help="delete a model or a download")
    one_of.add_argument(
        "--import", dest="file", type=Path, metavar="FILE", help="take a GGUF file of yours"
    )
    one_of.add_argument(
        "--move", dest="folder", type=Path, metavar="FOLDER", help="move all models there"
    )
    models.add_argument("--quantisation", metavar="Q", help="with --delete: which one of several")
    models.add_argument(
        "--projector", type=Path, metavar="FILE", help="with --import: otherwise one beside it"
    )
    models.add_argument(
        "--in-place", action="store_true", help="with --import: use it where it is, do not copy it"
    )
    models.add_argument("--json", action="store_true", help="print one JSON object")


def models_arguments(
    parser: argparse.ArgumentParser, options: argparse.Namespace
) -> ModelsArguments:
    """What was asked for."""
    if options.file is None and (options.projector or options.in_place):
        parser.error("--projector and --in-place need --import")
    if options.delete is None and options.quantisation:
        parser.error("--quantisation needs --delete")
    return ModelsArguments(
        delete=options.delete,
        quantisation=options.quantisation,
        file=options.file,
        projector=options.projector,
        in_place=options.in_place,
        folder=options.folder,
        as_json=options.json,
    )
