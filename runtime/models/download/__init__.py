"""Downloads models: several sources, resumed after anything, verified before they count.

`model_download` fetches what belongs to a model, `file_download` one file; `network` alone
opens connections, and refuses to while the user wants none.
"""
