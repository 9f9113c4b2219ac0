import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";

/** JSON Schema as far as the description uses it. */
export type Schema = {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  format?: string;
  minimum?: number;
  required?: string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  allOf?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
};
type Parameter = { name: string; in: "path" | "query" | "header"; required: boolean; schema: Schema };
type Operation = {
  parameters: Parameter[];
  body?: Schema;
  bodyRequired: boolean;
  answers: Record<string, Schema | null>;
};
type Description = {
  operations: Record<string, Operation>;
  events: Record<string, Schema>;
  schemas: Record<string, Schema>;
};

/** GitHub's own description of the operations that the stand-in answers; made by `tests/support/github/openapi.ts`. */
const description = JSON.parse(readFileSync(join(import.meta.dirname, "openapi.json"), "utf8")) as Description;
// The description leaves it out. GitHub gives and takes it (google/go-github#2722 and #2725 found out).
const environment = description.operations["PUT /repos/{owner}/{repo}/environments/{environment_name}"]!;
environment.body!.properties!.can_admins_bypass = { type: "boolean" };

/** Every operation of the description, as `METHOD /path/{name}`. */
export const operations: readonly string[] = Object.keys(description.operations);

// addFormats is a CommonJS module whose types and value differ in where the function is.
const ajv = new Ajv({ strict: false, allErrors: false, logger: false, coerceTypes: false });
(addFormats as unknown as (ajv: Ajv) => void)(ajv);
ajv.addSchema({ $id: "github", schemas: description.schemas } as object);
const compiled = new Map<Schema, ValidateFunction>();

/** What is wrong with a request, as `PATH RULE`; undefined when it is as GitHub describes it. */
export function checkRequest(
  operation: string,
  request: { path: Record<string, string>; query: Record<string, string>; body: unknown },
): string | undefined {
  const { parameters, body, bodyRequired } = operationOf(operation);
  const known = new Map(parameters.filter((one) => one.in === "query").map((one) => [one.name, one]));
  for (const name of Object.keys(request.query)) if (!known.has(name)) return `query ${name}: not described`;
  for (const { name, in: place, required, schema } of parameters) {
    if (place === "header") continue;
    const value = request[place === "path" ? "path" : "query"][name];
    if (value === undefined) {
      if (required) return `${place} ${name}: required`;
      continue;
    }
    const wrong = checkValue(schema, isNumber(schema) ? Number(value) : isBoolean(schema) ? value === "true" : value);
    if (wrong !== undefined) return `${place} ${name}${wrong}`;
  }
  if (request.body === undefined) return bodyRequired ? "body: required" : undefined;
  if (body === undefined) return Object.keys(request.body as object).length === 0 ? undefined : "body: not described";
  const wrong = checkValue(body, request.body);
  if (wrong !== undefined) return `body${wrong}`;
  // GitHub passes over what it does not know; for our code it would be a mistake.
  const extra = body.properties && Object.keys(request.body as object).find((name) => !(name in body.properties!));
  return extra === undefined ? undefined : `body/${extra}: not described`;
}

/** What is wrong with an answer. Errors without a description of their own have GitHub's basic form. */
export function checkAnswer(operation: string, status: number, body: unknown): string | undefined {
  const { answers } = operationOf(operation);
  const schema = answers[String(status)];
  if (schema === undefined && status < 400) return status === 304 ? undefined : `status ${status}: not described`;
  if (schema === null) return body === undefined ? undefined : "body: none is described";
  return checkValue(schema ?? { $ref: "github#/schemas/basic-error" }, body);
}

/** What is wrong with an event's payload. */
export function checkEvent(name: string, payload: unknown): string | undefined {
  return checkValue(description.events[name]!, payload);
}

/** A value with everything that the description requires and the stand-in does not model, recognisable as such. */
export function completeAnswer(operation: string, status: number, body: unknown): unknown {
  const schema = operationOf(operation).answers[String(status)];
  return schema ? complete(schema, body) : body;
}

/** As `completeAnswer`, for the payload of an event. */
export function completeEvent(name: string, payload: unknown): unknown {
  return complete(description.events[name]!, payload);
}

function complete(given: Schema, value: unknown): unknown {
  const schema = resolve(given);
  if (value === null) return null;
  if (schema.allOf) return schema.allOf.reduce((sum: unknown, part) => complete(part, sum), value);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices && schema.type === undefined) {
    if (value === undefined && choices.some((one) => fits(one, null))) return null;
    const possible = choices.filter((one) => value === undefined || fits(one, value));
    const fitting = possible.find((one) => value !== undefined && checkValue(one, value) === undefined) ?? possible[0];
    return fitting ? complete(fitting, value) : value;
  }
  const types = typesOf(schema);
  if (value === undefined && types.includes("null")) return null;
  if (types.includes("object") || schema.properties) return completeObject(schema, value ?? {});
  if (types.includes("array")) return ((value ?? []) as unknown[]).map((item) => complete(schema.items ?? {}, item));
  if (value !== undefined) return value;
  if (schema.enum) return schema.enum[0];
  if (types.includes("string")) return UNMODELLED[schema.format ?? ""] ?? "unmodelled";
  if (types.includes("boolean")) return false;
  return schema.minimum ?? 0;
}

const UNMODELLED: Record<string, string> = {
  uri: "https://unmodelled.invalid/",
  "date-time": "1970-01-01T00:00:00Z",
  email: "unmodelled@unmodelled.invalid",
};

function completeObject(schema: Schema, value: unknown): unknown {
  if (typeof value !== "object" || Array.isArray(value)) return value;
  const whole = { ...(value as Record<string, unknown>) };
  for (const name of schema.required ?? []) whole[name] ??= whole[name] === null ? null : undefined;
  for (const [name, found] of Object.entries(whole)) {
    const property = schema.properties?.[name];
    whole[name] = property ? complete(property, found) : found === undefined ? "unmodelled" : found;
  }
  return whole;
}

function checkValue(schema: Schema, value: unknown): string | undefined {
  let validate = compiled.get(schema);
  if (validate === undefined) {
    validate = ajv.compile(schema);
    compiled.set(schema, validate);
  }
  if (validate(value)) return undefined;
  const [error] = validate.errors!;
  return `${error!.instancePath}: ${error!.message} (${error!.schemaPath})`;
}

function operationOf(operation: string): Operation {
  const found = description.operations[operation];
  if (found === undefined) throw new Error(`${operation} is not in openapi.json`);
  return found;
}

function resolve(schema: Schema): Schema {
  return schema.$ref === undefined
    ? schema
    : resolve(description.schemas[schema.$ref.replace("github#/schemas/", "")]!);
}

function typesOf(schema: Schema): string[] {
  return schema.type === undefined ? (schema.properties ? ["object"] : []) : [schema.type].flat();
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return value === null ? "null" : typeof value;
}

/** Whether a value is of a type that the schema has. */
function fits(given: Schema, value: unknown): boolean {
  const schema = resolve(given);
  const choices = schema.anyOf ?? schema.oneOf;
  if (schema.type === undefined && choices) return choices.some((one) => fits(one, value));
  const types = typesOf(schema);
  return (
    types.length === 0 || types.includes(typeOf(value)) || (typeOf(value) === "integer" && types.includes("number"))
  );
}

function isNumber(schema: Schema): boolean {
  return typesOf(resolve(schema)).some((type) => type === "integer" || type === "number");
}

function isBoolean(schema: Schema): boolean {
  return typesOf(resolve(schema)).includes("boolean");
}
