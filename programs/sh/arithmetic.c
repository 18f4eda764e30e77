/*
 * $(( )): long integers with C's operators. XCU 2.6.4, XCU 1.1.2.1. Precedence climbing over one table; ++, -- and the
 * comma are left out, as POSIX allows.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sh.h"

typedef struct Operator {
  const char *text;
  int level; /* higher binds tighter */
} Operator;

/* Longer spellings come first, so that << is not read as <. */
static const Operator operators[] = {
    {"||", 1}, {"&&", 2}, {"<<", 8}, {">>", 8}, {"<=", 7}, {">=", 7}, {"==", 6}, {"!=", 6}, {"|", 3}, {"^", 4},
    {"&", 5},  {"<", 7},  {">", 7},  {"+", 9},  {"-", 9},  {"*", 10}, {"/", 10}, {"%", 10}, {NULL, 0}};

static const char *at;
static long expression(bool is_needed);

static void skip_space(void) {
  while (isspace((unsigned char)*at)) at++;
}

static void mistake(const char *what) {
  if (!expansion_failed) complain("arithmetic: %s at '%s'", what, *at == '\0' ? "the end" : at);
  expansion_failed = true;
}

static long variable_number(const char *name) {
  const char *value = variable_get(name);
  if (value == NULL || *value == '\0') return 0;
  char *end;
  long number = strtol(value, &end, 0);
  if (*end != '\0') {
    complain("arithmetic: %s holds '%s', which is no number", name, value);
    expansion_failed = true;
  }
  return number;
}

static long apply(const char *operator_text, long a, long b) {
  unsigned long ua = (unsigned long)a;
  unsigned long ub = (unsigned long)b;
  switch (operator_text[0]) {
    case '+': return (long)(ua + ub);
    case '-': return (long)(ua - ub);
    case '*': return (long)(ua * ub);
    case '^': return a ^ b;
    case '=': return a == b;
    case '!': return a != b;
    case '|': return operator_text[1] == '|' ? a || b : a | b;
    case '&': return operator_text[1] == '&' ? a && b : a & b;
    case '<': return operator_text[1] == '<' ? (long)(ua << (ub & 63)) : operator_text[1] == '=' ? a <= b : a < b;
    case '>': return operator_text[1] == '>' ? a >> (ub & 63) : operator_text[1] == '=' ? a >= b : a > b;
    default: return operator_text[0] == '/' ? a / b : a % b;
  }
}

/* NAME, and NAME = expression, NAME += expression and so on. */
static long name_or_assignment(bool is_needed) {
  const char *start = at;
  while (isalnum((unsigned char)*at) || *at == '_') at++;
  char *name = arena_copy(start, (size_t)(at - start));
  skip_space();
  char assigned[3] = {0};
  if (at[0] == '=' && at[1] != '=') at++;
  else if (*at != '\0' && strchr("+-*/%&|^", *at) != NULL && at[1] == '=') {
    assigned[0] = *at;
    at += 2;
  } else if ((strncmp(at, "<<=", 3) == 0) || strncmp(at, ">>=", 3) == 0) {
    assigned[0] = assigned[1] = *at;
    at += 3;
  } else return is_needed ? variable_number(name) : 0;
  long value = expression(is_needed);
  if (!is_needed || expansion_failed) return 0;
  if (assigned[0] != '\0') {
    if ((assigned[0] == '/' || assigned[0] == '%') && value == 0) {
      mistake("division by zero");
      return 0;
    }
    value = apply(assigned, variable_number(name), value);
  }
  char text[24];
  snprintf(text, sizeof text, "%ld", value);
  variable_set(name, text);
  return value;
}

static long primary(bool is_needed) {
  skip_space();
  char c = *at;
  if (isdigit((unsigned char)c)) {
    char *end;
    long value = (long)strtoul(at, &end, 0);
    at = end;
    return value;
  }
  if (isalpha((unsigned char)c) || c == '_') return name_or_assignment(is_needed);
  if (c != '\0') at++;
  switch (c) {
    case '+': return primary(is_needed);
    case '-': return (long)(0UL - (unsigned long)primary(is_needed));
    case '~': return ~primary(is_needed);
    case '!': return !primary(is_needed);
    case '(': {
      long value = expression(is_needed);
      skip_space();
      if (*at == ')') at++;
      else mistake("a ) is missing");
      return value;
    }
    default: mistake("a number or a name is missing"); return 0;
  }
}

static const Operator *operator_at(void) {
  skip_space();
  for (const Operator *o = operators; o->text != NULL; o++)
    if (strncmp(at, o->text, strlen(o->text)) == 0) return o;
  return NULL;
}

static long binary(int lowest, bool is_needed) {
  long left = primary(is_needed);
  while (!expansion_failed) {
    const Operator *o = operator_at();
    if (o == NULL || o->level < lowest) break;
    at += strlen(o->text);
    bool right_needed = is_needed && !(o->level == 1 && left) && !(o->level == 2 && !left);
    long right = binary(o->level + 1, right_needed);
    if ((*o->text == '/' || *o->text == '%') && right == 0) {
      if (right_needed) mistake("division by zero");
      return 0;
    }
    left = apply(o->text, left, right);
  }
  return left;
}

static long expression(bool is_needed) {
  long value = binary(1, is_needed);
  skip_space();
  if (*at != '?') return value;
  at++;
  long yes = expression(is_needed && value);
  skip_space();
  if (*at != ':') {
    mistake("a : is missing");
    return 0;
  }
  at++;
  long no = expression(is_needed && !value);
  return value ? yes : no;
}

long arithmetic(const char *text) {
  const char *outer = at;
  at = text;
  skip_space();
  long value = *at == '\0' ? 0 : expression(true);
  skip_space();
  if (*at != '\0') mistake("an operator is missing");
  at = outer;
  return value;
}
