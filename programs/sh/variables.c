/* Variables, functions and positional parameters. One list each: a shell here holds tens of them, not thousands. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sh.h"

typedef struct Variable {
  char *name, *value; /* value NULL: exported or readonly before it was set */
  bool is_exported, is_readonly;
  struct Variable *next;
} Variable;

Parameters parameters;
const char *shell_name = "sh";
int last_status;
pid_t last_background;
pid_t shell_pid;
struct Options options;

static Variable *variables;
static Variable *functions;

bool is_name(const char *text, size_t bytes) {
  if (bytes == 0 || isdigit((unsigned char)text[0])) return false;
  for (size_t i = 0; i < bytes; i++)
    if (!isalnum((unsigned char)text[i]) && text[i] != '_') return false;
  return true;
}

size_t assignment_name_bytes(const char *word) {
  const char *equals = strchr(word, '=');
  if (equals == NULL || !is_name(word, (size_t)(equals - word))) return 0;
  return (size_t)(equals - word);
}

static Variable *find(Variable *list, const char *name) {
  while (list != NULL && strcmp(list->name, name) != 0) list = list->next;
  return list;
}

static Variable *find_or_add(Variable **list, const char *name) {
  Variable *variable = find(*list, name);
  if (variable != NULL) return variable;
  variable = grow(NULL, sizeof *variable);
  memset(variable, 0, sizeof *variable);
  variable->name = copy_string(name);
  while (*list != NULL && strcmp((*list)->name, name) < 0) list = &(*list)->next;
  variable->next = *list;
  *list = variable;
  return variable;
}

void variables_start(char **environment) {
  for (; environment != NULL && *environment != NULL; environment++) {
    size_t bytes = assignment_name_bytes(*environment);
    if (bytes == 0) continue;
    Variable *variable = find_or_add(&variables, arena_copy(*environment, bytes));
    free(variable->value);
    variable->value = copy_string(*environment + bytes + 1);
    variable->is_exported = true;
  }
}

const char *variable_get(const char *name) {
  const Variable *variable = find(variables, name);
  return variable == NULL ? NULL : variable->value;
}

bool variable_set(const char *name, const char *value) {
  Variable *variable = find_or_add(&variables, name);
  if (variable->is_readonly) {
    complain("%s: this variable is read-only", name);
    return false;
  }
  char *copy = copy_string(value);
  free(variable->value);
  variable->value = copy;
  return true;
}

void variable_unset(const char *name) {
  for (Variable **link = &variables; *link != NULL; link = &(*link)->next) {
    Variable *variable = *link;
    if (strcmp(variable->name, name) != 0) continue;
    if (variable->is_readonly) {
      complain("%s: this variable is read-only", name);
      return;
    }
    *link = variable->next;
    free(variable->name);
    free(variable->value);
    free(variable);
    return;
  }
}

void variable_export(const char *name) { find_or_add(&variables, name)->is_exported = true; }
void variable_make_readonly(const char *name) { find_or_add(&variables, name)->is_readonly = true; }

bool is_exported(const char *name) {
  const Variable *variable = find(variables, name);
  return variable != NULL && variable->is_exported;
}

/* In a form that the shell reads back. */
void variables_print(bool exported_only) {
  for (const Variable *v = variables; v != NULL; v = v->next) {
    if (v->value == NULL || (exported_only && !v->is_exported)) continue;
    printf("%s%s='", exported_only ? "export " : "", v->name);
    for (const char *c = v->value; *c != '\0'; c++) {
      if (*c == '\'') printf("'\\''");
      else putchar(*c);
    }
    printf("'\n");
  }
}

char **variables_environment(void) {
  size_t count = 0;
  for (const Variable *v = variables; v != NULL; v = v->next) count += v->is_exported && v->value != NULL;
  char **environment = arena_alloc((count + 1) * sizeof *environment);
  count = 0;
  for (const Variable *v = variables; v != NULL; v = v->next) {
    if (!v->is_exported || v->value == NULL) continue;
    size_t name_bytes = strlen(v->name);
    char *pair = arena_alloc(name_bytes + strlen(v->value) + 2);
    memcpy(pair, v->name, name_bytes);
    pair[name_bytes] = '=';
    strcpy(pair + name_bytes + 1, v->value);
    environment[count++] = pair;
  }
  return environment;
}

void function_set(const char *name, const char *text) {
  Variable *function = find_or_add(&functions, name);
  char *copy = copy_string(text);
  free(function->value);
  function->value = copy;
}

const char *function_get(const char *name) {
  const Variable *function = find(functions, name);
  return function == NULL ? NULL : function->value;
}
