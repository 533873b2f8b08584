"""Decodes pictures and videos nobody vouches for, each in a process of its own.

`client` is the public face. `pictures`, `video`, `colour` and `video_*` import decoders and run
in the media process only.
"""
