// An agent: a loop of model calls and tool calls in which every call is a durable step. A crash in the middle repeats no
// call that was paid for; a model that is overloaded is asked again, with pauses; a tool that fails for good is not the
// end: the model is told. The conversation is the state of a virtual object. The model is a fake, and fails now and then.
//
//   npx restate-lite dev examples/agent.ts
//
//   curl localhost:8080/Agent/ada/ask --json '"How warm is it in Oslo?"'
//   curl localhost:8080/Agent/ada/ask --json '"How warm is it in Atlantis?"'
//   curl localhost:8080/Agent/ada/conversation

import * as restate from "restate-lite/sdk";

type Message = { role: "user" | "assistant" | "tool"; content: string };
type Reply = { kind: "answer"; content: string } | { kind: "toolCall"; tool: keyof typeof tools; argument: string };

const tools = {
  temperature: async (city: string): Promise<string> => {
    const degrees = new Map([
      ["Oslo", 4],
      ["Rome", 19],
    ]).get(city);
    if (degrees === undefined) throw new restate.TerminalError(`there is no weather station in ${city}`);
    return `${degrees} °C in ${city}`;
  },
};

export const agent = restate.object({
  name: "Agent",
  handlers: {
    ask: async (ctx: restate.ObjectContext, question: string): Promise<string> => {
      const messages = (await ctx.get<Message[]>("messages")) ?? [];
      messages.push({ role: "user", content: question });
      for (let turn = 1; turn <= 5; turn++) {
        const reply = await ctx.run("ask the model", () => askModel(messages), {
          initialRetryInterval: { milliseconds: 50 },
          maxRetryAttempts: 10,
        });
        if (reply.kind === "answer") {
          messages.push({ role: "assistant", content: reply.content });
          ctx.set("messages", messages);
          return reply.content;
        }
        messages.push({ role: "tool", content: await callTool(ctx, reply.tool, reply.argument) });
      }
      throw new restate.TerminalError("The model did not come to an answer in five turns");
    },

    conversation: restate.handlers.object.shared(
      async (ctx: restate.ObjectSharedContext): Promise<Message[]> => (await ctx.get<Message[]>("messages")) ?? [],
    ),
  },
});

async function callTool(ctx: restate.Context, tool: keyof typeof tools, argument: string): Promise<string> {
  try {
    return await ctx.run(`tool ${tool}`, () => tools[tool](argument), { maxRetryAttempts: 3 });
  } catch (error) {
    // A cancellation is a terminal error too, and must end the agent.
    if (error instanceof restate.TerminalError && !(error instanceof restate.CancelledError)) return error.message;
    throw error;
  }
}

let calls = 0;

/** Stands for a request to a language model; every second one is turned away. */
async function askModel(messages: readonly Message[]): Promise<Reply> {
  calls += 1;
  if (calls % 2 === 1) throw new Error("429: the model is overloaded");
  const last = messages.at(-1);
  if (last?.role === "tool") return { kind: "answer", content: `The tool says: ${last.content}.` };
  const city = /in (\w+)\?/.exec(last?.content ?? "")?.[1];
  if (city === undefined) return { kind: "answer", content: "Ask me how warm it is in a city." };
  return { kind: "toolCall", tool: "temperature", argument: city };
}

await restate.serve({ services: [agent] });
