/*
 * Characters to tokens. A word keeps its quotes: expand.c takes them off when it knows what they protect.
 * POSIX.1-2017, XCU 2.3 Token Recognition.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "sh.h"

enum { END = -1 };

static int peek(Source *source) {
  while (source->position >= source->length) {
    if (interrupted || !source_more(source)) return END;
  }
  return (unsigned char)source->text[source->position];
}

static int take(Source *source) {
  int c = peek(source);
  if (c != END) {
    source->position++;
    if (c == '\n') source->line++;
  }
  return c;
}

static bool copy_quoted(Source *source, Buffer *out);
static bool copy_nested(Source *source, Buffer *out, char open, char close);

static bool unterminated(const char *what) {
  if (!interrupted) complain("syntax error: %s is not closed before the end of the input", what);
  return false;
}

static bool copy_single(Source *source, Buffer *out) {
  for (;;) {
    int c = take(source);
    if (c == END) return unterminated("a ' quote");
    buffer_put(out, (char)c);
    if (c == '\'') return true;
  }
}

static bool copy_dollar(Source *source, Buffer *out) {
  int c = peek(source);
  if (c == '(') return copy_nested(source, out, '(', ')');
  if (c == '{') return copy_nested(source, out, '{', '}');
  return true;
}

static bool copy_double(Source *source, Buffer *out) {
  for (;;) {
    int c = take(source);
    if (c == END) return unterminated("a \" quote");
    if (c == '\\') {
      int next = take(source);
      if (next == '\n') continue;
      buffer_put(out, '\\');
      if (next == END) return unterminated("a \" quote");
      buffer_put(out, (char)next);
      continue;
    }
    buffer_put(out, (char)c);
    if (c == '"') return true;
    if (c == '$' && !copy_dollar(source, out)) return false;
    if (c == '`' && !copy_quoted(source, out)) return false;
  }
}

/* The inside of ` `, the opening one already taken. */
static bool copy_quoted(Source *source, Buffer *out) {
  for (;;) {
    int c = take(source);
    if (c == END) return unterminated("a ` quote");
    buffer_put(out, (char)c);
    if (c == '`') return true;
    if (c == '\\' && (c = take(source)) != END) buffer_put(out, (char)c);
  }
}

/* $( ) and ${ }: up to the bracket that matches, quotes inside respected. */
static bool copy_nested(Source *source, Buffer *out, char open, char close) {
  int depth = 0;
  do {
    int c = take(source);
    if (c == END) return unterminated(open == '(' ? "$(" : "${");
    buffer_put(out, (char)c);
    if (c == open) depth++;
    else if (c == close) depth--;
    else if (c == '\\' && (c = take(source)) != END) buffer_put(out, (char)c);
    else if (c == '\'' && !copy_single(source, out)) return false;
    else if (c == '"' && !copy_double(source, out)) return false;
    else if (c == '`' && !copy_quoted(source, out)) return false;
    else if (c == '$' && open == '{' && peek(source) == '(' && !copy_nested(source, out, '(', ')')) return false;
  } while (depth > 0);
  return true;
}

static bool copy_word(Source *source, Buffer *out) {
  for (;;) {
    int c = peek(source);
    if (c == END || strchr(" \t\n;&|<>()", c) != NULL) return true;
    take(source);
    if (c == '\\') {
      int next = take(source);
      if (next == '\n') continue;
      buffer_put(out, '\\');
      if (next != END) buffer_put(out, (char)next);
      continue;
    }
    buffer_put(out, (char)c);
    if (c == '\'' && !copy_single(source, out)) return false;
    if (c == '"' && !copy_double(source, out)) return false;
    if (c == '`' && !copy_quoted(source, out)) return false;
    if (c == '$' && !copy_dollar(source, out)) return false;
  }
}

static void skip_blanks(Source *source) {
  for (;;) {
    int c = peek(source);
    if (c == ' ' || c == '\t') take(source);
    else if (c == '\\' && source->position + 1 < source->length && source->text[source->position + 1] == '\n') {
      take(source);
      take(source);
    } else if (c == '#') {
      while (peek(source) != '\n' && peek(source) != END) take(source);
    } else return;
  }
}

