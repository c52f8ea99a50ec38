/**
 * Sentences of the catalogue in the page's language; the server picked the language and printed them.
 *
 * A sentence may hold `{placeholders}`. A key without a sentence shows itself, so that a gap is seen. `{call}` is the
 * number to call where this service does not help: a sentence itself, which each city says.
 */
export type Params = Record<string, string | number>;

const CALL = "common.call.number";

let sentences: Record<string, string> = {};

export function useMessages(messages: Record<string, string>): void {
  sentences = messages;
}

export function has(key: string): boolean {
  return key in sentences;
}

export function t(key: string, params: Params = {}): string {
  return (sentences[key] ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? (name === "call" ? sentences[CALL] : undefined) ?? whole));
}
