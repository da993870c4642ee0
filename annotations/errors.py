"""Errors that are meant for people: what happened, where, and what to do."""


class ZhaoshangError(Exception):
    """Input or configuration that this project cannot work with; the message says where and what to do."""


class DataError(ZhaoshangError):
    """A document, annotation or scheme that does not hold what it must.

    Args:
        message: what is wrong and how to mend it.
        where: file and line, or document id; put in front of the message.
    """

    def __init__(self, message: str, where: str = "") -> None:
        super().__init__(f"{where}: {message}" if where else message)
        self.where = where
