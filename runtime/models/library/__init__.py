"""The models folder on this computer, which the user may move, and model files elsewhere.

`library` says what is installed; a model counts once its manifest is written.
"""
