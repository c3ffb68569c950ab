"""Python only: handlers typed with TypedDict and with Pydantic, a serializer of one's own, and service configuration."""

import json
from datetime import datetime, timedelta
from typing import Optional, TypedDict

import restate
from pydantic import BaseModel
from restate.serde import Serde

typed = restate.Service("Typed")
custom = restate.VirtualObject("Custom")
configured = restate.Workflow(
    "Configured",
    inactivity_timeout=timedelta(minutes=15),
    abort_timeout=timedelta(minutes=20),
    idempotency_retention=timedelta(days=3),
    journal_retention=timedelta(days=2),
    enable_lazy_state=True,
    invocation_retry_policy=restate.InvocationRetryPolicy(
        initial_interval=timedelta(seconds=1),
        exponentiation_factor=3.0,
        max_interval=timedelta(seconds=30),
        max_attempts=10,
        on_max_attempts="pause",
    ),
)


class Order(TypedDict):
    product: str
    count: int


class Parcel(BaseModel):
    sent: datetime
    sides: tuple[int, int]


class Receipt(BaseModel):
    sent: datetime
    area: int


@typed.handler("withTypedDict")
async def with_typed_dict(ctx: restate.Context, order: Order) -> Order:
    return Order(product=order["product"], count=order["count"] * 2)


@typed.handler("withPydantic")
async def with_pydantic(ctx: restate.Context, parcel: Parcel) -> Receipt:
    def measure() -> Receipt:
        return Receipt(sent=parcel.sent, area=parcel.sides[0] * parcel.sides[1])

    receipt = await ctx.run_typed("measure", measure, restate.RunOptions(type_hint=Receipt))
    assert isinstance(receipt, Receipt)
    return receipt


class Reading(TypedDict):
    name: str
    number: int


class ReadingSerde(Serde[Reading]):
    """JSON with other names than the program uses: a mistake in the choice of serializer shows."""

    def deserialize(self, buf: bytes) -> Optional[Reading]:
        if not buf:
            return None
        found = json.loads(buf)
        return Reading(name=found["reading"], number=found["value"])

    def serialize(self, obj: Optional[Reading]) -> bytes:
        if obj is None:
            return b""
        return json.dumps({"reading": obj["name"], "value": obj["number"]}).encode()


@custom.handler(input_serde=ReadingSerde(), output_serde=ReadingSerde())
async def store(ctx: restate.ObjectContext, reading: Reading) -> Reading:
    before = await ctx.get("reading", serde=ReadingSerde())
    ctx.set("reading", reading, serde=ReadingSerde())
    return before or reading


@configured.main(workflow_retention=timedelta(days=4))
async def run(ctx: restate.WorkflowContext, req: str) -> str:
    return req


@configured.handler(ingress_private=True)
async def inside(ctx: restate.WorkflowSharedContext) -> str:
    return "seen"


python_only = [typed, custom, configured]
