"""The templates: read, resolved and checked by what they mean, not by how they are written."""

__all__: list[str] = []