/* The delimiter as it stands when its quotes are removed; any quote makes the body literal. */
static char *here_delimiter(const char *word, bool *is_literal) {
  Buffer out = {0};
  for (; *word != '\0'; word++) {
    if (*word == '\'' || *word == '"' || *word == '\\') *is_literal = true;
    else buffer_put(&out, *word);
  }
  return buffer_finish(&out);
}

static void read_here_documents(Source *source) {
  for (Redirect *here = source->pending; here != NULL; here = source->pending) {
    const char *delimiter = here_delimiter(here->word, &here->is_literal);
    Buffer body = {0};
    while (peek(source) != END) {
      Buffer line = {0};
      int c;
      while (here->strips_tabs && peek(source) == '\t') take(source);
      while ((c = take(source)) != END && c != '\n') buffer_put(&line, (char)c);
      bool is_last = strcmp(line.text == NULL ? "" : line.text, delimiter) == 0;
      if (!is_last) {
        buffer_puts(&body, line.text == NULL ? "" : line.text);
        buffer_put(&body, '\n');
      }
      buffer_free(&line);
      if (is_last) break;
    }
    here->body = buffer_finish(&body);
    source->pending = here->next; /* next: the chain of those waiting; parse.c links them into the command later */
    here->next = NULL;
  }
}

static TokenKind operator_kind(Source *source, int c) {
  int next = source->position < source->length ? source->text[source->position] : '\0';
  TokenKind two = TOKEN_WORD;
  if (c == ';' && next == ';') two = TOKEN_SEMISEMI;
  if (c == '&' && next == '&') two = TOKEN_AND;
  if (c == '|' && next == '|') two = TOKEN_OR;
  if (c == '>' && next == '>') two = TOKEN_DGREAT;
  if (c == '>' && next == '|') two = TOKEN_GREAT;
  if (c == '>' && next == '&') two = TOKEN_GREATAND;
  if (c == '<' && next == '&') two = TOKEN_LESSAND;
  if (c == '<' && next == '>') two = TOKEN_LESSGREAT;
  if (c == '<' && next == '<') two = TOKEN_DLESS;
  if (two != TOKEN_WORD) {
    take(source);
    if (two == TOKEN_DLESS && source->position < source->length && source->text[source->position] == '-') {
      take(source);
      return TOKEN_DLESSDASH;
    }
    return two;
  }
  switch (c) {
    case ';': return TOKEN_SEMI;
    case '&': return TOKEN_AMP;
    case '|': return TOKEN_PIPE;
    case '(': return TOKEN_OPEN;
    case ')': return TOKEN_CLOSE;
    case '<': return TOKEN_LESS;
    default: return TOKEN_GREAT;
  }
}

static bool is_all_digits(const char *text) {
  if (*text == '\0') return false;
  for (; *text != '\0'; text++)
    if (!isdigit((unsigned char)*text)) return false;
  return true;
}

Token *lex_token(Source *source) {
  skip_blanks(source);
  Token *token = arena_alloc(sizeof *token);
  int c = peek(source);
  token->io_fd = -1;
  token->start = source->position;
  if (c == END) {
    token->kind = TOKEN_END;
    token->text = "end of input";
  } else if (c == '\n') {
    take(source);
    token->kind = TOKEN_NEWLINE;
    token->text = "newline";
    token->end = source->position;
    read_here_documents(source);
    return token;
  } else if (strchr(";&|<>()", c) != NULL) {
    take(source);
    token->kind = operator_kind(source, c);
    token->text = arena_copy(source->text + token->start, source->position - token->start);
  } else {
    Buffer word = {0};
    token->kind = copy_word(source, &word) ? TOKEN_WORD : TOKEN_ERROR;
    token->text = buffer_finish(&word);
    c = source->position < source->length ? source->text[source->position] : 0;
    if (token->kind == TOKEN_WORD && (c == '<' || c == '>') && is_all_digits(token->text)) {
      Token *operator_token = lex_token(source);
      operator_token->io_fd = atoi(token->text);
      return operator_token;
    }
  }
  token->end = source->position;
  return token;
}
