// What a desktop host makes of a manifest and a filled-in form, by the library that such hosts are built on.
import { readFileSync } from "node:fs";
import { sep } from "node:path";
import { getMcpConfigForManifest } from "@anthropic-ai/mcpb";

const { manifest, extensionPath, userConfig } = JSON.parse(readFileSync(0, "utf8"));
const config = await getMcpConfigForManifest({ manifest, extensionPath, userConfig, systemDirs: {}, pathSeparator: sep });
process.stdout.write(JSON.stringify(config));
