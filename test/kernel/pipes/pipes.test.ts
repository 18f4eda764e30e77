import { describe, expect, it } from "vitest";
import { Errno, Signal } from "../../../kernel/abi.ts";
import { Fcntl, Open } from "../../../kernel/fs/flags.ts";
import { MAX_PIPES } from "../../../kernel/fs/pipe-book.ts";
import { Resource } from "../../../kernel/proc/resources.ts";
import { deliverSignals } from "../../../kernel/proc/signals.ts";
import { deliverInput } from "../../../kernel/tty/device.ts";
import { ASLEEP, BUFFER, Guest, NOWHERE } from "../fs/guest.ts";

const CAPACITY = 65536;
const POLLIN = 1;
const POLLOUT = 4;
const POLLERR = 8;
const POLLHUP = 16;
const POLLNVAL = 32;

function pipe(guest: Guest, flags = 0): [number, number] {
  expect(guest.call("pipe2", BUFFER, flags)).toBe(0);
  return [guest.wordAt(BUFFER), guest.wordAt(BUFFER + 4)];
}

const ignore = (guest: Guest, signal: number) => {
  guest.call("rt_sigaction", signal, guest.words(1, 0, 0, 0), 0, 8);
};

describe("pipes", () => {
  it("carry bytes in order and end when the last writer has closed", () => {
    const guest = new Guest();
    const [r, w] = pipe(guest);
    expect(guest.write(w, "hello ")).toBe(6);
    expect(guest.write(w, "world")).toBe(5);
    expect(guest.read(r, 3)).toBe("hel");
    expect(guest.read(r)).toBe("lo world");
    guest.call("close", w);
    expect(guest.read(r)).toBe("");
    expect(guest.read(w)).toBe(-Errno.EBADF);
    expect(guest.write(r, "x")).toBe(-Errno.EBADF);
    guest.call("close", r);
    expect(guest.core.fs.usage.pipes).toBe(0);
    guest.check();
  });

  it("put a reader of an empty pipe to sleep, and a write wakes it", () => {
    const guest = new Guest();
    const [r, w] = pipe(guest);
    const parent = guest.p;
    const child = guest.fork(2);
    expect(guest.call("read", r, BUFFER, 10)).toBe(ASLEEP);
    expect(parent.state).toBe("blocked");
    guest.run(child);
    expect(guest.write(w, "data")).toBe(4);
    expect(parent.state).toBe("ready");
    guest.run(parent);
    expect(guest.read(r, 10)).toBe("data");
  });

  it("wake a sleeping reader with end-of-file only when every writer is gone", () => {
    const guest = new Guest();
    const [r, w] = pipe(guest);
    const parent = guest.p;
    const child = guest.fork(2);
    guest.call("close", w);
    expect(guest.call("read", r, BUFFER, 10)).toBe(ASLEEP);
    guest.run(child);
    guest.call("close", w);
    expect(parent.state).toBe("ready");
    guest.run(parent);
    expect(guest.call("read", r, BUFFER, 10)).toBe(0);
  });

  it("hold 64 KiB: a large write goes in as far as there is room, sleeps, and goes on where it was", () => {
    const guest = new Guest();
    const [r, w] = pipe(guest);
    const parent = guest.p;
    const child = guest.fork(2);
    const total = CAPACITY + 5000;
    for (let i = 0; i < 18 * 4096; i++) guest.at(BUFFER, 18 * 4096)[i] = i % 251;
    expect(guest.call("write", w, BUFFER, total)).toBe(ASLEEP);
    expect(parent.restart?.progress).toBe(CAPACITY);
    guest.run(child);
    const target = BUFFER + 18 * 4096;
    expect(guest.call("read", r, target, 6000)).toBe(6000);
    expect(parent.state).toBe("ready");
    guest.run(parent);
    expect(guest.call("write", w, BUFFER, total)).toBe(total);
    guest.run(child);
    let at = 6000;
    while (at < total) {
      const bytes = guest.call("read", r, target, 8192);
      for (let i = 0; i < bytes; i++) expect(guest.at(target, bytes)[i]).toBe((at + i) % 251);
      at += bytes;
    }
    expect(at).toBe(total);
  });

  it("take writes of up to 4096 bytes whole or not at all", () => {
    const guest = new Guest();
    const [r, w] = pipe(guest, Open.NonBlock);
    expect(guest.call("write", w, BUFFER, CAPACITY - 100)).toBe(CAPACITY - 100);
    expect(guest.call("write", w, BUFFER, 4096)).toBe(-Errno.EAGAIN);
    expect(guest.call("write", w, BUFFER, 4097)).toBe(100);
    expect(guest.call("write", w, BUFFER, 4097)).toBe(-Errno.EAGAIN);
    guest.call("read", r, BUFFER, 4095);
    expect(guest.call("write", w, BUFFER, 4096)).toBe(-Errno.EAGAIN);
    guest.call("read", r, BUFFER, 1);
    expect(guest.call("write", w, BUFFER, 4096)).toBe(4096);
  });

  it("without readers give EPIPE and SIGPIPE, which ends the process by default", () => {
    const guest = new Guest();
    const [r, w] = pipe(guest);
    guest.call("close", r);
    expect(guest.write(w, "x")).toBe(-Errno.EPIPE);
    expect(deliverSignals(guest.core, guest.p)).toBe(Signal.SIGPIPE);
    ignore(guest, Signal.SIGPIPE);
    expect(guest.write(w, "x")).toBe(-Errno.EPIPE);
    expect(deliverSignals(guest.core, guest.p)).toBe(0);
  });

  it("fail as pipe2(2) says", () => {
    const guest = new Guest();
    expect(guest.call("pipe2", BUFFER, 1)).toBe(-Errno.EINVAL);
    expect(guest.call("pipe2", NOWHERE, 0)).toBe(-Errno.EFAULT);
    expect(guest.core.fs.usage.pipes).toBe(0);
    Object.assign(guest.p.limits[Resource.OpenFiles], { soft: 1 });
    expect(guest.call("pipe2", BUFFER, 0)).toBe(-Errno.EMFILE);
    Object.assign(guest.p.limits[Resource.OpenFiles], { soft: 1024 });
    const [r] = pipe(guest);
    expect(guest.call("read", r, BUFFER, 0)).toBe(0);
    expect(guest.call("fcntl64", r, 4, Open.NonBlock)).toBe(0);
    expect(guest.read(r)).toBe(-Errno.EAGAIN);
  });

  it("are bounded in number", () => {
    const guest = new Guest();
    for (let made = 0; made < MAX_PIPES; made++) {
      // A fresh table every now and then, as another process would have: its limit is not what is tested.
      if (made % 500 === 0) guest.p.files = { users: 1, slots: [], locks: [] };
      expect(guest.call("pipe2", BUFFER, 0)).toBe(0);
    }
    expect(guest.call("pipe2", BUFFER, 0)).toBe(-Errno.ENFILE);
  });
});

