"""What the page "Services" of Restate's Python documentation shows: a service, a virtual object, a workflow."""

import restate

my_service = restate.Service("MyService")
my_object = restate.VirtualObject("MyVirtualObject")
my_workflow = restate.Workflow("MyWorkflow")


@my_service.handler("myHandler")
async def greet(ctx: restate.Context, greeting: str) -> str:
    return greeting + "!"


@my_object.handler("myHandler")
async def greet_key(ctx: restate.ObjectContext, greeting: str) -> str:
    return f"{greeting} {ctx.key()}!"


@my_object.handler(kind="shared")
async def my_concurrent_handler(ctx: restate.ObjectSharedContext, greeting: str) -> str:
    return f"{greeting} {ctx.key()}!"


@my_workflow.main()
async def run(ctx: restate.WorkflowContext, req: str) -> str:
    return "success"


@my_workflow.handler()
async def interact_with_workflow(ctx: restate.WorkflowSharedContext, req: str):
    return


page = [my_service, my_object, my_workflow]
