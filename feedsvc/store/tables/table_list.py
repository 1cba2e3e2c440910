"""The list of all tables of the store, which the modules with tables fill."""

from typing import Final

from sqlalchemy import MetaData

metadata: Final = MetaData()
