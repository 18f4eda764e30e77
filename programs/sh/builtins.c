/* What must happen in the shell's own process: its directory, its variables, its jobs, its flow. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lib/test-expression.h"
#include "sh.h"

static int do_true(int count, char **fields) {
  (void)count, (void)fields;
  return 0;
}

static int do_false(int count, char **fields) {
  (void)count, (void)fields;
  return 1;
}

static int do_cd(int count, char **fields) {
  const char *target = count > 1 ? fields[1] : variable_get("HOME");
  bool prints = count > 1 && strcmp(target, "-") == 0;
  if (prints) target = variable_get("OLDPWD");
  if (target == NULL) {
    complain("cd: %s is not set", prints ? "OLDPWD" : "HOME");
    return 1;
  }
  if (chdir(target) < 0) {
    complain("cd: %s: %s", target, strerror(errno));
    return 1;
  }
  char directory[256];
  const char *old = variable_get("PWD");
  if (old != NULL) variable_set("OLDPWD", old);
  if (getcwd(directory, sizeof directory) != NULL) variable_set("PWD", directory);
  if (prints) printf("%s\n", directory);
  return 0;
}

static int do_pwd(int count, char **fields) {
  (void)count, (void)fields;
  char directory[256];
  if (getcwd(directory, sizeof directory) == NULL) {
    complain("pwd: %s", strerror(errno));
    return 1;
  }
  printf("%s\n", directory);
  return 0;
}

/* A whole number, or -1 with a message. */
static int number_argument(const char *command, const char *text) {
  char *end;
  long number = strtol(text, &end, 10);
  if (*text != '\0' && *end == '\0' && number >= 0) return (int)number;
  complain("%s: %s: a whole number should stand here", command, text);
  return -1;
}

static int do_exit(int count, char **fields) {
  int status = count > 1 ? number_argument("exit", fields[1]) : last_status;
  leave(status < 0 ? 2 : status & 255);
  return 0;
}

/* export and readonly share their form: NAME or NAME=VALUE, -p or nothing lists. */
static int declare(int count, char **fields, void (*mark)(const char *), bool exported_only) {
  int status = 0;
  if (count == 1 || strcmp(fields[1], "-p") == 0) variables_print(exported_only);
  for (int i = 1; i < count && strcmp(fields[i], "-p") != 0; i++) {
    size_t bytes = assignment_name_bytes(fields[i]);
    if (bytes == 0 && !is_name(fields[i], strlen(fields[i]))) {
      complain("%s: %s: this is no variable's name (letters, digits and _, no digit first)", fields[0], fields[i]);
      status = 1;
      continue;
    }
    char *name = bytes == 0 ? fields[i] : arena_copy(fields[i], bytes);
    if (bytes > 0 && !variable_set(name, fields[i] + bytes + 1)) status = 1;
    mark(name);
  }
  return status;
}

static int do_export(int count, char **fields) { return declare(count, fields, variable_export, true); }
static int do_readonly(int count, char **fields) { return declare(count, fields, variable_make_readonly, false); }

static int do_unset(int count, char **fields) {
  for (int i = 1; i < count; i++)
    if (fields[i][0] != '-') variable_unset(fields[i]);
  return 0;
}

static bool *option_flag(char letter) {
  switch (letter) {
    case 'e': return &options.errexit;
    case 'u': return &options.nounset;
    case 'x': return &options.xtrace;
    case 'f': return &options.noglob;
    default: return NULL;
  }
}

/* New positional parameters. They live until the next set or the function's return: never freed, and small. */
static void set_parameters(int count, char **fields) {
  char **items = grow(NULL, (size_t)(count + 1) * sizeof *items);
  for (int i = 0; i < count; i++) items[i] = copy_string(fields[i]);
  items[count] = NULL;
  parameters.items = items;
  parameters.count = count;
}

