/*
 * The tree to processes. `may_replace` travels down to where a child that has nothing else to do can exec without
 * forking again.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sh.h"

bool is_interactive;
volatile int interrupted;
int breaking, continuing, loop_depth;
bool returning;

int substitution_status;
static int condition_depth;     /* inside if, while, &&, || or !: set -e does not act */

void leave(int status) {
  fflush(stdout);
  exit(status);
}

static bool assign(const Word *assignments, bool exports) {
  for (; assignments != NULL; assignments = assignments->next) {
    size_t bytes = assignment_name_bytes(assignments->text);
    char *name = arena_copy(assignments->text, bytes);
    char *value = expand_string(assignments->text + bytes + 1);
    if (expansion_failed || !variable_set(name, value)) return false;
    if (exports) variable_export(name);
  }
  return true;
}

static void trace(const Word *assignments, char **fields) {
  if (!options.xtrace) return;
  fprintf(stderr, "+");
  for (; assignments != NULL; assignments = assignments->next) fprintf(stderr, " %s", assignments->text);
  for (; *fields != NULL; fields++) fprintf(stderr, " %s", *fields);
  fprintf(stderr, "\n");
}

static int call_function(const char *body, int count, char **fields) {
  static int depth;
  if (depth >= 64) {
    complain("%s: functions call each other more than 64 deep", fields[0]);
    return 1;
  }
  Parameters outer = parameters;
  int outer_loops = loop_depth;
  parameters.items = fields + 1;
  parameters.count = count - 1;
  loop_depth = 0;
  depth++;
  int status = run_string(body, fields[0], false);
  depth--;
  loop_depth = outer_loops;
  parameters = outer;
  if (returning) status = last_status;
  returning = false;
  return status;
}

/* A builtin or function, in this process: redirections and assignments are taken back afterwards. */
static int run_here(const Node *node, Builtin builtin, const char *body, int count, char **fields) {
  Saved *saved = NULL;
  int status = 1;
  bool is_exec = strcmp(fields[0], "exec") == 0;
  const char *names[8];
  const char *values[8];
  int assigned = 0;
  for (const Word *a = node->assignments; a != NULL && assigned < 8; a = a->next, assigned++) {
    names[assigned] = arena_copy(a->text, assignment_name_bytes(a->text));
    const char *old = variable_get(names[assigned]);
    values[assigned] = old == NULL ? NULL : arena_copy(old, strlen(old));
  }
  fflush(stdout);
  if (assign(node->assignments, false) && redirect_apply(node->redirects, is_exec ? NULL : &saved)) {
    status = builtin != NULL ? builtin(count, fields) : call_function(body, count, fields);
    if (fflush(stdout) != 0) {
      complain("%s: cannot write its output: %s", fields[0], strerror(errno));
      clearerr(stdout);
      status = 1;
    }
  }
  redirect_restore(saved);
  while (assigned-- > 0) {
    if (values[assigned] != NULL) variable_set(names[assigned], values[assigned]);
    else variable_unset(names[assigned]);
  }
  return status;
}

static int run_program(const Node *node, char **fields, bool may_replace) {
  Job *job = may_replace ? NULL : job_new(node->text, false);
  pid_t pid = may_replace ? 0 : job_fork(job);
  if (pid < 0) return 2;
  if (pid > 0) return job_wait(job);
  if (!redirect_apply(node->redirects, NULL) || !assign(node->assignments, true)) leave(1);
  leave(exec_program(fields));
  return 0;
}

static int run_simple(const Node *node, bool may_replace) {
  int count;
  substitution_status = 0;
  char **fields = expand_words(node->words, &count);
  if (expansion_failed) return is_interactive ? 2 : (leave(2), 2);
  trace(node->assignments, fields);
  if (count == 0) {
    Saved *saved = NULL;
    if (!assign(node->assignments, false)) return is_interactive ? 2 : (leave(2), 2);
    bool is_ok = redirect_apply(node->redirects, &saved);
    redirect_restore(saved);
    return is_ok ? substitution_status : 1;
  }
  const char *body = function_get(fields[0]);
  Builtin builtin = body == NULL ? builtin_find(fields[0]) : NULL;
  if (body != NULL || builtin != NULL) return run_here(node, builtin, body, count, fields);
  return run_program(node, fields, may_replace);
}

