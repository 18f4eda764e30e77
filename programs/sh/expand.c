/*
 * Words to fields. POSIX.1-2017, XCU 2.6 Word Expansions: tilde, parameters, commands, arithmetic; splitting; globbing;
 * quote removal.
 *
 * While a field is built, every quoted character is preceded by a backslash. What stays bare is what may split a field
 * or act as a pattern; pattern_unescape() takes the backslashes off at the end.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sh.h"

bool expansion_failed;

typedef struct Fields {
  Buffer field;     /* the one under construction */
  bool is_started;  /* it exists, even if empty: "" was seen */
  bool splits;      /* results of expansions are split at IFS */
  bool after_space; /* the last field was ended by white space: a delimiter that follows belongs to the same gap */
  char **items;
  int count, capacity;
} Fields;

static void put_quoted(Fields *fields, char c) {
  buffer_put(&fields->field, '\\');
  buffer_put(&fields->field, c);
  fields->is_started = true;
}

static void put_bare(Fields *fields, char c) {
  buffer_put(&fields->field, c);
  fields->is_started = true;
}

static void end_field(Fields *fields) {
  if (!fields->is_started) return;
  if (fields->count + 1 >= fields->capacity) {
    fields->capacity = fields->capacity == 0 ? 8 : fields->capacity * 2;
    fields->items = grow(fields->items, (size_t)fields->capacity * sizeof *fields->items);
  }
  fields->items[fields->count++] = buffer_finish(&fields->field);
  fields->is_started = false;
}

static const char *separators(void) {
  const char *ifs = variable_get("IFS");
  return ifs == NULL ? " \t\n" : ifs;
}

/* What an expansion gave, unquoted: white space of IFS collapses, other delimiters each end a field (XCU 2.6.5). */
static void put_split(Fields *fields, const char *text) {
  const char *ifs = separators();
  for (; *text != '\0'; text++) {
    bool is_space = isspace((unsigned char)*text) != 0;
    if (!fields->splits || strchr(ifs, *text) == NULL) {
      if (*text == '\\') put_quoted(fields, '\\');
      else put_bare(fields, *text);
      fields->after_space = false;
    } else if (is_space) {
      if (fields->is_started) fields->after_space = true;
      end_field(fields);
    } else {
      if (!fields->after_space) fields->is_started = true;
      end_field(fields);
      fields->after_space = false;
    }
  }
}

static void put_text(Fields *fields, const char *text, bool is_quoted) {
  if (!is_quoted) {
    put_split(fields, text);
    return;
  }
  fields->is_started = true;
  while (*text != '\0') put_quoted(fields, *text++);
}

static void expand_into(Fields *fields, const char *word, const char *end, bool is_quoted);

/* $@ and $*: "$@" gives one field for each parameter, "$*" joins them with the first character of IFS. */
static void put_parameters(Fields *fields, char which, bool is_quoted) {
  const char *ifs = separators();
  for (int i = 0; i < parameters.count; i++) {
    if (i > 0) {
      if (is_quoted && which == '*') {
        if (*ifs != '\0') put_quoted(fields, *ifs);
      } else if (fields->splits) end_field(fields);
      else put_bare(fields, ' ');
    }
    put_text(fields, parameters.items[i], is_quoted);
  }
}

static char *number_text(long number) {
  char text[16];
  snprintf(text, sizeof text, "%ld", number);
  return arena_copy(text, strlen(text));
}

/* The value of a parameter by name, or NULL when unset. */
static const char *parameter_value(const char *name) {
  if (isdigit((unsigned char)name[0])) {
    int index = atoi(name);
    if (index == 0) return shell_name;
    return index <= parameters.count ? parameters.items[index - 1] : NULL;
  }
  switch (name[0]) {
    case '?': return number_text(last_status);
    case '$': return number_text((long)shell_pid);
    case '#': return number_text(parameters.count);
    case '!': return last_background == 0 ? NULL : number_text((long)last_background);
    case '-': return is_interactive ? "i" : "";
    default: return variable_get(name);
  }
}

static const char *value_or_error(const char *name) {
  const char *value = parameter_value(name);
  if (value == NULL && options.nounset) {
    complain("%s: this variable is not set (set -u asks for an error)", name);
    expansion_failed = true;
  }
  return value == NULL ? "" : value;
}

/* The end of the name or special character at `text`. */
static const char *parameter_end(const char *text, bool in_braces) {
  const char *end = text;
  if (isdigit((unsigned char)*end)) {
    do end++; while (in_braces && isdigit((unsigned char)*end));
  } else if (isalpha((unsigned char)*end) || *end == '_') {
    while (isalnum((unsigned char)*end) || *end == '_') end++;
  } else if (*end != '\0' && strchr("@*#?$!-", *end) != NULL) end++;
  return end;
}

