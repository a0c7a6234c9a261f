"""The errors this project raises; everything else is a defect."""


class ContraflowError(Exception):
    """Base of every error a user is meant to read: one sentence, with the cure."""


class ContractError(ContraflowError):
    """A table does not keep its contract."""


class CrsError(ContractError):
    """A frame is in another coordinate reference system than it must be."""


class SourceError(ContraflowError):
    """A file cannot be taken in as it is; nothing was stored."""


class QueryError(ContraflowError):
    """A question to the store cannot be answered."""


class StoreError(ContraflowError):
    """The store is missing, damaged, or holds no release."""


class RoleError(ContraflowError):
    """This server may not show it to its readers, or does not know who they are."""


class FilterError(ContraflowError):
    """A reader's choice is not one this release can answer."""


class KeptError(ContraflowError):
    """A note or a saved view cannot be read or kept; what is there stays as it is."""


class SnapshotError(ContraflowError):
    """Something may not or cannot leave, or what left is not what it was; nothing was written."""
