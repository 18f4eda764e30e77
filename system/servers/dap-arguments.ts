/** Reading the arguments of a request, which may hold anything: each reader answers a value of its type or throws RequestError. */

/** The request cannot be done; the message goes to the person. */
export class RequestError extends Error {
  override readonly name = "RequestError";
}

export type Arguments = Readonly<Record<string, unknown>>;

export const isRecord = (value: unknown): value is Arguments =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export function textOf(args: Arguments, name: string, otherwise?: string): string {
  const value = args[name];
  if (typeof value === "string") return value;
  if (value === undefined && otherwise !== undefined) return otherwise;
  throw new RequestError(`"${name}" has to be a text`);
}

export function integerOf(args: Arguments, name: string, otherwise?: number): number {
  const value = args[name];
  if (Number.isSafeInteger(value)) return value as number;
  if (value === undefined && otherwise !== undefined) return otherwise;
  throw new RequestError(`"${name}" has to be a whole number`);
}

export const flagOf = (args: Arguments, name: string, otherwise = false): boolean =>
  typeof args[name] === "boolean" ? args[name] : otherwise;

export function recordsOf(args: Arguments, name: string): readonly Arguments[] {
  const value = args[name] ?? [];
  if (Array.isArray(value) && value.every(isRecord)) return value;
  throw new RequestError(`"${name}" has to be a list of objects`);
}

export function textsOf(args: Arguments, name: string): readonly string[] {
  const value = args[name] ?? [];
  if (Array.isArray(value) && value.every((item): item is string => typeof item === "string")) return value;
  throw new RequestError(`"${name}" has to be a list of texts`);
}

/** An address as the adapter writes them: 0x and hexadecimal digits, or decimal. With an offset, it may leave 32 bits. */
export function addressOf(args: Arguments, name: string): number {
  const text = textOf(args, name).trim();
  const value = /^(0x[0-9a-f]{1,8}|\d{1,10})$/i.test(text) ? Number(text) : Number.NaN;
  if (value <= 0xffffffff) return value;
  throw new RequestError(`"${text}" is no address`);
}