static int do_set(int count, char **fields) {
  if (count == 1) variables_print(false);
  for (int i = 1; i < count; i++) {
    char sign = fields[i][0];
    bool ends = strcmp(fields[i], "--") == 0;
    if (ends || (sign != '-' && sign != '+') || fields[i][1] == '\0') {
      set_parameters(count - i - ends, fields + i + ends);
      return 0;
    }
    for (const char *letter = fields[i] + 1; *letter != '\0'; letter++) {
      bool *flag = option_flag(*letter);
      if (flag == NULL) {
        complain("set: %c%c: no such option (-e, -f, -u, -x)", sign, *letter);
        return 2;
      }
      *flag = sign == '-';
    }
  }
  return 0;
}

static int do_shift(int count, char **fields) {
  int by = count > 1 ? number_argument("shift", fields[1]) : 1;
  if (by < 0 || by > parameters.count) {
    if (by > 0) complain("shift: there are only %d parameters", parameters.count);
    return 1;
  }
  parameters.items += by;
  parameters.count -= by;
  return 0;
}

static int leave_loop(int count, char **fields, int *levels) {
  int wanted = count > 1 ? number_argument(fields[0], fields[1]) : 1;
  if (wanted < 1) return 1;
  if (loop_depth == 0) {
    complain("%s: this works only inside for, while and until", fields[0]);
    return 0;
  }
  *levels = wanted > loop_depth ? loop_depth : wanted;
  return 0;
}

static int do_break(int count, char **fields) { return leave_loop(count, fields, &breaking); }
static int do_continue(int count, char **fields) { return leave_loop(count, fields, &continuing); }

static int do_return(int count, char **fields) {
  int status = count > 1 ? number_argument("return", fields[1]) : last_status;
  returning = true;
  return status < 0 ? 2 : status & 255;
}

static int do_eval(int count, char **fields) {
  Buffer text = {0};
  for (int i = 1; i < count; i++) {
    if (i > 1) buffer_put(&text, ' ');
    buffer_puts(&text, fields[i]);
  }
  return text.length == 0 ? 0 : run_string(buffer_finish(&text), "eval", false);
}

static int do_exec(int count, char **fields) {
  if (count == 1) return 0;
  int status = exec_program(fields + 1);
  if (!is_interactive) leave(status);
  return status;
}

static int do_dot(int count, char **fields) {
  if (count < 2) {
    complain(".: which file? usage: . FILE");
    return 2;
  }
  int status = run_file(fields[1]);
  if (returning) status = last_status;
  returning = false;
  return status;
}

/* read [-r] NAME...: one line, split at IFS; the last name takes the rest. */
static int do_read(int count, char **fields) {
  bool is_raw = count > 1 && strcmp(fields[1], "-r") == 0;
  const char *ifs = variable_get("IFS") == NULL ? " \t\n" : variable_get("IFS");
  Buffer line = {0};
  char c = '\0';
  ssize_t got;
  while ((got = read(0, &c, 1)) != 0 && c != '\n') {
    if (got < 0 && (errno != EINTR || interrupted)) return interrupted ? 130 : 1;
    if (got < 0) continue;
    if (c == '\\' && !is_raw) {
      if (read(0, &c, 1) <= 0) break;
      if (c == '\n') {
        c = '\0';
        continue;
      }
    }
    buffer_put(&line, c);
  }
  char *text = buffer_finish(&line);
  for (int i = is_raw ? 2 : 1; i < count; i++) {
    while (*text != '\0' && isspace((unsigned char)*text) && strchr(ifs, *text) != NULL) text++;
    size_t bytes = i + 1 < count ? strcspn(text, ifs) : strlen(text);
    char *value = arena_copy(text, bytes);
    if (i + 1 == count)
      while (bytes > 0 && isspace((unsigned char)value[bytes - 1]) && strchr(ifs, value[bytes - 1]) != NULL)
        value[--bytes] = '\0';
    if (!is_name(fields[i], strlen(fields[i])) || !variable_set(fields[i], value)) return 2;
    text += strlen(value);
    if (i + 1 < count && *text != '\0') text++;
  }
  return got <= 0;
}

