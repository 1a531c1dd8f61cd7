// The TypeScript SDK, version 1.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

import { plan, print, walkWith } from "./report.mjs";

const [command, ...args] = plan.command;
const transport = plan.url
  ? new StreamableHTTPClientTransport(new URL(plan.url))
  : new StdioClientTransport({ command, args });
// Only its transport is told which version was agreed on.
const told = transport.setProtocolVersion?.bind(transport);
let protocol;
transport.setProtocolVersion = (version) => {
  protocol = version;
  told?.(version);
};
const client = new Client({ name: "order-mcp-tests", version: "1" });
print("@modelcontextprotocol/sdk", await walkWith(client, transport, () => protocol));
