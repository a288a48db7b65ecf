"""What can be wrong with a question about utilisation."""

from mcm.errors import InvalidInput


class NoUtilisation(InvalidInput):
    """The account's cloud cannot be asked, or the span makes no sense."""

    code = "no_utilisation"
