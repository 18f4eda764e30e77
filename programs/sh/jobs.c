/*
 * Jobs: one process group for each pipeline, and the terminal lent to the one in the foreground.
 * XCU 2.9.3.1, XBD 11.1.4; `man 7 credentials` and "Implementing a Shell" in the C library's manual tell the rules:
 * setpgid in parent and child alike, since nobody knows which runs first.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "sh.h"

bool has_job_control;

static Job *jobs; /* in the order of their numbers */
static pid_t shell_group;
static struct termios shell_modes;

typedef struct SignalName {
  int number;
  const char *name, *text;
} SignalName;

static const SignalName signal_names[] = {
    {SIGHUP, "HUP", "hung up"}, {SIGINT, "INT", "interrupted"}, {SIGQUIT, "QUIT", "quit"},
    {SIGILL, "ILL", "illegal instruction"}, {SIGTRAP, "TRAP", "breakpoint"}, {SIGABRT, "ABRT", "aborted"},
    {SIGBUS, "BUS", "bus error"}, {SIGFPE, "FPE", "arithmetic error"}, {SIGKILL, "KILL", "killed"},
    {SIGUSR1, "USR1", "user signal 1"}, {SIGSEGV, "SEGV", "segmentation fault"}, {SIGUSR2, "USR2", "user signal 2"},
    {SIGPIPE, "PIPE", "broken pipe"}, {SIGALRM, "ALRM", "alarm"}, {SIGTERM, "TERM", "terminated"},
    {SIGCHLD, "CHLD", "child changed"}, {SIGCONT, "CONT", "continued"}, {SIGSTOP, "STOP", "stopped"},
    {SIGTSTP, "TSTP", "stopped"}, {SIGTTIN, "TTIN", "stopped: wants to read the terminal"},
    {SIGTTOU, "TTOU", "stopped: wants to write the terminal"}, {SIGWINCH, "WINCH", "window changed"}};

enum { SIGNAL_NAMES = sizeof signal_names / sizeof signal_names[0] };

int signal_number(const char *name) {
  if (isdigit((unsigned char)*name)) return atoi(name);
  if (strncmp(name, "SIG", 3) == 0) name += 3;
  for (int i = 0; i < SIGNAL_NAMES; i++)
    if (strcmp(signal_names[i].name, name) == 0) return signal_names[i].number;
  return -1;
}

const char *signal_text(int number) {
  for (int i = 0; i < SIGNAL_NAMES; i++)
    if (signal_names[i].number == number) return signal_names[i].text;
  return "ended by a signal";
}

int status_of(int wait_status) {
  if (WIFEXITED(wait_status)) return WEXITSTATUS(wait_status);
  if (WIFSTOPPED(wait_status)) return 128 + WSTOPSIG(wait_status);
  return 128 + WTERMSIG(wait_status);
}

static void on_interrupt(int number) { interrupted = number; }

static void handle(int number, void (*handler)(int)) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = handler;
  sigaction(number, &action, NULL);
}

/* An interactive shell leads its own group, owns the terminal and lets no key stop it. */
void jobs_start(void) {
  if (!is_interactive) return;
  handle(SIGINT, on_interrupt);
  handle(SIGQUIT, SIG_IGN);
  handle(SIGTERM, SIG_IGN);
  handle(SIGTSTP, SIG_IGN);
  handle(SIGTTIN, SIG_IGN);
  handle(SIGTTOU, SIG_IGN);
  shell_group = getpid();
  setpgid(0, shell_group); /* fails for a session leader, which leads its group already */
  shell_group = getpgrp();
  has_job_control = tcsetpgrp(0, shell_group) == 0 && tcgetattr(0, &shell_modes) == 0;
}

static void free_job(Job *job) {
  Job **link = &jobs;
  while (*link != job) link = &(*link)->next;
  *link = job->next;
  while (job->processes != NULL) {
    Process *process = job->processes;
    job->processes = process->next;
    free(process);
  }
  free(job->text);
  free(job);
}

void jobs_forget(void) {
  while (jobs != NULL) free_job(jobs);
  if (is_interactive) {
    static const int caught[] = {SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU};
    for (int i = 0; i < 6; i++) handle(caught[i], SIG_DFL);
  }
  is_interactive = has_job_control = false;
}

Job *job_new(const char *text, bool is_background) {
  Job *job = grow(NULL, sizeof *job);
  memset(job, 0, sizeof *job);
  job->number = 1;
  Job **link = &jobs;
  for (; *link != NULL; link = &(*link)->next) job->number = (*link)->number + 1;
  job->text = copy_string(text == NULL ? "" : text);
  job->is_background = is_background;
  *link = job;
  return job;
}

