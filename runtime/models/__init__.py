"""Model files and decisions about them: catalogue, GGUF headers, memory, speed, the choice.

Pure but for the readers of files. DownloadFactory is in `download`, the models folder in `library`.
"""
