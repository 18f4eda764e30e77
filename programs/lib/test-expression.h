/*
 * test and [: shared by the shell's builtin and the program. POSIX.1-2017, XCU test: the meaning depends on the number
 * of arguments up to four; -a, -o and ( ) work beyond that.
 */
#ifndef TEST_EXPRESSION_H
#define TEST_EXPRESSION_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct TestState {
  char **at, **end;
  bool failed;
} TestState;

static bool test_or(TestState *state);

static long test_number(TestState *state, const char *text) {
  char *end;
  long number = strtol(text, &end, 10);
  while (*end == ' ') end++;
  if (end == text || *end != '\0') {
    if (!state->failed) fprintf(stderr, "test: %s: a whole number should stand here\n", text);
    state->failed = true;
  }
  return number;
}

static bool test_unary(TestState *state, char operator_letter, const char *word) {
  struct stat status;
  if (operator_letter == 'n') return *word != '\0';
  if (operator_letter == 'z') return *word == '\0';
  if (operator_letter == 't') return isatty((int)test_number(state, word));
  if (operator_letter == 'r') return access(word, R_OK) == 0;
  if (operator_letter == 'w') return access(word, W_OK) == 0;
  if (operator_letter == 'x') return access(word, X_OK) == 0;
  if (operator_letter == 'h' || operator_letter == 'L') return lstat(word, &status) == 0 && S_ISLNK(status.st_mode);
  if (stat(word, &status) != 0) return false;
  switch (operator_letter) {
    case 'd': return S_ISDIR(status.st_mode);
    case 'f': return S_ISREG(status.st_mode);
    case 'p': return S_ISFIFO(status.st_mode);
    case 'c': return S_ISCHR(status.st_mode);
    case 'b': return S_ISBLK(status.st_mode);
    case 's': return status.st_size > 0;
    default: return true; /* -e */
  }
}

static bool test_is_unary(const char *word) {
  return word[0] == '-' && word[1] != '\0' && word[2] == '\0' && strchr("nztrwxhLdfpcbse", word[1]) != NULL;
}

static bool test_is_binary(const char *word) {
  static const char *const known[] = {"=", "!=", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "==", "<", ">"};
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
    if (strcmp(known[i], word) == 0) return true;
  return false;
}

static bool test_binary(TestState *state, const char *a, const char *operator_text, const char *b) {
  if (strcmp(operator_text, "=") == 0 || strcmp(operator_text, "==") == 0) return strcmp(a, b) == 0;
  if (strcmp(operator_text, "!=") == 0) return strcmp(a, b) != 0;
  if (*operator_text == '<') return strcmp(a, b) < 0;
  if (*operator_text == '>') return strcmp(a, b) > 0;
  long x = test_number(state, a);
  long y = test_number(state, b);
  if (strcmp(operator_text, "-eq") == 0) return x == y;
  if (strcmp(operator_text, "-ne") == 0) return x != y;
  if (strcmp(operator_text, "-lt") == 0) return x < y;
  if (strcmp(operator_text, "-le") == 0) return x <= y;
  if (strcmp(operator_text, "-gt") == 0) return x > y;
  return x >= y;
}

/* primary : WORD op WORD | '!' primary | '(' or ')' | '-x' WORD | WORD ; the longest reading first */
static bool test_primary(TestState *state) {
  long left = state->end - state->at;
  if (left <= 0) {
    if (!state->failed) fprintf(stderr, "test: something is missing at the end of the expression\n");
    state->failed = true;
    return false;
  }
  char **at = state->at;
  if (left >= 3 && test_is_binary(at[1])) {
    state->at += 3;
    return test_binary(state, at[0], at[1], at[2]);
  }
  if (left >= 2 && strcmp(at[0], "!") == 0) {
    state->at++;
    return !test_primary(state);
  }
  if (left >= 3 && strcmp(at[0], "(") == 0) {
    state->at++;
    bool value = test_or(state);
    if (state->at >= state->end || strcmp(*state->at, ")") != 0) {
      if (!state->failed) fprintf(stderr, "test: a ) is missing\n");
      state->failed = true;
    }
    state->at++;
    return value;
  }
  if (left >= 2 && test_is_unary(at[0])) {
    state->at += 2;
    return test_unary(state, at[0][1], at[1]);
  }
  state->at++;
  return *at[0] != '\0';
}

static bool test_and(TestState *state) {
  bool value = test_primary(state);
  while (state->at < state->end && strcmp(*state->at, "-a") == 0) {
    state->at++;
    bool right = test_primary(state);
    value = value && right;
  }
  return value;
}

static bool test_or(TestState *state) {
  bool value = test_and(state);
  while (state->at < state->end && strcmp(*state->at, "-o") == 0) {
    state->at++;
    bool right = test_and(state);
    value = value || right;
  }
  return value;
}

/* argv as main gets it; 0 true, 1 false, 2 a mistake, for which a message was printed. */
static int test_expression(int argc, char **argv) {
  const char *name = strrchr(argv[0], '/') == NULL ? argv[0] : strrchr(argv[0], '/') + 1;
  TestState state = {argv + 1, argv + argc, false};
  if (strcmp(name, "[") == 0) {
    if (argc < 2 || strcmp(argv[argc - 1], "]") != 0) {
      fprintf(stderr, "[: the closing ] is missing (it needs a blank before it)\n");
      return 2;
    }
    state.end--;
  }
  if (state.at == state.end) return 1;
  bool value = test_or(&state);
  if (!state.failed && state.at < state.end) {
    fprintf(stderr, "test: %s: not expected here\n", *state.at);
    return 2;
  }
  return state.failed ? 2 : !value;
}

#endif
