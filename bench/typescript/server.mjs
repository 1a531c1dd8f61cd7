// A server on the TypeScript SDK, version 2: it passes the provider's text on unread.
// Without an argument it serves stdio, with a port it serves streamable HTTP.
import http from "node:http";

import { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";

const base = process.env.FLEXPORTAL_BASE_URL;
const headers = {
  Authorization: `Bearer ${process.env.FLEXPORTAL_API_KEY}`,
  "Tenant-ID": process.env.FLEXPORTAL_TENANT_ID,
};
// Not the global fetch: in Node.js 24.19 it takes ten times as long for the same request, 1.4 ms against 0.13 ms, and
// a peer that is slow for such a reason would make this project look fast.
const agent = new http.Agent({ keepAlive: true });
const tool = { description: "Look an order up by its id.", inputSchema: z.object({ order_id: z.string() }) };

async function getOrder({ order_id }) {
  return { content: [{ type: "text", text: await textAt(`${base}/v1/orders/${order_id}`) }] };
}

function textAt(url) {
  return new Promise((resolve, reject) => {
    const receive = (response) => {
      const pieces = [];
      response.on("data", (piece) => pieces.push(piece));
      response.on("error", reject);
      response.on("end", () =>
        response.statusCode === 200
          ? resolve(Buffer.concat(pieces).toString("utf8"))
          : reject(new Error(`the provider answered ${response.statusCode}`)),
      );
    };
    http.get(url, { headers, agent }, receive).on("error", reject);
  });
}

function build() {
  const server = new McpServer({ name: "bare", version: "1" });
  server.registerTool("get_order", tool, getOrder);
  return server;
}

const port = process.argv[2];
// Each transport loads only what it needs: over stdio no adapter for HTTP.
if (port) {
  const { createMcpHandler } = await import("@modelcontextprotocol/server");
  const { toNodeHandler } = await import("@modelcontextprotocol/node");
  http.createServer(toNodeHandler(createMcpHandler(build))).listen(Number(port), "127.0.0.1");
} else {
  const { serveStdio } = await import("@modelcontextprotocol/server/stdio");
  serveStdio(build);
}
