// What the Node programs share: the plan comes in on standard input, what was seen goes out on standard output.
import { readFileSync } from "node:fs";

export const plan = JSON.parse(readFileSync(0, "utf8"));

export function print(name, saw) {
  const folder = new URL(`node_modules/${name}/package.json`, import.meta.url);
  const { version } = JSON.parse(readFileSync(folder, "utf8"));
  process.stdout.write(JSON.stringify({ version, ...saw }));
}

/** Take every step; an exception is a sighting too. */
export async function walk(ask) {
  const steps = {};
  for (const [name, { tool, arguments: given }] of Object.entries(plan.steps)) {
    try {
      steps[name] = await ask(tool, given);
    } catch (error) {
      steps[name] = { shape: `throws \`${error.constructor.name}\``, text: [error.message] };
    }
  }
  return steps;
}

export function sighting({ isError, content, structuredContent }) {
  return {
    shape: isError ? "a result with `isError`" : "a result",
    text: content.map((block) => block.text),
    structured: structuredContent ?? null,
  };
}

/** The five steps with a client of either version of the SDK. */
export async function walkWith(client, transport, protocol) {
  await client.connect(transport);
  const { tools } = await client.listTools();
  const steps = await walk(async (name, given) => sighting(await client.callTool({ name, arguments: given })));
  const saw = { protocol: protocol(), tools: tools.map((tool) => tool.name), steps };
  await client.close();
  return saw;
}
