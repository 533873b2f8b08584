"""Models, as the window manages them: what is here, which is loaded, downloads, deleting, moving.

Knows no `chat` and no widget. What could run on this computer is worked out in `options`; the
decisions themselves are pure functions in `runtime.models`.
"""
