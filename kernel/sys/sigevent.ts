/** struct sigevent: how a program wants to be told of something (sigevent(7)). */

/** Words of it: value, signal, how to notify, thread; the rest is room. */
export const SIGEVENT_WORDS = 16;

/** sigev_notify: a signal, nothing, a thread of the C library's; and the flag for one thread's signal. */
export const Notify = { Signal: 0, None: 1, Thread: 2, ThreadId: 4 } as const;
