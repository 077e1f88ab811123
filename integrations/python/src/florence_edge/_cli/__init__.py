"""The command `florence-edge`."""
