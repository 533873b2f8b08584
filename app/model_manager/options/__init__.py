"""Every model that this computer could run, what each would cost, and that in words.

`model_options` holds the values, `build_options` works them out, `options_model` is what the
window watches.
"""
