"""An ML backend of Label Studio, which pre-annotates with a florence-edge API: `florence-edge label-studio`, or `create_app` for a WSGI server of yours."""

from .app import create_app

__all__ = ["create_app"]