static int do_umask(int count, char **fields) {
  if (count > 1) {
    umask((mode_t)strtol(fields[1], NULL, 8));
    return 0;
  }
  mode_t mask = umask(0);
  umask(mask);
  printf("%04o\n", (unsigned)mask);
  return 0;
}

static int do_type(int count, char **fields) {
  int status = 0;
  for (int i = 1; i < count; i++) {
    const char *path = NULL;
    if (function_get(fields[i]) != NULL) printf("%s is a function\n", fields[i]);
    else if (builtin_find(fields[i]) != NULL) printf("%s is part of the shell\n", fields[i]);
    else if ((path = find_program(fields[i])) != NULL && access(path, X_OK) == 0) printf("%s is %s\n", fields[i], path);
    else {
      complain("%s: command not found (type help for the list)", fields[i]);
      status = 127;
    }
  }
  return status;
}

/* command [-v] NAME...: the program or builtin, past any function of that name. */
static int do_command(int count, char **fields) {
  if (count > 2 && strcmp(fields[1], "-v") == 0) {
    const char *path = builtin_find(fields[2]) != NULL || function_get(fields[2]) != NULL ? fields[2] : find_program(fields[2]);
    if (path != NULL) printf("%s\n", path);
    return path == NULL ? 127 : 0;
  }
  if (count < 2) return 0;
  Builtin builtin = builtin_find(fields[1]);
  if (builtin != NULL) return builtin(count - 1, fields + 1);
  Job *job = job_new(fields[1], false);
  pid_t pid = job_fork(job);
  if (pid == 0) leave(exec_program(fields + 1));
  return pid < 0 ? 2 : job_wait(job);
}

static int do_history(int count, char **fields) {
  int shown = count > 1 ? number_argument("history", fields[1]) : history_count();
  if (shown < 0) return 2;
  for (int i = shown > history_count() ? 0 : history_count() - shown; i < history_count(); i++)
    printf("%5d  %s\n", i + 1, history_line(i));
  return 0;
}

static int do_jobs(int count, char **fields) { return (void)count, job_builtin_jobs(fields); }
static int do_fg(int count, char **fields) { return (void)count, job_builtin_continue(fields, true); }
static int do_bg(int count, char **fields) { return (void)count, job_builtin_continue(fields, false); }
static int do_wait(int count, char **fields) { return (void)count, job_builtin_wait(fields); }
static int do_kill(int count, char **fields) { return (void)count, job_builtin_kill(fields); }
static int do_test(int count, char **fields) { return test_expression(count, fields); }

typedef struct Entry {
  const char *name;
  Builtin run;
} Entry;

static const Entry entries[] = {
    {".", do_dot},       {":", do_true},       {"[", do_test},           {"bg", do_bg},         {"break", do_break},
    {"cd", do_cd},       {"command", do_command}, {"continue", do_continue}, {"eval", do_eval}, {"exec", do_exec},
    {"exit", do_exit},   {"export", do_export}, {"false", do_false},     {"fg", do_fg},         {"help", builtin_help},
    {"history", do_history}, {"jobs", do_jobs}, {"kill", do_kill},       {"pwd", do_pwd},       {"read", do_read},
    {"readonly", do_readonly}, {"return", do_return}, {"set", do_set},   {"shift", do_shift},   {"test", do_test},
    {"true", do_true},   {"type", do_type},    {"umask", do_umask},      {"unset", do_unset},   {"wait", do_wait}};

enum { ENTRIES = sizeof entries / sizeof entries[0] };

Builtin builtin_find(const char *name) {
  for (int i = 0; i < ENTRIES; i++)
    if (strcmp(entries[i].name, name) == 0) return entries[i].run;
  return NULL;
}

const char *builtin_name(int index) { return index < ENTRIES ? entries[index].name : NULL; }
