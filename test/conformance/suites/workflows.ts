import { expect, it } from "vitest";
import { json } from "../../support/index.ts";
import type { Stand } from "../stand.ts";

/** Workflows: submit, attach, output, and that `run` runs once per key. */
export function workflows(stand: Stand): void {
  it("a submitted workflow is attached to by its name and key", async () => {
    const key = stand.name();
    await stand.send(`Flow/${key}/run`, "submitted");
    const answer = await stand.ingress("GET", `/restate/workflow/Flow/${key}/attach`);
    expect(json(answer)).toEqual({ key, input: "submitted" });
  });

  it("the output of a workflow is there once it has ended, not before", async () => {
    const key = stand.name();
    const output = () => stand.ingress("GET", `/restate/workflow/Flow/${key}/output`);
    expect((await output()).status).toBe(404);
    const id = await stand.send(`Flow/${key}/run`, "wait");
    expect((await output()).status).toBe(470);
    await stand.value(`Flow/${key}/resolve`, { name: "decision", value: 1 });
    await stand.attach(id);
    const answer = await output();
    expect(answer.status).toBe(200);
    expect(json(answer)).toEqual({ value: 1 });
  });

  it("a workflow runs once per key: a second call is refused, a second send answers the first one's id", async () => {
    const key = stand.name();
    const id = await stand.send(`Flow/${key}/run`, "first");
    await stand.attach(id);
    expect((await stand.call(`Flow/${key}/run`, "second")).status).toBe(409);
    const again = await stand.call(`Flow/${key}/run/send`, "third");
    expect(again.status).toBe(202);
    expect(json(again)).toEqual({ invocationId: id, status: "PreviouslyAccepted" });
    expect(await stand.diary.lines(`flow ${key}`)).toEqual(["run"]);
  });

  it("shared handlers read the workflow's state, during the run and after it", async () => {
    const key = stand.name();
    const id = await stand.send(`Flow/${key}/run`, "wait");
    await stand.diary.linesOf(`flow ${key}`, 1);
    await stand.value(`Flow/${key}/resolve`, { name: "decision", value: 1 });
    await stand.attach(id);
    expect(await stand.value(`Flow/${key}/input`)).toBe("wait");
  });

  it("a failed workflow answers its error to whoever attaches", async () => {
    const key = stand.name();
    await stand.send(`Flow/${key}/run`, "fail");
    const answer = await stand.ingress("GET", `/restate/workflow/Flow/${key}/attach`);
    expect(answer.status).toBe(424);
    expect(json(answer)).toMatchObject({ message: "flow failed" });
  });
}
