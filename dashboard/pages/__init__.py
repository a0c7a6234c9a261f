"""The screens, one ``render()`` each."""