/* A node in a child of its own: ( ) and what & puts in the background. */
static int run_in_child(const Node *node, const char *text, bool is_background) {
  Job *job = job_new(text, is_background);
  pid_t pid = job_fork(job);
  if (pid < 0) return 2;
  if (pid == 0) leave(run_node(node, true));
  if (!is_background) return job_wait(job);
  last_background = pid;
  if (is_interactive) fprintf(stderr, "[%d] %ld\n", job->number, (long)pid);
  return 0;
}

/* Every stage is a child; all stand in one process group, the first one's. */
static int run_pipeline(const Node *node, bool is_background) {
  Job *job = job_new(node->text, is_background);
  int from = -1;
  pid_t pid = 0;
  for (bool is_last = false; !is_last; node = node->right) {
    int ends[2] = {-1, -1};
    is_last = node->kind != NODE_PIPE;
    if (!is_last && pipe(ends) < 0) {
      complain("cannot make a pipe: %s", strerror(errno));
      break;
    }
    pid = job_fork(job);
    if (pid == 0) {
      if (from >= 0) dup2(from, 0), close(from);
      if (!is_last) dup2(ends[1], 1), close(ends[0]), close(ends[1]);
      leave(run_node(is_last ? node : node->left, true));
    }
    if (from >= 0) close(from);
    if (!is_last) close(ends[1]);
    from = ends[0];
    if (pid < 0) {
      if (from >= 0) close(from);
      break;
    }
  }
  if (!is_background) return job_wait(job);
  last_background = pid;
  if (is_interactive) fprintf(stderr, "[%d] %ld\n", job->number, (long)pid);
  return 0;
}

static int run_condition(const Node *node) {
  condition_depth++;
  int status = run_node(node, false);
  condition_depth--;
  return status;
}

static bool is_unwinding(void) { return interrupted || breaking > 0 || continuing > 0 || returning; }

/* After a round of a loop: true when the loop ends. break 2 and continue 2 count down as they pass. */
static bool ends_loop(void) {
  if (breaking > 0) {
    breaking--;
    return true;
  }
  if (continuing > 0 && --continuing > 0) return true;
  return interrupted || returning;
}

static int run_loop(const Node *node) {
  int status = 0;
  loop_depth++;
  for (;;) {
    ArenaMark mark = arena_mark();
    int condition = run_condition(node->left);
    bool goes_on = !is_unwinding() && (condition == 0) == (node->kind == NODE_WHILE);
    if (goes_on) status = run_node(node->right, false);
    arena_release(mark);
    if (ends_loop() || !goes_on) break;
  }
  loop_depth--;
  return status;
}

static int run_for(const Node *node) {
  int count = parameters.count;
  char **items = parameters.items;
  int status = 0;
  if (node->has_in) items = expand_words(node->words, &count);
  if (node->has_in && expansion_failed) return 2;
  loop_depth++;
  for (int i = 0; i < count; i++) {
    ArenaMark mark = arena_mark();
    if (!variable_set(node->name, items[i])) status = 2;
    else status = run_node(node->right, false);
    arena_release(mark);
    if (ends_loop()) break;
  }
  loop_depth--;
  return status;
}

static int run_case(const Node *node, bool may_replace) {
  expansion_failed = false;
  char *word = expand_string(node->name);
  for (const CaseItem *item = node->items; item != NULL && !expansion_failed; item = item->next)
    for (const Word *pattern = item->patterns; pattern != NULL; pattern = pattern->next)
      if (pattern_matches(expand_pattern(pattern->text), word))
        return item->body == NULL ? 0 : run_node(item->body, may_replace);
  return expansion_failed ? 2 : 0;
}

static int run_list(const Node *node, bool may_replace) {
  switch (node->kind) {
    case NODE_SEQUENCE:
      last_status = run_node(node->left, false);
      return is_unwinding() ? last_status : run_node(node->right, may_replace);
    case NODE_AND:
      last_status = run_condition(node->left);
      return is_unwinding() || last_status != 0 ? last_status : run_node(node->right, may_replace);
    case NODE_OR:
      last_status = run_condition(node->left);
      return is_unwinding() || last_status == 0 ? last_status : run_node(node->right, may_replace);
    case NODE_NOT: return run_condition(node->left) == 0;
    default: return 0;
  }
}

