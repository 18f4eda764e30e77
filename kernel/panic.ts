/** A broken invariant of the kernel: a bug of ours, never something that a guest can cause. */
export class KernelPanic extends Error {
  constructor(message: string) {
    super(`kernel panic: ${message}`);
    this.name = "KernelPanic";
  }
}