/* ${x#pattern} and its kin: cut the shortest or longest prefix or suffix that matches. */
static char *trimmed(const char *value, char side, bool is_longest, const char *pattern) {
  size_t length = strlen(value);
  char *copy = arena_copy(value, length);
  for (size_t tried = 0; tried <= length; tried++) {
    if (side == '%') {
      size_t start = is_longest ? tried : length - tried;
      if (!pattern_matches(pattern, copy + start)) continue;
      copy[start] = '\0';
      return copy;
    }
    size_t end = is_longest ? length - tried : tried;
    char kept = copy[end];
    copy[end] = '\0';
    bool matches = pattern_matches(pattern, copy);
    copy[end] = kept;
    if (matches) return copy + end;
  }
  return copy;
}

/* ${name-word} ${name:=word} ${name?word} ${name+word}: `value` is NULL when unset, or empty and a colon was given. */
static void expand_default(Fields *fields, const char *name, const char *value, char kind, const char *word,
                           bool is_quoted) {
  const char *word_end = word + strlen(word);
  if (kind == '+') {
    if (value != NULL) expand_into(fields, word, word_end, is_quoted);
  } else if (value != NULL) {
    put_text(fields, value, is_quoted);
  } else if (kind == '-') {
    expand_into(fields, word, word_end, is_quoted);
  } else if (kind == '=') {
    char *assigned = expand_string(word);
    variable_set(name, assigned);
    put_text(fields, assigned, is_quoted);
  } else {
    complain("%s: %s", name, *word == '\0' ? "this variable is not set" : expand_string(word));
    expansion_failed = true;
  }
}

/* `text` points behind "${", `end` at its "}". */
static void expand_braces(Fields *fields, const char *text, const char *end, bool is_quoted) {
  bool wants_length = *text == '#' && text + 1 < end && strchr(":-=+?%#", text[1]) == NULL;
  if (wants_length) text++;
  const char *name_end = parameter_end(text, true);
  char *name = arena_copy(text, (size_t)(name_end - text));
  char *rest = arena_copy(name_end, (size_t)(end - name_end));
  bool has_colon = *rest == ':';
  if (*name == '\0' || (*rest != '\0' && (wants_length || strchr("-=?+%#", rest[has_colon]) == NULL))) {
    complain("${%s}: this is no substitution that sh knows", arena_copy(text, (size_t)(end - text)));
    expansion_failed = true;
  } else if (wants_length) {
    bool counts_all = *name == '@' || *name == '*';
    put_text(fields, number_text(counts_all ? parameters.count : (long)strlen(value_or_error(name))), is_quoted);
  } else if ((*name == '@' || *name == '*') && (*rest == '\0' || parameters.count > 0)) {
    put_parameters(fields, *name, is_quoted);
  } else if (*rest == '\0') {
    put_text(fields, value_or_error(name), is_quoted);
  } else if (*rest == '%' || *rest == '#') {
    bool is_longest = rest[1] == *rest;
    put_text(fields, trimmed(value_or_error(name), *rest, is_longest, expand_pattern(rest + 1 + is_longest)), is_quoted);
  } else {
    const char *value = parameter_value(name);
    if (has_colon && value != NULL && *value == '\0') value = NULL;
    expand_default(fields, name, value, rest[has_colon], rest + has_colon + 1, is_quoted);
  }
}

/* Behind a bracket's partner, quotes inside respected: the lexer has made sure that there is one. */
static const char *matching(const char *text, char open, char close) {
  int depth = 1;
  for (; *text != '\0'; text++) {
    if (*text == '\\' && text[1] != '\0') text++;
    else if (*text == open) depth++;
    else if (*text == close && --depth == 0) return text;
    else if (*text == '\'') {
      do text++; while (*text != '\'' && text[1] != '\0');
    } else if (*text == '"') {
      for (text++; *text != '"' && *text != '\0'; text++) {
        if (*text == '\\' && text[1] != '\0') text++;
        else if (*text == '$' && text[1] == '(') text = matching(text + 2, '(', ')');
        else if (*text == '$' && text[1] == '{') text = matching(text + 2, '{', '}');
        if (*text == '\0') return text;
      }
      if (*text == '\0') return text;
    }
  }
  return text;
}

/* `text` points behind "$". Returns what follows the expansion. */
static const char *expand_dollar(Fields *fields, const char *text, bool is_quoted) {
  if (text[0] == '(' && text[1] == '(') {
    const char *end = matching(text + 1, '(', ')');
    if (end[-1] == ')' && *end == ')') {
      char *inside = arena_copy(text + 2, (size_t)(end - 1 - (text + 2)));
      put_text(fields, number_text(arithmetic(expand_string(inside))), is_quoted);
      return end + 1;
    }
  }
  if (*text == '(') {
    const char *end = matching(text + 1, '(', ')');
    put_text(fields, command_output(arena_copy(text + 1, (size_t)(end - text - 1))), is_quoted);
    return *end == '\0' ? end : end + 1;
  }
  if (*text == '{') {
    const char *end = matching(text + 1, '{', '}');
    expand_braces(fields, text + 1, end, is_quoted);
    return *end == '\0' ? end : end + 1;
  }
  const char *end = parameter_end(text, false);
  if (end == text) {
    put_text(fields, "$", is_quoted);
    return text;
  }
  if (*text == '@' || *text == '*') put_parameters(fields, *text, is_quoted);
  else put_text(fields, value_or_error(arena_copy(text, (size_t)(end - text))), is_quoted);
  return end;
}

