import { checkEvent, completeEvent } from "./description.ts";
import { pullView, reviewView } from "./routes/pull-view.ts";
import type { Event, State } from "./state.ts";
import { ownerView, repositoryView, userView } from "./view.ts";

/**
 * The payload that GitHub would send with an event, and give a workflow as `github.event`.
 *
 * @throws Error when it is not as GitHub describes it
 */
export function payloadOf(state: State, event: Event): Record<string, unknown> {
  const { name, action, pull, review, dispatch, before } = event;
  const common = { repository: repositoryView(state), organization: ownerView(state), sender: userView(event.by) };
  const described = action === "" ? name.replaceAll("_", "-") : `${name.replaceAll("_", "-")}-${action}`;
  const payload = {
    ...(action === "" ? {} : { action }),
    ...common,
    ...(pull === undefined ? {} : { pull_request: pullView(state, pull) }),
    ...(name === "pull_request" ? { number: pull!.number } : {}),
    ...(action === "synchronize" ? { before, after: pull!.headSha } : {}),
    ...(action === "edited" ? { changes: {} } : {}),
    // In an event the state is written small.
    ...(review === undefined
      ? {}
      : { review: { ...reviewView(state, pull!, review), state: review.state.toLowerCase() } }),
    ...(dispatch === undefined
      ? {}
      : { inputs: dispatch.inputs, ref: fullRef(dispatch.ref), workflow: `.github/workflows/${dispatch.workflow}` }),
  };
  const whole = completeEvent(described, payload) as Record<string, unknown>;
  const wrong = checkEvent(described, whole);
  if (wrong !== undefined) throw new Error(`event ${described}: ${wrong}`);
  return whole;
}

function fullRef(ref: string): string {
  return ref.startsWith("refs/") ? ref : `refs/heads/${ref}`;
}
