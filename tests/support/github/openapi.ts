import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand, usageError } from "../../../scripts/cli/command.ts";

const HELP = `
usage: node tests/support/github/openapi.ts OPENAPI EXAMPLES

Makes again what the tests know of GitHub's own description of its interface:
tests/support/github/openapi.json  the operations and events named in operations.json, as plain JSON Schema
tests/support/github/events.json   GitHub's examples of those events

OPENAPI and EXAMPLES are the unpacked packages @octokit/openapi (385 MB) and @octokit/webhooks-examples:
  npm pack @octokit/openapi @octokit/webhooks-examples
`;
const FOLDER = "tests/support/github";
/** The words of a schema that decide what fits. */
const KEPT = /^(type|enum|const|pattern|format|min\w+|max\w+|uniqueItems|required|additionalProperties|items|not)$/;

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Tree = { [key: string]: Json };

await runCommand(HELP, {}, async ({ positionals }) => {
  const [openapi, examples] = positionals;
  if (openapi === undefined || examples === undefined) throw usageError("two folders are needed", HELP);
  const wanted = (await readTree(join(FOLDER, "operations.json"))) as { operations: string[]; events: string[] };
  const path = join(openapi, "generated/api.github.com.json");
  const extract = {
    source: await sourceOf(openapi, path),
    ...extractDescription(await readTree(path), wanted.operations, wanted.events),
  };
  await write("openapi.json", extract);
  const list = join(examples, "api.github.com/index.json");
  const named = (await readTree(list)) as unknown as { name: string; examples: Tree[] }[];
  await write("events.json", { source: await sourceOf(examples, list), examples: firstExamples(named, wanted.events) });
});

/** Package, version and digest of the file that an extract was made from. */
async function sourceOf(folder: string, file: string): Promise<Tree> {
  const { name, version } = (await readTree(join(folder, "package.json"))) as { name: string; version: string };
  const sha256 = createHash("sha256")
    .update(await readFile(file))
    .digest("hex");
  return { package: `${name}@${version}`, file: file.slice(folder.length).replace(/^\//, ""), sha256 };
}

function extractDescription(description: Tree, operations: string[], events: string[]): Tree {
  const components = description.components as Record<string, Tree>;
  const schemas = new Map<string, Json>();
  const resolve = (node: Tree): Tree => {
    const [, room, name] = /^#\/components\/(\w+)\/(.+)$/.exec(String(node.$ref)) ?? [];
    return room === undefined || name === undefined ? node : (components[room]![name] as Tree);
  };
  // A schema that others point at is kept once, under its name.
  const schemaOf = (node: Json | undefined): Json => {
    const plain = plainSchema(node ?? {});
    for (const [, name] of JSON.stringify(plain).matchAll(/"\$ref":"github#\/schemas\/([^"]+)"/g)) {
      if (schemas.has(name!)) continue;
      schemas.set(name!, true);
      schemas.set(name!, schemaOf(components.schemas![name!]));
    }
    return plain;
  };
  const contentOf = (node: Tree | undefined): Json | undefined => {
    const content = Object.entries((node?.content ?? {}) as Record<string, Tree>).find(([type]) => /json/.test(type));
    return content && schemaOf(content[1].schema);
  };
  const operationOf = (operation: string): [string, Tree] => {
    const [method = "", path = ""] = operation.split(" ");
    const found = ((description.paths as Tree)[path] as Record<string, Tree> | undefined)?.[method.toLowerCase()];
    if (found === undefined) throw usageError(`the description has no ${operation}`, HELP);
    const parameters = ((found.parameters ?? []) as Tree[]).map(resolve);
    const answers = Object.entries(found.responses as Record<string, Tree>);
    const body = contentOf(found.requestBody as Tree | undefined);
    return [
      operation,
      {
        parameters: parameters.map(({ name, in: place, required, schema }) => {
          return { name: name!, in: place!, required: required ?? false, schema: schemaOf(schema) };
        }),
        ...(body === undefined ? {} : { body }),
        bodyRequired: (found.requestBody as Tree | undefined)?.required ?? false,
        answers: Object.fromEntries(answers.map(([status, answer]) => [status, contentOf(resolve(answer)) ?? null])),
      },
    ];
  };
  const eventOf = (event: string): [string, Json] => {
    const { post } = (description["x-webhooks"] as Record<string, Record<string, Tree>>)[event]!;
    return [event, contentOf(post!.requestBody as Tree) ?? null];
  };
  const found = {
    operations: Object.fromEntries(operations.map(operationOf)),
    events: Object.fromEntries(events.map(eventOf)),
  };
  return { ...found, schemas: Object.fromEntries([...schemas].sort(([a], [b]) => (a < b ? -1 : 1))) };
}

/** OpenAPI 3.0 as plain JSON Schema: `nullable` becomes a type, what only readers need goes. */
function plainSchema(node: Json): Json {
  if (Array.isArray(node)) return node.map(plainSchema);
  if (node === null || typeof node !== "object") return node;
  if (typeof node.$ref === "string") return { $ref: node.$ref.replace("#/components/schemas/", "github#/schemas/") };
  const plain: Tree = {};
  for (const [key, value] of Object.entries(node)) {
    if (KEPT.test(key)) plain[key] = plainSchema(value);
    else if (/^(any|one|all)Of$/.test(key)) plain[key] = plainSchema(value);
    else if (key === "properties")
      plain[key] = Object.fromEntries(
        Object.entries(value as Tree).map(([name, schema]) => [name, plainSchema(schema)]),
      );
  }
  if (node.nullable !== true) return plain;
  if (plain.type === undefined) return Object.keys(plain).length === 0 ? {} : { anyOf: [{ type: "null" }, plain] };
  const types = { ...plain, type: [plain.type, "null"].flat() };
  return Array.isArray(plain.enum) ? { ...types, enum: [...plain.enum, null] } : types;
}

/** The first example of each event: the action is the last word of the name, or there is none. */
function firstExamples(named: { name: string; examples: Tree[] }[], events: string[]): Tree {
  return Object.fromEntries(
    events.map((event) => {
      const { name, examples } = named.findLast((one) => event.startsWith(one.name.replaceAll("_", "-")))!;
      const action = event.slice(name.length + 1);
      return [event, examples.find((example) => action === "" || example.action === action) ?? null];
    }),
  );
}

async function readTree(path: string): Promise<Tree> {
  return JSON.parse(await readFile(path, "utf8")) as Tree;
}

async function write(name: string, value: unknown): Promise<void> {
  await writeFile(join(FOLDER, name), `${JSON.stringify(value)}\n`);
}
