"""The panel that shows a conversation: cards of questions and answers, and Markdown.

May import `controls` and `style`, and no other panel.
"""
