"""What the user asks of the conversation, said by every panel that can be asked."""

from PySide6.QtCore import QObject, Signal


class ChatActions(QObject):
    """One place to say it, so that nothing is passed on from panel to panel.

    Signals:
        question_submitted: the question; empty only if something is attached
        question_typed: the question as far as it is written
        stop_requested: the open answer should end
        files_given: a tuple of Paths that were dropped, pasted or chosen
        picture_given: a QImage that was dropped or pasted
        link_refused: only a web address was dropped, which we never fetch
        attachment_removed: EntryId
        chat_chosen: ChatId
        new_chat_requested: begin a new chat
        chat_renamed: ChatRenaming
        chat_deleted: ChatId
        turn_edit_requested: TurnId of a user's turn
        regenerate_requested: TurnId of an answer
        version_chosen: the TurnVersion to show instead
        notification_action_chosen: the Notification whose action was chosen
    """

    question_submitted = Signal(str)
    question_typed = Signal(str)
    stop_requested = Signal()
    files_given = Signal(object)
    picture_given = Signal(object)
    link_refused = Signal()
    attachment_removed = Signal(object)
    chat_chosen = Signal(object)
    new_chat_requested = Signal()
    chat_renamed = Signal(object)
    chat_deleted = Signal(object)
    turn_edit_requested = Signal(object)
    regenerate_requested = Signal(object)
    version_chosen = Signal(object)
    notification_action_chosen = Signal(object)
