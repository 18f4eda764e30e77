import { describe, expect, it } from "vitest";
import { Errno, Signal } from "../../../kernel/abi.ts";
import { Open } from "../../../kernel/fs/flags.ts";
import { deliverSignals } from "../../../kernel/proc/signals.ts";
import { Ioctl } from "../../../kernel/sys/terminal.ts";
import { deliverInput, leaveTerminal, setWindowSize } from "../../../kernel/tty/device.ts";
import { Control, Input, Local, Output } from "../../../kernel/tty/terminal.ts";
import { ASLEEP, BUFFER, Guest } from "../fs/guest.ts";

const type = (guest: Guest, text: string) => deliverInput(guest.core, "tty0", Buffer.from(text, "utf8"));
/** What the screen has got since the last call. */
const screen = (guest: Guest) => {
  const text = guest.shown.tty0;
  guest.shown.tty0 = "";
  return text;
};
const DEL = "\x7f";

interface Settings {
  local?: number;
  input?: number;
  output?: number;
  min?: number;
  time?: number;
}

/** Reads the settings, changes them as a program would, and sets them. */
function change(guest: Guest, { local, input, output, min, time }: Settings, request: number = Ioctl.TCSETS): void {
  expect(guest.call("ioctl", 0, Ioctl.TCGETS, BUFFER)).toBe(0);
  const bytes = guest.at(BUFFER, 36);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  if (input !== undefined) view.setUint32(0, input, true);
  if (output !== undefined) view.setUint32(4, output, true);
  if (local !== undefined) view.setUint32(12, local, true);
  if (min !== undefined) view.setUint8(17 + Control.VMIN, min);
  if (time !== undefined) view.setUint8(17 + Control.VTIME, time);
  expect(guest.call("ioctl", 0, request, BUFFER)).toBe(0);
}
const raw = (guest: Guest, min = 1, time = 0) => change(guest, { local: 0, input: 0, min, time });

describe("canonical mode", () => {
  it("gives readers whole lines only, and one line a read", () => {
    const guest = new Guest("terminal");
    type(guest, "hel");
    expect(guest.call("read", 0, BUFFER, 100)).toBe(ASLEEP);
    type(guest, "lo\rnext\r");
    expect(guest.p.state).toBe("ready");
    guest.run(guest.p);
    expect(guest.read(0, 100)).toBe("hello\n");
    expect(guest.read(0, 2)).toBe("ne");
    expect(guest.read(0, 100)).toBe("xt\n");
    expect(screen(guest)).toBe("hello\r\nnext\r\n");
  });

  it("rubs out characters, words and the line, on the screen too", () => {
    const guest = new Guest("terminal");
    type(guest, `ax${DEL}b`);
    expect(screen(guest)).toBe("ax\b \bb");
    type(guest, "\b\b\b");
    expect(screen(guest)).toBe("\b \b\b \b");
    type(guest, "one two  \x17");
    expect(screen(guest)).toBe("one two  " + "\b \b".repeat(5));
    type(guest, "\x15ok\n");
    expect(screen(guest)).toBe("\b \b".repeat(4) + "ok\r\n");
    expect(guest.read(0)).toBe("ok\n");
  });

  it("rubs out a tab back to where it began, and a control character with its caret", () => {
    const guest = new Guest("terminal");
    type(guest, `ab\t${DEL}`);
    expect(screen(guest)).toBe("ab\t" + "\b".repeat(6));
    type(guest, `\x01${DEL}`);
    expect(screen(guest)).toBe("^A" + "\b \b\b \b");
    type(guest, "\n");
    expect(guest.read(0)).toBe("ab\n");
  });

  it("takes a character of UTF-8 away whole", () => {
    const guest = new Guest("terminal");
    type(guest, `é€${DEL}\n`);
    expect(screen(guest)).toBe("é€\b \b\r\n");
    expect(guest.read(0)).toBe("é\n");
  });

  it("ends input at ^D: what has been typed becomes readable, an empty line reads as 0 bytes", () => {
    const guest = new Guest("terminal");
    type(guest, "abc\x04");
    expect(guest.read(0)).toBe("abc");
    type(guest, "\x04");
    expect(guest.read(0)).toBe("");
    expect(guest.call("read", 0, BUFFER, 10)).toBe(ASLEEP);
  });

  it("takes the character after ^V literally", () => {
    const guest = new Guest("terminal");
    type(guest, "\x16\x03\n");
    expect(guest.read(0)).toBe("\x03\n");
    expect(guest.p.group.pending).toEqual([]);
    expect(screen(guest)).toBe("^\b^C\r\n");
  });

  it("still takes a newline when the line is full", () => {
    const guest = new Guest("terminal");
    change(guest, { local: Local.ICANON });
    type(guest, "x".repeat(5000) + "\n");
    const line = guest.read(0, 8192);
    expect(line).toBe("x".repeat(4095) + "\n");
  });

  it("echoes nothing without ECHO, except the newline with ECHONL", () => {
    const guest = new Guest("terminal");
    change(guest, { local: Local.ICANON | Local.ISIG });
    type(guest, "secret\n");
    expect(screen(guest)).toBe("");
    change(guest, { local: Local.ICANON | Local.ISIG | Local.ECHONL });
    type(guest, "secret\n");
    expect(screen(guest)).toBe("\r\n");
  });
});

