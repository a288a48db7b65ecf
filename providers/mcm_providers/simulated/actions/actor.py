"""Orders at the simulated cloud: steps, sending, looking."""

from collections.abc import Callable, Sequence

from mcm.contract import CallContext, ResourceKind, ResourceRef
from mcm.contract.actions import ACTIONS, Effect, Order, Outlook, Receipt, Repeat, Step
from mcm_providers.simulated.actions.desk import Desk
from mcm_providers.simulated.actions.looks import look
from mcm_providers.simulated.actions.table import DEEDS
from mcm_providers.simulated.client import CloudClient
from mcm_providers.simulated.errors import ApiError
from mcm_providers.simulated.settings import Settings
from mcm_providers.simulated.world import World

ScopeOf = Callable[[ResourceKind, str], str]


class Acting:
    """scope_of: the native scope that the flavour gives to what is new."""

    def __init__(
        self, world: World, settings: Settings, client: CloudClient, context: CallContext, scope_of: ScopeOf
    ) -> None:
        self._world, self._settings, self._client = world, settings, client
        self._context, self._scope_of = context, scope_of

    def steps(self, order: Order) -> Sequence[Step]:
        verb, repeat = order.action.partition(".")[2], DEEDS[order.action].repeat
        if order.action == "instance.create_image" and order.params.volume is not None:  # type: ignore[attr-defined]
            return [Step("copy", repeat, undo="drop_copy"), Step(verb, repeat), Step("drop_copy", Repeat.HARMLESS)]
        return [Step(verb, repeat)]

    def send(self, order: Order) -> Receipt:
        limit = self._client.sign_in()
        self._context.sending()
        made = self._client.act(order.action, order.region, lambda: self._received(order, limit))
        if made is not None:
            made = made._replace(native_scope=self._scope_of(made.kind, made.region))
        number = self._world.total_calls
        return Receipt({"accepted": "yes"}, made=made, request_id=f"sim-{self._world.boot}-{number}")

    def look(self, order: Order) -> Outlook:
        return self._client.act(f"look:{order.action}", order.region, lambda: look(self._world, order, self._scope_of))

    def _received(self, order: Order, limit: str | None) -> ResourceRef | None:
        desk = Desk(self._world, self._settings.action_s, limit, order.token, self._settings.image_formats[0])
        try:
            return DEEDS[order.action].do(desk, order)
        except ApiError as error:
            gone = error.code == "no_such_thing" and order.target is not None
            if gone and ACTIONS[order.action].effect is Effect.DESTROYS:
                return None
            raise