pid_t job_fork(Job *job) {
  fflush(stdout);
  bool controls = has_job_control;
  pid_t pid = fork();
  if (pid < 0) {
    complain("cannot start another process: %s (ps shows what runs, kill ends it)", strerror(errno));
    if (job->processes == NULL) free_job(job);
    return pid;
  }
  pid_t group = job->group != 0 ? job->group : pid == 0 ? getpid() : pid;
  bool is_background = job->is_background;
  if (controls) {
    setpgid(pid, group);
    if (!is_background) tcsetpgrp(0, group);
  }
  if (pid == 0) {
    jobs_forget();
    if (is_background && !controls) { /* XCU 2.11: no terminal group of its own, so shield it otherwise */
      handle(SIGINT, SIG_IGN);
      handle(SIGQUIT, SIG_IGN);
      int nothing = open("/dev/null", O_RDONLY);
      if (nothing >= 0) dup2(nothing, 0), close(nothing);
    }
    return 0;
  }
  if (controls) job->group = group;
  Process *process = grow(NULL, sizeof *process);
  memset(process, 0, sizeof *process);
  process->pid = pid;
  Process **link = &job->processes;
  while (*link != NULL) link = &(*link)->next;
  *link = process;
  return pid;
}

static bool is_running(const Job *job) {
  for (const Process *p = job->processes; p != NULL; p = p->next)
    if (!p->is_done && !p->is_stopped) return true;
  return false;
}

static bool is_stopped(const Job *job) {
  bool any = false;
  for (const Process *p = job->processes; p != NULL; p = p->next) {
    if (p->is_stopped) any = true;
    else if (!p->is_done) return false;
  }
  return any;
}

/* The status of the pipeline is its last process's. */
static int last_process_status(const Job *job) {
  const Process *process = job->processes;
  while (process != NULL && process->next != NULL) process = process->next;
  return process == NULL ? 0 : process->status;
}

static void note(pid_t pid, int status) {
  for (Job *job = jobs; job != NULL; job = job->next)
    for (Process *process = job->processes; process != NULL; process = process->next) {
      if (process->pid != pid || process->is_done) continue;
      process->status = status;
      process->is_stopped = WIFSTOPPED(status);
      process->is_done = !WIFSTOPPED(status);
      job->was_reported = false;
    }
}

/* Takes what children have to say: waits for one change, or none when `options` has WNOHANG. False: no child left. */
static bool reap(int wait_options) {
  int status;
  pid_t pid = waitpid(-1, &status, wait_options | (has_job_control ? WUNTRACED : 0));
  if (pid > 0) note(pid, status);
  return pid > 0 || (pid < 0 && errno == EINTR && !interrupted);
}

static void print_job(const Job *job, const char *state) { printf("[%d] %-10s %s\n", job->number, state, job->text); }

static const char *state_text(const Job *job) {
  static char text[24];
  if (is_running(job)) return "Running";
  if (is_stopped(job)) return "Stopped";
  int status = last_process_status(job);
  if (WIFSIGNALED(status)) return signal_text(WTERMSIG(status));
  if (WEXITSTATUS(status) == 0) return "Done";
  snprintf(text, sizeof text, "Exit %d", WEXITSTATUS(status));
  return text;
}

/* Says why a program ended that did not end itself. Ctrl-C and a pipe's closed end need no words. */
static void report_death(const Job *job, int status) {
  if (!WIFSIGNALED(status)) return;
  int number = WTERMSIG(status);
  if (number == SIGINT) {
    if (is_interactive) fprintf(stderr, "\n");
  } else if (number != SIGPIPE) {
    fprintf(stderr, "sh: %s: %s (signal %d)\n", job->text, signal_text(number), number);
  }
}

int job_wait(Job *job) {
  bool controls = has_job_control;
  while (is_running(job) && (reap(0) || errno == EINTR)) continue;
  if (controls) tcsetpgrp(0, shell_group);
  int status = last_process_status(job);
  if (controls && (is_stopped(job) || WIFSIGNALED(status))) tcsetattr(0, TCSADRAIN, &shell_modes);
  if (is_stopped(job)) {
    job->is_background = job->was_reported = true;
    printf("\n[%d] Stopped    %s   (fg goes on with it, bg lets it go on behind)\n", job->number, job->text);
    fflush(stdout);
    for (const Process *p = job->processes; p != NULL; p = p->next)
      if (p->is_stopped) status = p->status;
    return status_of(status);
  }
  if (controls) tcgetattr(0, &shell_modes); /* stty is meant to last */
  report_death(job, status);
  if (is_interactive && WIFSIGNALED(status) && WTERMSIG(status) == SIGINT) interrupted = SIGINT;
  free_job(job);
  return status_of(status);
}

void jobs_report(void) {
  while (jobs != NULL && reap(WNOHANG)) continue;
  for (Job *job = jobs, *next; job != NULL; job = next) {
    next = job->next;
    if (is_running(job) || job->was_reported) continue;
    print_job(job, state_text(job));
    job->was_reported = true;
    if (!is_stopped(job)) free_job(job);
  }
  fflush(stdout);
}

