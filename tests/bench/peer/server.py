"""llama.cpp's server out of the wheel xllamacpp, with llama-server's words for its options."""

import argparse
import signal
import sys

import xllamacpp  # type: ignore[import-not-found,import-untyped,unused-ignore]


def main() -> int:
    parser = argparse.ArgumentParser()
    for name in ("--model", "--mmproj"):
        parser.add_argument(name, required=True)
    for name in ("--ctx-size", "--threads", "--port"):
        parser.add_argument(name, type=int, required=True)
    parser.add_argument("--image-max-tokens", type=int, default=-1)
    options = parser.parse_args()
    parameters = xllamacpp.CommonParams()
    parameters.model.path = options.model
    parameters.mmproj.path = options.mmproj
    parameters.n_ctx = options.ctx_size
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = options.threads
    parameters.port = options.port
    parameters.image_max_tokens = options.image_max_tokens
    # What llama-server makes of its own default (-1); the wheel's default is 1 slot, which
    # would have to read a conversation again after every switch.
    parameters.n_parallel, parameters.kv_unified = 4, True
    server = xllamacpp.Server(parameters)
    sys.stdout.write(f"{server.listening_address}\n")
    sys.stdout.flush()
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    return 0


if __name__ == "__main__":
    sys.exit(main())
