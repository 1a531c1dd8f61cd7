// The MCP Inspector's command line: one process for each step.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

import { plan, print, sighting, walk } from "./report.mjs";

const NAME = "@modelcontextprotocol/inspector";
const INSPECTOR = fileURLToPath(new URL(`node_modules/${NAME}/clients/launcher/build/index.js`, import.meta.url));
const server = plan.url ? ["--transport", "http", "--server-url", plan.url] : plan.command;

function inspect(...options) {
  const command = [INSPECTOR, "--cli", ...server, "--format", "json", "--quiet", ...options];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: "utf8", timeout: 30_000 });
  return { status, ...JSON.parse(stdout || stderr) };
}

// `--strict` makes it exit with 6 when a schema is not portable.
const { status, result } = inspect("--method", "tools/list", "--strict");
const steps = await walk(async (tool, given) => {
  const call = ["--method", "tools/call", "--tool-name", tool, "--tool-args-json", JSON.stringify(given)];
  const { status, result, error } = inspect(...call);
  const saw = result ? sighting(result) : { shape: `\`${error.code}\`, not asked`, text: [error.message] };
  return { ...saw, shape: status === 0 ? saw.shape : `${saw.shape}, exit code ${status}` };
});
const tools = status === 0 ? result.tools.map((tool) => tool.name) : [`exit code ${status}`];
print(NAME, { protocol: null, tools, steps });
