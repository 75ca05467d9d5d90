"""Draws an app's logo from its name: colours, letters, shapes and styles. Pure: the same words give the same logo."""
