/** How a signature is shown on the list; `hidden` is the default of the form. */
export const SHOWN = ["name", "initials", "hidden", "counted"] as const;
export type Shown = (typeof SHOWN)[number];

/** Whether the text names a way to be shown. */
export function isShown(text: string): text is Shown {
  return (SHOWN as readonly string[]).includes(text);
}

/** Whether a name (or initials) stands on the public list; hidden and counted rows carry no cell that tells anything. */
export function isPublic(shown: Shown): boolean {
  return shown === "name" || shown === "initials";
}
