"""Who listens to which wish of the window."""

from app.chat.services import ChatHouse
from app.model_manager.services import ModelHouse
from app.ui.main_window import MainWindow


def introduce_chat(window: MainWindow, chat: ChatHouse) -> None:
    """Let the conversation's side grant what the window asks of it."""
    window.question_submitted.connect(chat.controller.send)
    window.question_typed.connect(chat.work_ahead.take_draft)
    window.stop_requested.connect(chat.controller.stop)
    window.turn_edit_requested.connect(chat.controller.edit)
    window.regenerate_requested.connect(chat.controller.regenerate)
    window.version_chosen.connect(chat.controller.choose_version)
    window.notice_action_chosen.connect(chat.controller.act_on)
    window.chat_chosen.connect(chat.shelf.open)
    window.new_chat_requested.connect(chat.shelf.begin_new)
    window.chat_renamed.connect(chat.shelf.rename)
    window.chat_deleted.connect(chat.shelf.delete)
    window.files_given.connect(chat.attachments.add_files)
    window.picture_given.connect(chat.attachments.add_picture)
    window.remote_refused.connect(chat.attachments.refuse_remote)
    window.attachment_removed.connect(chat.attachments.remove)


def introduce_models(window: MainWindow, models: ModelHouse) -> None:
    """Let the models' side grant what the window asks of it."""
    wishes = window.model_wishes
    wishes.model_chosen.connect(models.choose)
    wishes.demo_chosen.connect(models.choose_demo)
    wishes.download_requested.connect(models.fetch)
    wishes.fetch_and_use_requested.connect(models.fetch_and_use)
    wishes.resume_requested.connect(models.fetch)
    wishes.pause_requested.connect(models.pause)
    wishes.cancel_requested.connect(models.cancel)
    wishes.delete_requested.connect(models.delete)
    wishes.context_previewed.connect(models.preview_context)
    wishes.context_chosen.connect(models.choose_context)
    wishes.import_chosen.connect(models.imports.take)
    window.models_folder_chosen.connect(models.relocation.change)
    wishes.unload_requested.connect(models.loading.unload)
    wishes.load_cancel_requested.connect(models.loading.cancel)
