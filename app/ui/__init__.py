"""The window: `main_window` places the panels, and every folder below is one of them.

Panels show Qt models and values of `app`, and emit what the user asks for to the actions
objects of `chat`, `model_manager` and `settings`. They know no other panel and no presenter;
what several of them use is in `controls` and `style`.
"""
