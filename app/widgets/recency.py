"""Groups chats by how long ago they changed: pure."""

from datetime import date, datetime, timedelta


def section(changed_at: datetime, today: date) -> str:
    """The heading a chat stands under."""
    changed = changed_at.astimezone().date()
    if changed >= today:
        return "Today"
    if changed == today - timedelta(days=1):
        return "Yesterday"
    if changed > today - timedelta(days=7):
        return "This week"
    if changed > today - timedelta(days=30):
        return "This month"
    return "Earlier"
