"""Wants a model from the internet while the offline switch is on: the folder."""

import sys
from pathlib import Path

from helpers.fetching import Fetcher, content_of, download_item_for, remote

from runtime.problems import DownloadFailure, Problem

if __name__ == "__main__":
    fetcher = Fetcher(
        folder=Path(sys.argv[1]),
        endpoint="https://huggingface.co https://www.modelscope.cn",
        is_offline=lambda: True,
        proxy="socks5://127.0.0.1:9",
    )
    try:
        fetcher.run(download_item_for(remote("model.gguf", content_of(1, 100))))
    except DownloadFailure as failure:
        sys.exit(failure.problem is not Problem.OFFLINE)
    sys.exit(2)
