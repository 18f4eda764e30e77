/* Signals (Linux numbers and layouts for riscv32). */
#ifndef _SIGNAL_H
#define _SIGNAL_H

#include <bits/timespec.h>
#include <sys/types.h>

#define SIGHUP 1
#define SIGINT 2
#define SIGQUIT 3
#define SIGILL 4
#define SIGTRAP 5
#define SIGABRT 6
#define SIGIOT SIGABRT
#define SIGBUS 7
#define SIGFPE 8
#define SIGKILL 9
#define SIGUSR1 10
#define SIGSEGV 11
#define SIGUSR2 12
#define SIGPIPE 13
#define SIGALRM 14
#define SIGTERM 15
#define SIGSTKFLT 16
#define SIGCHLD 17
#define SIGCONT 18
#define SIGSTOP 19
#define SIGTSTP 20
#define SIGTTIN 21
#define SIGTTOU 22
#define SIGURG 23
#define SIGXCPU 24
#define SIGXFSZ 25
#define SIGVTALRM 26
#define SIGPROF 27
#define SIGWINCH 28
#define SIGIO 29
#define SIGPWR 30
#define SIGSYS 31
#define SIGPOLL SIGIO
#define SIGCLD SIGCHLD
#define SIGRTMIN 32
#define SIGRTMAX 64
#define NSIG 65
#define _NSIG NSIG

typedef int sig_atomic_t;
typedef void (*sighandler_t)(int);
typedef sighandler_t sig_t;

#define SIG_DFL ((sighandler_t)0)
#define SIG_IGN ((sighandler_t)1)
#define SIG_ERR ((sighandler_t)-1)

typedef struct {
  unsigned long __bits[2]; /* bit n − 1 stands for signal n */
} sigset_t;

#define SIG_BLOCK 0
#define SIG_UNBLOCK 1
#define SIG_SETMASK 2

#define SA_NOCLDSTOP 1
#define SA_NOCLDWAIT 2
#define SA_SIGINFO 4
#define SA_ONSTACK 0x08000000
#define SA_RESTART 0x10000000
#define SA_NODEFER 0x40000000
#define SA_RESETHAND 0x80000000
#define SA_NOMASK SA_NODEFER
#define SA_ONESHOT SA_RESETHAND

#define MINSIGSTKSZ 2048
#define SIGSTKSZ 8192
#define SS_ONSTACK 1
#define SS_DISABLE 2

/* The stack for handlers with SA_ONSTACK. */
typedef struct {
  void *ss_sp;
  int ss_flags;
  size_t ss_size;
} stack_t;

union sigval {
  int sival_int;
  void *sival_ptr;
};

/* 128 bytes; which member of the union counts depends on the signal. */
typedef struct {
  int si_signo;
  int si_errno;
  int si_code;
  union {
    int __pad[29];
    struct {
      pid_t pid;
      uid_t uid;
      union sigval value;
    } __kill;
    struct {
      pid_t pid;
      uid_t uid;
      int status;
      long utime;
      long stime;
    } __child;
    struct {
      void *vaddr;
    } __fault;
  } __fields;
} siginfo_t;

#define si_pid __fields.__child.pid
#define si_uid __fields.__child.uid
#define si_status __fields.__child.status
#define si_utime __fields.__child.utime
#define si_stime __fields.__child.stime
#define si_addr __fields.__fault.vaddr
#define si_value __fields.__kill.value
#define si_int si_value.sival_int
#define si_ptr si_value.sival_ptr

#define SI_USER 0
#define SI_KERNEL 0x80
#define SI_QUEUE (-1)
#define SI_TIMER (-2)
#define SI_MESGQ (-3)
#define SI_ASYNCIO (-4)
#define SI_TKILL (-6)
#define SEGV_MAPERR 1
#define SEGV_ACCERR 2
#define BUS_ADRALN 1
#define BUS_ADRERR 2
#define BUS_OBJERR 3
#define ILL_ILLOPC 1
#define ILL_ILLOPN 2
#define ILL_ILLADR 3
#define ILL_ILLTRP 4
#define ILL_PRVOPC 5
#define FPE_INTDIV 1
#define FPE_INTOVF 2
#define FPE_FLTDIV 3
#define FPE_FLTOVF 4
#define FPE_FLTUND 5
#define FPE_FLTRES 6
#define FPE_FLTINV 7
#define TRAP_BRKPT 1
#define TRAP_TRACE 2
#define CLD_EXITED 1
#define CLD_KILLED 2
#define CLD_DUMPED 3
#define CLD_TRAPPED 4
#define CLD_STOPPED 5
#define CLD_CONTINUED 6

struct sigaction {
  union {
    void (*__handler)(int);
    void (*__action)(int, siginfo_t *, void *);
  } __function;
  sigset_t sa_mask;
  int sa_flags;
};

#define sa_handler __function.__handler
#define sa_sigaction __function.__action

#ifdef __cplusplus
extern "C" {
#endif

sighandler_t signal(int number, sighandler_t handler);
int sigaction(int number, const struct sigaction *action, struct sigaction *old);
int sigprocmask(int how, const sigset_t *set, sigset_t *old);
int sigsuspend(const sigset_t *mask);
int kill(pid_t pid, int number);
int killpg(pid_t pgid, int number);
int raise(int number);

int sigemptyset(sigset_t *set);
int sigfillset(sigset_t *set);
int sigaddset(sigset_t *set, int number);
int sigdelset(sigset_t *set, int number);
int sigismember(const sigset_t *set, int number);

int sigisemptyset(const sigset_t *set);
int sigandset(sigset_t *to, const sigset_t *a, const sigset_t *b);
int sigorset(sigset_t *to, const sigset_t *a, const sigset_t *b);
int sigpending(sigset_t *set);
int sigwait(const sigset_t *set, int *number);
int sigwaitinfo(const sigset_t *set, siginfo_t *info);
int sigtimedwait(const sigset_t *set, siginfo_t *info, const struct timespec *timeout);
int sigqueue(pid_t pid, int number, union sigval value);
int sigaltstack(const stack_t *stack, stack_t *old);
int siginterrupt(int number, int interrupts);

void psignal(int number, const char *what);
void psiginfo(const siginfo_t *info, const char *what);

#ifdef __cplusplus
}
#endif

#endif
