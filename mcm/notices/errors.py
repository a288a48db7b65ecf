"""What the notices room refuses."""

from mcm.errors import Conflict, InvalidInput, NotFound


class NoticeTargetNotFound(NotFound):
    code = "notice_target_not_found"


class NoticeTargetExists(Conflict):
    code = "notice_target_exists"


class InvalidNoticeTarget(InvalidInput):
    """An address that nothing is ever sent to, or parts that do not belong together."""

    code = "invalid_notice_target"


class NoticeDeliveryNotFound(NotFound):
    code = "notice_delivery_not_found"


class NoticeTargetDisabled(Conflict):
    code = "notice_target_disabled"


class NoticeUnderWay(Conflict):
    """It has not ended: it is tried again by itself."""

    code = "notice_under_way"
