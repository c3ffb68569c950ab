import dev.restate.sdk.SharedWorkflowContext;
import dev.restate.sdk.WorkflowContext;
import dev.restate.sdk.annotation.Shared;
import dev.restate.sdk.annotation.Workflow;
import dev.restate.sdk.common.DurablePromiseKey;
import dev.restate.sdk.common.StateKey;

@Workflow
public class Approval {
  private static final StateKey<String> STAGE = StateKey.of("stage", String.class);
  private static final DurablePromiseKey<String> DECISION = DurablePromiseKey.of("decision", String.class);

  @Workflow
  public String run(WorkflowContext ctx, String document) {
    ctx.set(STAGE, "waiting");
    String decision = ctx.promise(DECISION).future().await();
    ctx.set(STAGE, "decided");
    return document + ": " + decision;
  }

  @Shared
  public void decide(SharedWorkflowContext ctx, String decision) {
    ctx.promiseHandle(DECISION).resolve(decision);
  }

  @Shared
  public String stage(SharedWorkflowContext ctx) {
    return ctx.get(STAGE).orElse("unknown");
  }
}
