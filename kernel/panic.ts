/** A broken invariant of the kernel: a bug of ours, never something that a guest can cause. */
export class KernelPanic extends Error {
  /** Plain data that helps to find the cause; null when the message says it all. */
  readonly dump: unknown;

  constructor(message: string, dump: unknown = null) {
    super(`kernel panic: ${message}`);
    this.name = "KernelPanic";
    this.dump = dump;
  }
}