describe("what pipes hold", () => {
  it("is bounded for one pipe and, beyond 64 KiB each, for all together", () => {
    const guest = new Guest();
    const [, first] = pipe(guest);
    expect(guest.call("fcntl64", first, Fcntl.SetPipeSize, (1 << 20) + 1)).toBe(-Errno.EPERM);
    let grown = 0;
    let last = first;
    while (guest.call("fcntl64", last, Fcntl.SetPipeSize, 1 << 20) > 0) {
      grown++;
      [, last] = pipe(guest);
    }
    // 64 MiB in steps of 960 KiB.
    expect(grown).toBe(68);
    expect(guest.call("fcntl64", last, Fcntl.SetPipeSize, 1 << 20)).toBe(-Errno.EPERM);
    expect(guest.call("fcntl64", last, Fcntl.SetPipeSize, 4096)).toBe(4096);
    expect(guest.call("fcntl64", first, Fcntl.SetPipeSize, 4096)).toBe(4096);
    expect(guest.call("fcntl64", last, Fcntl.SetPipeSize, 1 << 20)).toBe(1 << 20);
    guest.check();
  });
});

describe("ppoll", () => {
  const pollfd = (guest: Guest, ...entries: [fd: number, events: number][]) =>
    guest.put(new Uint8Array(Int32Array.from(entries.flat()).buffer));
  const revents = (guest: Guest, fds: number, index: number) => guest.wordAt(fds + 8 * index + 4) >>> 16;

  it("tells what is ready without being asked about errors", () => {
    const guest = new Guest();
    const [r, w] = pipe(guest);
    const fds = pollfd(guest, [r, POLLIN], [w, POLLOUT], [-1, POLLIN], [99, POLLIN]);
    const zero = guest.words(0, 0, 0, 0);
    expect(guest.call("ppoll_time64", fds, 4, zero, 0, 8)).toBe(2);
    expect([0, 1, 2, 3].map((i) => revents(guest, fds, i))).toEqual([0, POLLOUT, 0, POLLNVAL]);
    guest.write(w, "x");
    guest.call("ppoll_time64", fds, 4, zero, 0, 8);
    expect(revents(guest, fds, 0)).toBe(POLLIN);
    guest.call("close", w);
    guest.call("ppoll_time64", fds, 4, zero, 0, 8);
    expect(revents(guest, fds, 0)).toBe(POLLIN | POLLHUP);
    const [r2, w2] = pipe(guest);
    guest.call("close", r2);
    const broken = pollfd(guest, [w2, 0]);
    expect(guest.call("ppoll_time64", broken, 1, zero, 0, 8)).toBe(1);
    expect(revents(guest, broken, 0)).toBe(POLLERR);
  });

  it("sleeps until one of several files is ready", () => {
    const guest = new Guest("streams");
    const [r, w] = pipe(guest);
    const fds = pollfd(guest, [0, POLLIN], [r, POLLIN]);
    expect(guest.call("ppoll_time64", fds, 2, 0, 0, 8)).toBe(ASLEEP);
    deliverInput(guest.core, "stdin", new Uint8Array([65]));
    expect(guest.p.state).toBe("ready");
    guest.run(guest.p);
    expect(guest.call("ppoll_time64", fds, 2, 0, 0, 8)).toBe(1);
    expect([revents(guest, fds, 0), revents(guest, fds, 1)]).toEqual([POLLIN, 0]);
    expect(guest.read(0)).toBe("A");
    guest.write(w, "x");
    expect(guest.call("ppoll_time64", fds, 2, 0, 0, 8)).toBe(1);
  });

  it("ends at its deadline, which waking early does not move", () => {
    const guest = new Guest();
    const [r] = pipe(guest);
    const fds = pollfd(guest, [r, POLLIN]);
    const second = guest.words(1, 0, 500_000_000, 0);
    guest.core.hart.cycles = 1000;
    expect(guest.call("ppoll_time64", fds, 1, second, 0, 8)).toBe(ASLEEP);
    const deadline = guest.p.wakeAtCycles;
    expect(deadline - 1000).toBeGreaterThanOrEqual(150_000_000);
    expect(deadline - 1000).toBeLessThan(150_001_000);
    guest.core.hart.cycles = 5_000_000;
    guest.run(guest.p);
    expect(guest.call("ppoll_time64", fds, 1, second, 0, 8)).toBe(ASLEEP);
    expect(guest.p.wakeAtCycles).toBe(deadline);
    guest.core.hart.cycles = deadline;
    guest.run(guest.p);
    expect(guest.call("ppoll_time64", fds, 1, second, 0, 8)).toBe(0);
    expect(guest.call("ppoll_time64", fds, 1, guest.words(0, 0, 1_000_000_000, 0), 0, 8)).toBe(-Errno.EINVAL);
    expect(guest.call("ppoll_time64", fds, 100_000, 0, 0, 8)).toBe(-Errno.EINVAL);
  });
});