static int run_compound(const Node *node, bool may_replace) {
  switch (node->kind) {
    case NODE_GROUP: return run_node(node->left, may_replace);
    case NODE_IF:
      last_status = run_condition(node->left);
      if (is_unwinding()) return last_status;
      if (last_status == 0) return run_node(node->right, may_replace);
      return node->otherwise == NULL ? 0 : run_node(node->otherwise, may_replace);
    case NODE_WHILE:
    case NODE_UNTIL: return run_loop(node);
    case NODE_FOR: return run_for(node);
    case NODE_CASE: return run_case(node, may_replace);
    case NODE_FUNCTION: function_set(node->name, node->text); return 0;
    default: return run_list(node, may_replace);
  }
}

static int run_background(const Node *node) {
  const Node *inner = node->left;
  if (inner->kind == NODE_PIPE) return run_pipeline(inner, true);
  return run_in_child(inner, node->text, true);
}

static int run_redirected(const Node *node, bool may_replace) {
  Saved *saved = NULL;
  fflush(stdout);
  int status = 1;
  if (redirect_apply(node->redirects, &saved)) status = run_compound(node, may_replace && saved == NULL);
  fflush(stdout);
  redirect_restore(saved);
  return status;
}

/* What a subshell does, once it is a process of its own. */
static int run_subshell(const Node *node) {
  if (!redirect_apply(node->redirects, NULL)) return 1;
  return run_node(node->left, true);
}

int run_node(const Node *node, bool may_replace) {
  ArenaMark mark = arena_mark();
  int status;
  switch (node->kind) {
    case NODE_SIMPLE: status = run_simple(node, may_replace); break;
    case NODE_PIPE: status = run_pipeline(node, false); break;
    case NODE_BACKGROUND: status = run_background(node); break;
    case NODE_SUBSHELL: {
      Node inner = *node;
      if (may_replace) {
        status = run_subshell(&inner);
        break;
      }
      Job *job = job_new(node->text, false);
      pid_t pid = job_fork(job);
      if (pid == 0) leave(run_subshell(&inner));
      status = pid < 0 ? 2 : job_wait(job);
      break;
    }
    default: status = node->redirects != NULL ? run_redirected(node, may_replace) : run_compound(node, may_replace);
  }
  arena_release(mark);
  last_status = status;
  bool is_last_word = node->kind == NODE_SIMPLE || node->kind == NODE_PIPE || node->kind == NODE_SUBSHELL;
  if (options.errexit && is_last_word && condition_depth == 0 && status != 0 && !interrupted) leave(status);
  return status;
}

/* Commands from a source until its end, `exit`, or Ctrl-C where nobody can type another. */
int run_source(Source *source) {
  int status = 0;
  for (;;) {
    ArenaMark mark = arena_mark();
    Node *tree = NULL;
    ParseResult result = parse_command(source, &tree);
    if (result == PARSE_OK) status = run_node(tree, false);
    arena_release(mark);
    bool is_terminal = source->fd == SOURCE_EDITOR;
    if (is_terminal && interrupted) {
      interrupted = 0;
      status = last_status = 130;
    }
    if (result == PARSE_ERROR && !is_terminal) return last_status = 2;
    if (result == PARSE_ERROR && status != 130) last_status = 2;
    if (result == PARSE_END || is_unwinding()) return status;
  }
}

int run_string(const char *text, const char *name, bool may_replace) {
  Source source = source_of_string(text, name);
  int status = 0;
  ArenaMark mark = arena_mark();
  Node *tree = NULL;
  /* The last command of a -c string needs no second process. */
  ParseResult result = parse_command(&source, &tree);
  if (result == PARSE_OK) {
    bool is_only = source.position >= source.length;
    status = run_node(tree, may_replace && is_only);
  }
  arena_release(mark);
  if (result == PARSE_ERROR) status = last_status = 2;
  else if (result != PARSE_END && !is_unwinding() && source.position < source.length) status = run_source(&source);
  source_close(&source);
  return status;
}

int run_file(const char *path) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  struct stat status;
  if (fd < 0 || (fstat(fd, &status) == 0 && S_ISDIR(status.st_mode))) {
    complain("%s: cannot read this script: %s", path, fd < 0 ? strerror(errno) : "it is a directory");
    if (fd >= 0) close(fd);
    return 127;
  }
  Buffer text = {0};
  char block[1024];
  ssize_t got;
  while ((got = read(fd, block, sizeof block)) > 0)
    for (ssize_t i = 0; i < got; i++)
      if (block[i] != '\0') buffer_put(&text, block[i]);
  close(fd);
  Source source = source_of_string(text.text == NULL ? "" : text.text, path);
  buffer_free(&text);
  int result = run_source(&source);
  source_close(&source);
  return result;
}