describe("raw mode", () => {
  it("with VMIN 1 gives what there is, and sleeps while there is nothing", () => {
    const guest = new Guest("terminal");
    raw(guest);
    expect(guest.call("read", 0, BUFFER, 100)).toBe(ASLEEP);
    type(guest, "a\r\x03");
    guest.run(guest.p);
    expect(guest.read(0, 100)).toBe("a\r\x03");
    expect(screen(guest)).toBe("");
  });

  it("with VMIN 3 waits for three bytes, or for as many as were asked", () => {
    const guest = new Guest("terminal");
    raw(guest, 3);
    type(guest, "ab");
    expect(guest.call("read", 0, BUFFER, 100)).toBe(ASLEEP);
    type(guest, "c");
    guest.run(guest.p);
    expect(guest.read(0, 100)).toBe("abc");
    type(guest, "de");
    expect(guest.read(0, 2)).toBe("de");
  });

  it("with VMIN 0 and VTIME 0 returns at once", () => {
    const guest = new Guest("terminal");
    raw(guest, 0, 0);
    expect(guest.read(0)).toBe("");
    type(guest, "x");
    expect(guest.read(0)).toBe("x");
  });

  it("with VMIN 0 and VTIME 5 waits half a second from the call", () => {
    const guest = new Guest("terminal");
    raw(guest, 0, 5);
    guest.core.hart.cycles = 1_000;
    expect(guest.call("read", 0, BUFFER, 10)).toBe(ASLEEP);
    expect(guest.p.wakeAtCycles).toBe(50_001_000);
    guest.core.hart.cycles = 50_001_000;
    guest.run(guest.p);
    expect(guest.call("read", 0, BUFFER, 10)).toBe(0);
  });

  it("with VMIN 4 and VTIME 1 waits a tenth of a second from byte to byte", () => {
    const guest = new Guest("terminal");
    raw(guest, 4, 1);
    expect(guest.call("read", 0, BUFFER, 10)).toBe(ASLEEP);
    expect(guest.p.wakeAtCycles).toBe(-1);
    guest.core.hart.cycles = 5_000_000;
    type(guest, "a");
    guest.run(guest.p);
    expect(guest.call("read", 0, BUFFER, 10)).toBe(ASLEEP);
    expect(guest.p.wakeAtCycles).toBe(15_000_000);
    guest.core.hart.cycles = 15_000_000;
    guest.run(guest.p);
    expect(guest.read(0, 10)).toBe("a");
  });

  it("makes a line that is being typed readable when canonical mode ends", () => {
    const guest = new Guest("terminal");
    type(guest, "half");
    raw(guest);
    expect(guest.read(0)).toBe("half");
    type(guest, "rest");
    change(guest, { local: Local.ICANON }, Ioctl.TCSETSF);
    expect(guest.call("read", 0, BUFFER, 10)).toBe(ASLEEP);
  });

  it("loses nothing of a paste longer than the queue", () => {
    const guest = new Guest("terminal");
    raw(guest);
    const paste = Array.from({ length: 20000 }, (_, i) => String.fromCharCode(97 + (i % 26))).join("");
    expect(type(guest, paste)).toBe(0);
    let got = "";
    while (got.length < paste.length) got += guest.read(0, 3000);
    expect(got).toBe(paste);
  });

  it("drops what exceeds a megabyte of backlog, and says how much", () => {
    const guest = new Guest("terminal");
    raw(guest);
    expect(type(guest, "y".repeat(4096 + (1 << 20) + 7))).toBe(7);
  });
});

