"""What the user asks of models, said by every panel that shows them."""

from PySide6.QtCore import QObject, Signal


class ModelActions(QObject):
    """One place to say it, so that nothing is passed on from panel to panel.

    Signals:
        model_chosen: the installed ModelOption to load now
        fetch_and_use_requested: the ModelOption to download and, once it is there, load
        download_requested: the ModelOption to download
        pause_requested: the ModelOption whose download should stand still
        resume_requested: the ModelOption whose download should go on
        cancel_requested: the ModelOption whose download should end
        delete_requested: the ModelOption whose files should go
        import_chosen: the ModelImport of a file the user has
        models_folder_chosen: the FolderChange to another models folder
        demo_chosen: look around with the demo
        unload_requested: free the memory now
        load_cancel_requested: give up the load that runs
        folder_requested: show the models folder
        context_previewed: tokens of context the user is thinking about; 0 lets us choose
        context_chosen: tokens of context the user wants; 0 lets us choose
    """

    model_chosen = Signal(object)
    fetch_and_use_requested = Signal(object)
    download_requested = Signal(object)
    pause_requested = Signal(object)
    resume_requested = Signal(object)
    cancel_requested = Signal(object)
    delete_requested = Signal(object)
    import_chosen = Signal(object)
    models_folder_chosen = Signal(object)
    demo_chosen = Signal()
    unload_requested = Signal()
    load_cancel_requested = Signal()
    folder_requested = Signal()
    context_previewed = Signal(int)
    context_chosen = Signal(int)
