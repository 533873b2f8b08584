"""Small widgets that any panel uses: buttons, labels, form fields, thumbnails, bars.

May import `style`, values and texts, and no panel.
"""
