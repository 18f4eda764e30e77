/**
 * socket and socketpair. There are no sockets: no family of addresses is known, as on a kernel that was built without any. A C
 * library that would ask a server for a user's name looks no further than its files then, which it would not for ENOSYS.
 */
import { Errno, type SyscallName } from "../abi.ts";
import { Open } from "../fs/flags.ts";
import type { SyscallHandler } from "./handler.ts";

/** The bits of a type that are the type; the others are flags: SOCK_CLOEXEC and SOCK_NONBLOCK. */
const TYPE_MASK = 0xf;

const socket: SyscallHandler = (_core, _p, a) =>
  (a[1] & ~(TYPE_MASK | Open.CloseOnExec | Open.NonBlock)) !== 0 ? -Errno.EINVAL : -Errno.EAFNOSUPPORT;

export const socketCalls = { socket, socketpair: socket } satisfies Partial<Record<SyscallName, SyscallHandler>>;
