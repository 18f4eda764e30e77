/** The worker's door: one session at a time, and the page's messages handed to it. */
import { RecordingError } from "../system/recording.ts";
import type { FromWorker, ToWorker } from "./protocol.ts";
import { type BootMessage, Session } from "./worker/session.ts";

const post = (message: FromWorker, transfer: Transferable[] = []): void => self.postMessage(message, transfer);

let session: Session | null = null;

/** A recording that cannot be opened leaves the present machine as it is. */
function boot(message: BootMessage): void {
  try {
    const made = new Session(message, post);
    session?.close();
    session = made;
    post({ type: "booted" });
  } catch (error) {
    if (error instanceof RecordingError) return post({ type: "refused", message: error.message });
    post({
      type: "ended",
      message: `The machine could not be built: ${(error as Error).message}`,
      remedy: "Restart with the default settings.",
    });
  }
}

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  switch (data.type) {
    case "boot":
      return boot(data);
    case "input":
      return session?.input(data.bytes);
    case "resize":
      return session?.resize(data.columns, data.rows);
    case "pause":
      return session?.pause(data.isPaused);
    case "drawn":
      return session?.drawn(data.bytes);
    case "watch":
      return session?.watch(data.isWatching);
    case "debug":
      return session?.command(data.command);
    case "cancel":
      return session?.cancel();
    case "fault-step":
      return session?.insideFault(data.index);
    case "source":
      return session?.source(data.path);
    case "save-recording":
      return session?.saveRecording();
    case "hash":
      return session?.hash();
  }
};
