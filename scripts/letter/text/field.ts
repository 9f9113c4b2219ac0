import { z } from "zod";

// YAML is read without types: every scalar is a string, so numbers and booleans are parsed here.

export const oneLine = z.string().regex(/^\S(.*\S)?$/u, "must be one line that is not empty");
export const language = z.string().regex(/^[a-z]{2,3}$/, "must be a language code of two or three letters");
/** A text for each language of the campaign. */
export const inEachLanguage = z.record(language, oneLine);
export const wholeNumber = z
  .string()
  .regex(/^[1-9]\d{0,8}$/, "must be a whole number above zero")
  .transform(Number);
export const yesOrNo = z.enum(["true", "false"], "must be true or false").transform((text) => text === "true");
