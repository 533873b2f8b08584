"""The conversation: its values and Qt models, the presenter, answers, attachments, prefill ahead.

May import `model_manager`, `engine` and what they may. `storage` below keeps chats in SQLite
and knows nothing of what is up here but the values in `turns`.
"""
