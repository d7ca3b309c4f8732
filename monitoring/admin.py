"""The admin of each subject of this room, which Django finds here."""

__all__: list[str] = []