/* `text` points behind the opening `. Inside, a backslash is taken off before $ ` and another backslash. */
static const char *expand_backquote(Fields *fields, const char *text, bool is_quoted) {
  Buffer command = {0};
  for (; *text != '\0' && *text != '`'; text++) {
    if (*text == '\\' && text[1] != '\0' && strchr("$`\\", text[1]) != NULL) text++;
    buffer_put(&command, *text);
  }
  put_text(fields, command_output(buffer_finish(&command)), is_quoted);
  return *text == '`' ? text + 1 : text;
}

/* `text` points behind the opening quote. An empty "$@" makes no field; any other quoted string makes one. */
static const char *expand_double(Fields *fields, const char *text, const char *end) {
  const char *start = text;
  while (text < end && *text != '"') {
    if (*text == '\\') text += 2;
    else if (*text == '$' && text[1] == '(') text = matching(text + 2, '(', ')') + 1;
    else if (*text == '$' && text[1] == '{') text = matching(text + 2, '{', '}') + 1;
    else if (*text == '`') {
      for (text++; text < end && *text != '`'; text++)
        if (*text == '\\') text++;
      text++;
    } else text++;
  }
  bool is_parameters = (text - start == 2 && strncmp(start, "$@", 2) == 0) || (text - start == 4 && strncmp(start, "${@}", 4) == 0);
  if (!is_parameters) fields->is_started = true;
  expand_into(fields, start, text, true);
  return text < end ? text + 1 : end;
}

/* The characters from `word` to `end`; `is_quoted` when they stand inside double quotes. */
static void expand_into(Fields *fields, const char *word, const char *end, bool is_quoted) {
  while (word < end) {
    char c = *word++;
    if (c == '$') word = expand_dollar(fields, word, is_quoted);
    else if (c == '`') word = expand_backquote(fields, word, is_quoted);
    else if (c == '\\' && word < end) {
      if (is_quoted && strchr("$`\"\\}", *word) == NULL) put_quoted(fields, '\\');
      put_quoted(fields, *word++);
    } else if (c == '"' && is_quoted) {
      continue; /* "${x:-"a"}": the inner quotes add nothing */
    } else if (c == '"') {
      word = expand_double(fields, word, end);
    } else if (c == '\'' && !is_quoted) {
      fields->is_started = true;
      while (word < end && *word != '\'') put_quoted(fields, *word++);
      word++;
    } else if (is_quoted) put_quoted(fields, c);
    else put_bare(fields, c);
  }
}

/* ~ and ~/x at the start of a word, or after = and : in an assignment. */
static const char *expand_tilde(Fields *fields, const char *word) {
  const char *home = variable_get("HOME");
  if (word[0] != '~' || (word[1] != '\0' && word[1] != '/' && word[1] != ':') || home == NULL) return word;
  put_text(fields, home, true);
  return word + 1;
}

char **expand_words(const Word *words, int *count) {
  Fields all = {0};
  expansion_failed = false;
  for (; words != NULL; words = words->next) {
    Fields fields = {0};
    fields.splits = true;
    const char *rest = expand_tilde(&fields, words->text);
    expand_into(&fields, rest, rest + strlen(rest), false);
    end_field(&fields);
    for (int i = 0; i < fields.count; i++) {
      char **paths = NULL;
      int matches = options.noglob || !has_pattern(fields.items[i]) ? 0 : glob_fields(fields.items[i], &paths);
      for (int j = 0; j < matches; j++) {
        buffer_puts(&all.field, paths[j]);
        all.is_started = true;
        end_field(&all);
      }
      if (matches > 0) continue;
      buffer_puts(&all.field, pattern_unescape(fields.items[i]));
      all.is_started = true;
      end_field(&all);
    }
    free(fields.items);
  }
  char **items = arena_alloc((size_t)(all.count + 1) * sizeof *items);
  if (all.count > 0) memcpy(items, all.items, (size_t)all.count * sizeof *items);
  free(all.items);
  *count = all.count;
  return items;
}

char *expand_pattern(const char *word) {
  Fields fields = {0};
  const char *rest = expand_tilde(&fields, word);
  expand_into(&fields, rest, rest + strlen(rest), false);
  return buffer_finish(&fields.field);
}

char *expand_string(const char *word) { return pattern_unescape(expand_pattern(word)); }

/* A here-document: as inside double quotes, but " means itself. */
char *expand_here(const char *body) {
  Fields fields = {0};
  while (*body != '\0') {
    char c = *body++;
    if (c == '$') body = expand_dollar(&fields, body, true);
    else if (c == '`') body = expand_backquote(&fields, body, true);
    else if (c == '\\' && *body == '\n') body++;
    else if (c == '\\' && *body != '\0' && strchr("$`\\", *body) != NULL) put_quoted(&fields, *body++);
    else put_quoted(&fields, c);
  }
  return pattern_unescape(buffer_finish(&fields.field));
}
