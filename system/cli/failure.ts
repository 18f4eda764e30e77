/** A mistake of the person at the command line: printed as `faultline: what` and a remedy; exit status 2. */
export class CommandFailure extends Error {
  readonly remedy: string;
  readonly status: number;

  constructor(what: string, remedy: string, status = 2) {
    super(what);
    this.remedy = remedy;
    this.status = status;
  }
}

/** The message for people, two lines. */
export const failureText = (failure: CommandFailure): string =>
  `faultline: ${failure.message}\n${failure.remedy === "" ? "" : `  ${failure.remedy}\n`}`;

/** Does `work`; a failure of the person's is printed and leaves its status in process.exitCode. Answers whether there was none. */
export async function reportingFailure(work: () => void | Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    process.stderr.write(failureText(error));
    process.exitCode = error.status;
    return false;
  }
}
