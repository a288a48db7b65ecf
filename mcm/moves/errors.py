"""What can be wrong with a move, and what can go wrong on its way."""

from mcm.errors import Conflict, McmError, NotFound


class MoveNotFound(NotFound):
    code = "move_not_found"


class MoveNotPossible(Conflict):
    """mcm cannot do it; `details.person` says what a person has to do."""

    code = "move_not_possible"


class MoveBusy(Conflict):
    """The instance is on its way already."""

    code = "move_busy"


class MoveNotOpen(Conflict):
    """The move is not at the point where this can be done."""

    code = "move_not_open"


class MoveOwnerGone(McmError):
    """Whoever asked for the move may not come in any more."""

    code = "move_owner_gone"
    status = 403


class StepFailed(McmError):
    """An operation of the move failed; its own error stands in the message."""

    code = "move_step_failed"
    status = 502


class ImageCorrupt(McmError):
    """What arrived is not what the cloud said it would be."""

    code = "image_corrupt"
    status = 502


class ConverterMissing(McmError):
    """qemu-img is not installed here."""

    code = "converter_missing"
    status = 503


class ConversionFailed(McmError):
    """qemu-img refused the image, or mcm did before it: unsafe, or of a format that is not converted."""

    code = "conversion_failed"
    status = 422


class StagingFull(McmError):
    """The data directory has no room for the image."""

    code = "staging_full"
    status = 503


class NotVerified(McmError):
    """What is at the target is not what was sent there, or the source changed meanwhile."""

    code = "move_not_verified"
    status = 502
