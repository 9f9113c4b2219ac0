/** An answer that refuses a request, as GitHub words it. */
export class Refusal extends Error {
  readonly status: number;
  readonly errors: readonly object[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, errors?: readonly object[], headers: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.errors = errors;
    this.headers = headers;
  }
}

/** GitHub does not tell apart what is not there and what one may not know of. */
export function notFound(): Refusal {
  return new Refusal(404, "Not Found");
}

/** A request that is well-formed and cannot be done. */
export function invalid(resource: string, field: string, code: string, message?: string): Refusal {
  return new Refusal(422, "Validation Failed", [{ resource, field, code, ...(message ? { message } : {}) }]);
}
