// The TypeScript SDK, version 2, told to find out which era the server speaks.
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";

import { plan, print, walkWith } from "./report.mjs";

const [command, ...args] = plan.command;
const transport = plan.url
  ? new StreamableHTTPClientTransport(new URL(plan.url))
  : new StdioClientTransport({ command, args });
const client = new Client(
  { name: "order-mcp-tests", version: "1" },
  { versionNegotiation: { mode: "auto" } },
);
const protocol = () => client.getNegotiatedProtocolVersion();
print("@modelcontextprotocol/client", await walkWith(client, transport, protocol));