int job_builtin_jobs(char **fields) {
  (void)fields;
  while (jobs != NULL && reap(WNOHANG)) continue;
  for (Job *job = jobs, *next; job != NULL; job = next) {
    next = job->next;
    print_job(job, state_text(job));
    if (!is_running(job) && !is_stopped(job)) free_job(job);
    else job->was_reported = true;
  }
  return 0;
}

/* %2, %name, %% or nothing: the job meant; the newest (a stopped one first) when nothing is said. */
static Job *find_job(const char *name) {
  Job *newest = NULL;
  if (name == NULL || strcmp(name, "%%") == 0 || strcmp(name, "%+") == 0) {
    for (Job *job = jobs; job != NULL; job = job->next)
      if (newest == NULL || is_stopped(job) || !is_stopped(newest)) newest = job;
    if (newest == NULL) complain("no job here (a command with & behind it makes one, Ctrl-Z stops one)");
    return newest;
  }
  if (*name == '%') name++;
  for (Job *job = jobs; job != NULL; job = job->next)
    if (isdigit((unsigned char)*name) ? job->number == atoi(name) : strncmp(job->text, name, strlen(name)) == 0)
      return job;
  complain("%s: no such job (jobs shows them)", name);
  return NULL;
}

int job_builtin_continue(char **fields, bool in_foreground) {
  if (!has_job_control) {
    complain("%s: this shell has no terminal to lend (job control needs an interactive shell)", fields[0]);
    return 1;
  }
  Job *job = find_job(fields[1]);
  if (job == NULL) return 1;
  for (Process *process = job->processes; process != NULL; process = process->next) process->is_stopped = false;
  job->is_background = !in_foreground;
  if (!in_foreground) printf("[%d] %s &\n", job->number, job->text);
  else printf("%s\n", job->text);
  fflush(stdout);
  if (in_foreground) tcsetpgrp(0, job->group);
  kill(-job->group, SIGCONT);
  return in_foreground ? job_wait(job) : 0;
}

static int wait_for_pid(pid_t pid) {
  for (Job *job = jobs; job != NULL; job = job->next)
    for (Process *process = job->processes; process != NULL; process = process->next) {
      if (process->pid != pid) continue;
      while (!process->is_done && !interrupted && (reap(0) || errno == EINTR)) continue;
      int status = status_of(process->status);
      if (interrupted) return 130;
      if (!is_running(job) && process->next == NULL) free_job(job);
      return status;
    }
  return 127;
}

int job_builtin_wait(char **fields) {
  int status = 0;
  if (fields[1] == NULL) {
    for (bool any = true; any && !interrupted;) {
      any = false;
      for (Job *job = jobs; job != NULL; job = job->next) any = any || is_running(job);
      if (any && !reap(0)) break;
    }
    if (!is_interactive) jobs_forget();
    return interrupted ? 130 : 0;
  }
  for (int i = 1; fields[i] != NULL; i++) {
    Job *job = fields[i][0] == '%' ? find_job(fields[i]) : NULL;
    pid_t pid = (pid_t)atoi(fields[i]);
    if (job != NULL)
      for (const Process *p = job->processes; p != NULL; p = p->next) pid = p->pid;
    status = wait_for_pid(pid);
  }
  return status;
}

int job_builtin_kill(char **fields) {
  int number = SIGTERM;
  int status = 0;
  fields++;
  if (*fields != NULL && strcmp(*fields, "-l") == 0) {
    for (int i = 0; i < SIGNAL_NAMES; i++) printf("%2d %s\n", signal_names[i].number, signal_names[i].name);
    return 0;
  }
  if (*fields != NULL && **fields == '-') {
    const char *name = *fields + 1;
    if (strcmp(name, "s") == 0 && fields[1] != NULL) name = *++fields;
    number = signal_number(name);
    fields++;
    if (number < 0) {
      complain("kill: %s: no such signal (kill -l lists them)", name);
      return 2;
    }
  }
  if (*fields == NULL) {
    complain("kill: whom? usage: kill [-SIGNAL] PID... or %%JOB... (ps and jobs show them)");
    return 2;
  }
  for (; *fields != NULL; fields++) {
    Job *job = **fields == '%' ? find_job(*fields) : NULL;
    if (**fields == '%' && job == NULL) {
      status = 1;
      continue;
    }
    pid_t target = job == NULL ? (pid_t)atoi(*fields) : job->group != 0 ? -job->group : job->processes->pid;
    if (target == 0 || kill(target, number) < 0) {
      complain("kill: %s: %s", *fields, target == 0 ? "this is no process id" : strerror(errno));
      status = 1;
    } else if (job != NULL && is_stopped(job) && number != SIGCONT) kill(target, SIGCONT);
  }
  return status;
}
