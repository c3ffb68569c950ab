"""The services that the programs of all languages have in common; test/languages/driver.ts drives them."""

import uuid
from collections import Counter
from datetime import timedelta
from typing import TypedDict

import restate
from restate import RunOptions, TerminalError

workbench = restate.Service("Workbench")
ledger = restate.VirtualObject("Ledger")
approval = restate.Workflow("Approval")
trip = restate.Service("Trip")


class Entry(TypedDict):
    key: str
    line: str


class DelayedEntry(Entry):
    delayMillis: int


class Reply(TypedDict):
    id: str
    text: str


class Failures(TypedDict):
    key: str
    count: int


@ledger.handler()
async def append(ctx: restate.ObjectContext, line: str) -> int:
    found = [*(await ctx.get("lines", type_hint=list[str]) or []), line]
    ctx.set("lines", found)
    return len(found)


@ledger.handler(kind="shared")
async def lines(ctx: restate.ObjectSharedContext) -> list[str]:
    return await ctx.get("lines", type_hint=list[str]) or []


@ledger.handler()
async def clear(ctx: restate.ObjectContext) -> None:
    ctx.clear_all()


@workbench.handler()
async def greet(ctx: restate.Context, name: str) -> str:
    salutation = await ctx.run_typed("salutation", lambda: "Hello", RunOptions(type_hint=str))
    return f"{salutation}, {name}!"


@workbench.handler()
async def trail(ctx: restate.Context, key: str) -> list[str]:
    """Three steps whose results differ each time they run: what a second run of a journaled step would show."""
    tokens = []
    for number in range(3):
        token = await ctx.run_typed(f"token-{number}", lambda: str(uuid.uuid4()), RunOptions(type_hint=str))
        await ctx.object_call(append, key=key, arg=token)
        await ctx.sleep(timedelta(milliseconds=300), name=f"pause-{number}")
        tokens.append(token)
    return tokens


@workbench.handler()
async def nap(ctx: restate.Context, millis: int) -> str:
    await ctx.sleep(timedelta(milliseconds=millis))
    return "awake"


@workbench.handler()
async def record(ctx: restate.Context, entry: Entry) -> int:
    return await ctx.object_call(append, key=entry["key"], arg=entry["line"])


@workbench.handler()
async def post(ctx: restate.Context, entry: DelayedEntry) -> str:
    delay = timedelta(milliseconds=entry["delayMillis"])
    handle = ctx.object_send(append, key=entry["key"], arg=entry["line"], send_delay=delay)
    return await handle.invocation_id()


@workbench.handler()
async def ask(ctx: restate.Context, key: str) -> str:
    """Writes the id of an awakeable into the ledger and waits for it."""
    name, answer = ctx.awakeable(type_hint=str)
    ctx.object_send(append, key=key, arg=name)
    return f"the answer is {await answer}"


@workbench.handler()
async def reply(ctx: restate.Context, to: Reply) -> None:
    ctx.resolve_awakeable(to["id"], to["text"])


@workbench.handler()
async def refuse(ctx: restate.Context, reason: str) -> None:
    raise TerminalError(reason, status_code=418)


attempts: Counter[str] = Counter()


@workbench.handler()
async def stubborn(ctx: restate.Context, failures: Failures) -> int:
    """A step that fails `count` times before it succeeds; answers how often it ran."""

    def step() -> int:
        attempts[failures["key"]] += 1
        if attempts[failures["key"]] <= failures["count"]:
            raise ValueError("not yet")
        return attempts[failures["key"]]

    retries = RunOptions(type_hint=int, initial_retry_interval=timedelta(milliseconds=10), max_attempts=10)
    return await ctx.run_typed("stubborn", step, retries)


@workbench.handler()
async def echo(ctx: restate.Context, text: str) -> str:
    return await ctx.run_typed("echo", lambda: text, RunOptions(type_hint=str))


@approval.main()
async def run(ctx: restate.WorkflowContext, document: str) -> str:
    ctx.set("stage", "waiting")
    decision = await ctx.promise("decision", type_hint=str)
    ctx.set("stage", "decided")
    return f"{document}: {decision}"


@approval.handler()
async def decide(ctx: restate.WorkflowSharedContext, decision: str) -> None:
    await ctx.promise("decision", type_hint=str).resolve(decision)


@approval.handler()
async def stage(ctx: restate.WorkflowSharedContext) -> str:
    return await ctx.get("stage", type_hint=str) or "unknown"


@trip.handler()
async def book(ctx: restate.Context, key: str) -> str:
    """A saga: books two parts, then waits for an hour; whoever cancels it gets both cancelled in reverse order."""
    booked: list[str] = []
    try:
        for part in ("flight", "car"):
            booked.append(part)
            await ctx.object_call(append, key=key, arg=f"{part} booked")
        await ctx.sleep(timedelta(hours=1))
        return "travelled"
    except TerminalError:
        for part in reversed(booked):
            await ctx.object_call(append, key=key, arg=f"{part} cancelled")
        raise


common = [workbench, ledger, approval, trip]
