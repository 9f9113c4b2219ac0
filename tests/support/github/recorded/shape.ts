/** What kinds of values an answer has: the type of each field; of a list, that of its first item. */
export type Shape = string | [] | [Shape] | { readonly [field: string]: Shape };

/** Returns the shape of a value that came as JSON. */
export function shapeOf(value: unknown): Shape {
  if (value === null) return "null";
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])];
  if (typeof value !== "object") return typeof value;
  return Object.fromEntries(Object.entries(value).map(([field, one]) => [field, shapeOf(one)]));
}

/**
 * Returns where two answers differ in a field that both have, as paths. A field that may be null, and a list without
 * items, fit everything.
 */
export function differences(one: Shape, other: Shape, at = ""): string[] {
  if (one === "null" || other === "null") return [];
  if (Array.isArray(one) && Array.isArray(other))
    return one[0] === undefined || other[0] === undefined ? [] : differences(one[0], other[0], `${at}[]`);
  if (typeof one === "string" || typeof other === "string" || Array.isArray(one) !== Array.isArray(other))
    return one === other ? [] : [`${at}: ${kindOf(one)}, not ${kindOf(other)}`];
  const both = Object.keys(one).filter((field) => field in other);
  return both.flatMap((field) => {
    const [mine, theirs] = [one, other].map((shape) => (shape as Record<string, Shape>)[field]!);
    return differences(mine!, theirs!, `${at}.${field}`);
  });
}

/** Whether an answer has a field, named by its path, such as `[].permissions.push`. */
export function hasField(shape: Shape | undefined, path: string): boolean {
  const [step, ...rest] = path.split(/(?=\[\])|\./).filter(Boolean);
  if (step === undefined) return shape !== undefined;
  if (shape === undefined || typeof shape === "string") return false;
  const next = step === "[]" ? (shape as [Shape])[0] : (shape as Record<string, Shape>)[step];
  return hasField(next, rest.join("."));
}

function kindOf(shape: Shape): string {
  if (typeof shape === "string") return shape;
  return Array.isArray(shape) ? "list" : "object";
}
