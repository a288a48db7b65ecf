"""What can be wrong with bills, charges and months."""

from mcm.errors import Conflict, InvalidInput, NotFound


class ImportNotFound(NotFound):
    code = "charge_import_not_found"


class MonthNotFound(NotFound):
    code = "cost_month_not_found"


class InvalidBill(InvalidInput):
    """details.report: what is wrong, by line; nothing of it was stored."""

    code = "invalid_bill"


class InvalidDimension(InvalidInput):
    code = "invalid_cost_dimension"


class InvalidCharge(InvalidInput):
    code = "invalid_charge"


class MonthClosed(Conflict):
    code = "cost_month_closed"


class MonthRunning(Conflict):
    code = "cost_month_running"


class NothingToMeter(Conflict):
    code = "nothing_to_meter"


class RemainderUnnamed(InvalidInput):
    code = "remainder_unnamed"


class ChargesExtraMissing(InvalidInput):
    code = "charges_extra_missing"