describe("output", () => {
  it("turns newline into return and newline unless OPOST or ONLCR is off", () => {
    const guest = new Guest("terminal");
    guest.write(1, "a\nb");
    expect(screen(guest)).toBe("a\r\nb");
    change(guest, { output: Output.OPOST });
    guest.write(1, "a\nb");
    expect(screen(guest)).toBe("a\nb");
    change(guest, { output: 0 });
    guest.write(1, "a\nb");
    expect(screen(guest)).toBe("a\nb");
  });

  it("is held by ^S and let go by ^Q, and no byte is lost", () => {
    const guest = new Guest("terminal");
    type(guest, "\x13");
    expect(guest.call("write", 1, guest.text("held"), 4)).toBe(ASLEEP);
    expect(screen(guest)).toBe("");
    type(guest, "\x11");
    expect(guest.p.state).toBe("ready");
    guest.run(guest.p);
    expect(guest.call("write", 1, guest.text("held"), 4)).toBe(4);
    expect(screen(guest)).toBe("held");
  });
});

describe("signals from the keyboard", () => {
  it("^C, ^\\ and ^Z go to the foreground group and are echoed", () => {
    const guest = new Guest("terminal");
    const child = guest.fork(2);
    child.pgid = 2;
    guest.core.fs.terminal.foreground = 2;
    type(guest, "abc\x03");
    expect(child.group.pending.map(({ signal }) => signal)).toEqual([Signal.SIGINT]);
    expect(guest.p.group.pending).toEqual([]);
    type(guest, "\x1c\x1a");
    expect(child.group.pending.map(({ signal }) => signal)).toEqual([Signal.SIGINT, Signal.SIGQUIT, Signal.SIGTSTP]);
    expect(screen(guest)).toBe("abc^C^\\^Z");
    // The line that was being typed is gone.
    type(guest, "new\n");
    guest.core.fs.terminal.foreground = 1;
    expect(guest.read(0)).toBe("new\n");
  });

  it("reach a program that does not read, although the queue is full", () => {
    const guest = new Guest("terminal");
    change(guest, { local: Local.ISIG, input: Input.ICRNL });
    type(guest, "z".repeat(10000));
    type(guest, "\x03");
    expect(guest.p.group.pending.map(({ signal }) => signal)).toEqual([Signal.SIGINT]);
  });

  it("do nothing without ISIG", () => {
    const guest = new Guest("terminal");
    change(guest, { local: Local.ICANON });
    type(guest, "\x03\n");
    expect(guest.read(0)).toBe("\x03\n");
    expect(guest.p.group.pending).toEqual([]);
  });

  it("SIGWINCH tells of a new size, which TIOCGWINSZ gives", () => {
    const guest = new Guest("terminal");
    guest.call("rt_sigaction", Signal.SIGWINCH, guest.words(0x40000, 0, 0, 0), 0, 8);
    setWindowSize(guest.core, 132, 43);
    expect(guest.p.group.pending.map(({ signal }) => signal)).toEqual([Signal.SIGWINCH]);
    guest.call("ioctl", 0, Ioctl.TIOCGWINSZ, BUFFER);
    // struct winsize: ws_row, ws_col, ws_xpixel, ws_ypixel.
    expect([...new Uint16Array(guest.at(BUFFER, 8).slice().buffer)]).toEqual([43, 132, 0, 0]);
    setWindowSize(guest.core, 132, 43);
    expect(guest.p.group.pending.length).toBe(1);
  });
});

