"""The desktop window and the command line of Sideglance.

Imports point one way: ui -> chat -> model_manager -> engine -> runtime. `application` builds
and connects everything; `settings`, `notifications` and `platform` may be used by all.
"""

VERSION = "0.1.0"
