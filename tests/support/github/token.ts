import { verify } from "node:crypto";
import type { Actor } from "./account.ts";
import { Refusal } from "./refusal.ts";
import type { State } from "./state.ts";

/** Who an `Authorization` header speaks for; undefined without one. @throws Refusal 401 */
export function actorOf(state: State, header: string | undefined): Actor | undefined {
  if (header === undefined) return undefined;
  const [scheme = "", value = ""] = header.split(" ");
  if (/^basic$/i.test(scheme))
    return actorOfToken(state, Buffer.from(value, "base64").toString("utf8").split(":").at(-1)!);
  if (value.split(".").length === 3) return actorOfJwt(state, value);
  return actorOfToken(state, value);
}

function actorOfToken(state: State, token: string): Actor {
  const account = state.accounts.find((one) => one.token === token);
  if (account !== undefined) return { kind: "user", account };
  const known = state.tokens.get(token);
  if (known === undefined || known.expires <= state.clock()) throw new Refusal(401, "Bad credentials");
  return known.actor;
}

/** docs.github.com: "Generating a JSON Web Token (JWT) for a GitHub App": RS256, ten minutes at most. */
function actorOfJwt(state: State, jwt: string): Actor {
  const [head = "", claims = "", signature = ""] = jwt.split(".");
  const read = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString("utf8")) as Record<string, unknown>;
  const { alg } = read(head);
  const { iss, iat, exp } = read(claims);
  const app = state.apps.find((one) => String(one.id) === String(iss));
  const now = state.clock() / 1000;
  if (app === undefined) throw new Refusal(404, "Integration not found");
  if (
    alg !== "RS256" ||
    !verify("RSA-SHA256", Buffer.from(`${head}.${claims}`), app.publicKey, Buffer.from(signature, "base64url"))
  ) {
    throw new Refusal(401, "A JSON web token could not be decoded");
  }
  if (typeof exp !== "number" || exp <= now) {
    throw new Refusal(
      401,
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    );
  }
  if (exp > now + 600) throw new Refusal(401, "'Expiration time' claim ('exp') is too far in the future");
  if (typeof iat !== "number" || iat > now + 60) {
    throw new Refusal(
      401,
      "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
    );
  }
  return { kind: "jwt", app };
}