describe("job control", () => {
  /** A shell (pid 1, its own session) and a background job (pid 2) in the same session. */
  function shellAndJob(): { guest: Guest; job: Guest["p"]; shell: Guest["p"] } {
    const guest = new Guest("terminal");
    const shell = guest.p;
    const job = guest.fork(2);
    job.pgid = 2;
    return { guest, job, shell };
  }

  it("stops a background job that reads, and lets it read when it comes to the front", () => {
    const { guest, job } = shellAndJob();
    type(guest, "line\n");
    guest.run(job);
    expect(guest.call("read", 0, BUFFER, 10)).toBe(ASLEEP);
    expect(deliverSignals(guest.core, job)).toBe(0);
    expect([job.state, job.stopReport]).toEqual(["stopped", Signal.SIGTTIN]);
    guest.core.fs.terminal.foreground = 2;
    guest.run(job);
    expect(guest.read(0)).toBe("line\n");
  });

  it("gives EIO to a background reader that ignores SIGTTIN or that nobody could continue", () => {
    const { guest, job, shell } = shellAndJob();
    guest.run(job);
    guest.call("rt_sigaction", Signal.SIGTTIN, guest.words(1, 0, 0, 0), 0, 8);
    expect(guest.call("read", 0, BUFFER, 10)).toBe(-Errno.EIO);
    guest.call("rt_sigaction", Signal.SIGTTIN, guest.words(0, 0, 0, 0), 0, 8);
    shell.sid = 99;
    expect(guest.call("read", 0, BUFFER, 10)).toBe(-Errno.EIO);
  });

  it("lets background jobs write unless TOSTOP is set", () => {
    const { guest, job } = shellAndJob();
    guest.run(job);
    expect(guest.write(1, "x")).toBe(1);
    guest.core.fs.terminal.localFlags |= Local.TOSTOP;
    expect(guest.call("write", 1, guest.text("x"), 1)).toBe(ASLEEP);
    deliverSignals(guest.core, job);
    expect(job.stopReport).toBe(Signal.SIGTTOU);
  });

  it("TIOCSPGRP and TIOCGPGRP name the foreground group, within the session only", () => {
    const { guest, job } = shellAndJob();
    const set = (pgid: number) => guest.call("ioctl", 0, Ioctl.TIOCSPGRP, guest.words(pgid));
    expect(set(2)).toBe(0);
    guest.call("ioctl", 0, Ioctl.TIOCGPGRP, BUFFER);
    expect(guest.wordAt(BUFFER)).toBe(2);
    // The shell is in the background now: changing the terminal would stop it, but it is the parent and ignores SIGTTOU.
    guest.call("rt_sigaction", Signal.SIGTTOU, guest.words(1, 0, 0, 0), 0, 8);
    expect(set(1)).toBe(0);
    expect(set(77)).toBe(-Errno.ESRCH);
    expect(set(-1)).toBe(-Errno.EINVAL);
    job.sid = 2;
    expect(set(2)).toBe(-Errno.EPERM);
  });

  it("hangs up on the foreground group when the session's leader leaves", () => {
    const { guest, job, shell } = shellAndJob();
    guest.core.fs.terminal.foreground = 2;
    leaveTerminal(guest.core, shell);
    const sent = guest.events.flatMap((event) => (event.kind === "signal" && event.pid === 2 ? [event.signal] : []));
    expect(sent).toEqual([Signal.SIGHUP, Signal.SIGCONT]);
    // SIGCONT has nothing to wait for: nobody handles it.
    expect(job.group.pending.map(({ signal }) => signal)).toEqual([Signal.SIGHUP]);
    expect(job.tty).toBe(-1);
    guest.run(job);
    expect(guest.open("/dev/tty")).toBe(-Errno.ENXIO);
    expect(guest.call("ioctl", 0, Ioctl.TIOCGPGRP, BUFFER)).toBe(-Errno.ENOTTY);
  });

  it("a session without a terminal gets one by TIOCSCTTY or by opening /dev/console", () => {
    const { guest, shell } = shellAndJob();
    leaveTerminal(guest.core, shell);
    guest.run(shell);
    expect(guest.call("ioctl", 0, Ioctl.TIOCSCTTY, 0)).toBe(0);
    expect(guest.core.fs.terminal.session).toBe(1);
    expect(guest.call("ioctl", 0, Ioctl.TIOCNOTTY, 0)).toBe(0);
    expect(guest.open("/dev/console", Open.ReadWrite)).toBeGreaterThanOrEqual(0);
    expect(shell.tty).toBe(0);
  });
});

describe("the rest of the terminal's calls", () => {
  it("FIONREAD counts what a read would give; TCFLSH throws it away", () => {
    const guest = new Guest("terminal");
    type(guest, "12345\nmore\n");
    guest.call("ioctl", 0, Ioctl.FIONREAD, BUFFER);
    expect(guest.wordAt(BUFFER)).toBe(6);
    expect(guest.call("ioctl", 0, Ioctl.TCFLSH, 0)).toBe(0);
    expect(guest.call("ioctl", 0, Ioctl.TCFLSH, 3)).toBe(-Errno.EINVAL);
    guest.call("ioctl", 0, Ioctl.FIONREAD, BUFFER);
    expect(guest.wordAt(BUFFER)).toBe(0);
    expect(guest.call("ioctl", 0, 0x1234, 0)).toBe(-Errno.ENOTTY);
  });

  it("the end of the host's input lets the last line be read, then reads give end-of-file", () => {
    const guest = new Guest("terminal");
    type(guest, "no newline");
    deliverInput(guest.core, "tty0", "eof");
    expect(guest.read(0)).toBe("no newline");
    expect(guest.read(0)).toBe("");
  });

  it("TCGETS gives what a fresh Linux terminal has", () => {
    const guest = new Guest("terminal");
    guest.call("ioctl", 0, Ioctl.TCGETS, BUFFER);
    const bytes = guest.at(BUFFER, 36);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    // ICRNL | IXON | IUTF8, OPOST | ONLCR, B38400 | CS8 | CREAD, and `stty -a` on a fresh console.
    expect([0, 4, 8, 12].map((at) => view.getUint32(at, true))).toEqual([0o42400, 0o5, 0o277, 0o105073]);
    expect([...bytes.subarray(17, 24)]).toEqual([3, 28, 127, 21, 4, 0, 1]);
  });
});
