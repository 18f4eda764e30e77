/*
 * Tokens to a tree, by recursive descent; above each function stands the production that it reads.
 * POSIX.1-2017, XCU 2.10.2 Shell Grammar Rules.
 */
#include <stdio.h>
#include <string.h>

#include "sh.h"

static bool failed;
static Node *parse_one(Source *source);
static Node *parse_compound_list(Source *source);

static Token *look(Source *source) {
  if (source->ahead == NULL) source->ahead = lex_token(source);
  if (source->ahead->kind == TOKEN_ERROR) failed = true;
  return source->ahead;
}

static Token *advance(Source *source) {
  Token *token = look(source);
  source->ahead = NULL;
  return token;
}

static bool is_kind(Source *source, TokenKind kind) { return !failed && look(source)->kind == kind; }

static bool is_reserved(Source *source, const char *word) {
  return is_kind(source, TOKEN_WORD) && strcmp(look(source)->text, word) == 0;
}

static Node *unexpected(Source *source, const char *wanted) {
  if (!failed && !interrupted) {
    const char *found = look(source)->text;
    if (source->fd == SOURCE_EDITOR) complain("syntax error: %s comes where %s should stand", found, wanted);
    else complain("%s: line %d: syntax error: %s comes where %s should stand", source->name, source->line, found, wanted);
  }
  failed = true;
  return NULL;
}

static void skip_newlines(Source *source) {
  while (is_kind(source, TOKEN_NEWLINE)) advance(source);
}

static bool expect_reserved(Source *source, const char *word) {
  if (is_reserved(source, word)) {
    advance(source);
    return true;
  }
  unexpected(source, word);
  return false;
}

static Node *new_node(NodeKind kind) {
  Node *node = arena_alloc(sizeof *node);
  node->kind = kind;
  return node;
}

/* The text from `start` up to the token that comes next, for `jobs`. */
static void note_text(Source *source, Node *node, size_t start) {
  size_t end = source->ahead == NULL ? source->position : source->ahead->start;
  while (end > start && strchr(" \t\n;&", source->text[end - 1]) != NULL) end--;
  if (node != NULL) node->text = arena_copy(source->text + start, end - start);
}

static void add_word(Word **list, char *text) {
  while (*list != NULL) list = &(*list)->next;
  *list = arena_alloc(sizeof **list);
  (*list)->text = text;
}

/* redirect : [io_number] ( '<' | '>' | '>>' | '<>' | '<&' | '>&' | '<<' | '<<-' ) WORD */
static bool parse_redirect(Source *source, Redirect ***tail) {
  Token *token = look(source);
  if (failed || token->kind < TOKEN_LESS) return false;
  advance(source);
  Redirect *redirect = arena_alloc(sizeof *redirect);
  bool reads = false;
  switch (token->kind) {
    case TOKEN_LESS: redirect->kind = REDIRECT_READ; reads = true; break;
    case TOKEN_GREAT: redirect->kind = REDIRECT_WRITE; break;
    case TOKEN_DGREAT: redirect->kind = REDIRECT_APPEND; break;
    case TOKEN_LESSGREAT: redirect->kind = REDIRECT_READWRITE; reads = true; break;
    case TOKEN_LESSAND: redirect->kind = REDIRECT_DUPLICATE; reads = true; break;
    case TOKEN_GREATAND: redirect->kind = REDIRECT_DUPLICATE; break;
    default: redirect->kind = REDIRECT_HERE; reads = true; break;
  }
  redirect->fd = token->io_fd >= 0 ? token->io_fd : reads ? 0 : 1;
  redirect->strips_tabs = token->kind == TOKEN_DLESSDASH;
  if (!is_kind(source, TOKEN_WORD)) {
    unexpected(source, "a file name");
    return false;
  }
  redirect->word = advance(source)->text;
  if (redirect->kind == REDIRECT_HERE) {
    /* The body comes after this line: a copy waits with the lexer, and shares its body through a second node. */
    Redirect **last = &source->pending;
    while (*last != NULL) last = &(*last)->next;
    *last = redirect;
    Redirect *link = arena_alloc(sizeof *link);
    *link = *redirect;
    link->next = NULL;
    link->body = (char *)redirect; /* resolved by settle_here() once the line is read */
    **tail = link;
    *tail = &link->next;
    return true;
  }
  **tail = redirect;
  *tail = &redirect->next;
  return true;
}

/* function : NAME '(' ')' linebreak compound_command; the body is kept as text and read again at each call. */
static Node *parse_function(Source *source, char *name) {
  advance(source);
  if (!is_kind(source, TOKEN_CLOSE)) return unexpected(source, ")");
  advance(source);
  skip_newlines(source);
  Node *node = new_node(NODE_FUNCTION);
  node->name = name;
  size_t start = look(source)->start;
  node->left = parse_one(source);
  note_text(source, node, start);
  return failed ? NULL : node;
}

/* simple : ( NAME '=' value | redirect )* ( WORD | redirect )* */
static Node *parse_simple(Source *source) {
  Node *node = new_node(NODE_SIMPLE);
  Redirect **tail = &node->redirects;
  for (;;) {
    if (failed) return NULL;
    if (parse_redirect(source, &tail)) continue;
    if (!is_kind(source, TOKEN_WORD)) break;
    char *text = advance(source)->text;
    if (node->words == NULL && assignment_name_bytes(text) > 0) add_word(&node->assignments, text);
    else add_word(&node->words, text);
    if (node->words != NULL && node->words->next == NULL && is_kind(source, TOKEN_OPEN) &&
        is_name(text, strlen(text)) && node->assignments == NULL)
      return parse_function(source, text);
  }
  if (failed) return NULL;
  if (node->words == NULL && node->assignments == NULL && node->redirects == NULL) return unexpected(source, "a command");
  return node;
}

/* if : 'if' list 'then' list ( 'elif' list 'then' list )* [ 'else' list ] 'fi' */
static Node *parse_if(Source *source) {
  Node *node = new_node(NODE_IF);
  node->left = parse_compound_list(source);
  if (failed || !expect_reserved(source, "then")) return NULL;
  node->right = parse_compound_list(source);
  if (failed) return NULL;
  if (is_reserved(source, "elif")) {
    advance(source);
    node->otherwise = parse_if(source); /* reads the closing fi */
    return node;
  }
  if (is_reserved(source, "else")) {
    advance(source);
    node->otherwise = parse_compound_list(source);
  }
  if (failed || !expect_reserved(source, "fi")) return NULL;
  return node;
}

/* do_group : 'do' list 'done' */
static Node *parse_do_group(Source *source) {
  if (!expect_reserved(source, "do")) return NULL;
  Node *body = parse_compound_list(source);
  if (failed || !expect_reserved(source, "done")) return NULL;
  return body;
}

/* for : 'for' NAME [ 'in' WORD* ( ';' | newline ) ] do_group */
static Node *parse_for(Source *source) {
  Node *node = new_node(NODE_FOR);
  if (!is_kind(source, TOKEN_WORD) || !is_name(look(source)->text, strlen(look(source)->text)))
    return unexpected(source, "a variable's name");
  node->name = advance(source)->text;
  skip_newlines(source);
  if (is_reserved(source, "in")) {
    advance(source);
    node->has_in = true;
    while (is_kind(source, TOKEN_WORD)) add_word(&node->words, advance(source)->text);
    if (!is_kind(source, TOKEN_SEMI) && !is_kind(source, TOKEN_NEWLINE)) return unexpected(source, "; or a new line");
  }
  if (is_kind(source, TOKEN_SEMI)) advance(source);
  skip_newlines(source);
  node->right = parse_do_group(source);
  return node;
}

/* case : 'case' WORD 'in' ( ['('] WORD ( '|' WORD )* ')' [list] ';;' )* 'esac' */
static Node *parse_case(Source *source) {
  Node *node = new_node(NODE_CASE);
  if (!is_kind(source, TOKEN_WORD)) return unexpected(source, "a word");
  node->name = advance(source)->text;
  skip_newlines(source);
  if (!expect_reserved(source, "in")) return NULL;
  CaseItem **tail = &node->items;
  for (skip_newlines(source); !failed && !is_reserved(source, "esac"); skip_newlines(source)) {
    CaseItem *item = arena_alloc(sizeof *item);
    if (is_kind(source, TOKEN_OPEN)) advance(source);
    do {
      if (!is_kind(source, TOKEN_WORD)) return unexpected(source, "a pattern");
      add_word(&item->patterns, advance(source)->text);
    } while (is_kind(source, TOKEN_PIPE) && advance(source) != NULL);
    if (!is_kind(source, TOKEN_CLOSE)) return unexpected(source, ")");
    advance(source);
    skip_newlines(source);
    if (!is_kind(source, TOKEN_SEMISEMI) && !is_reserved(source, "esac")) item->body = parse_compound_list(source);
    if (is_kind(source, TOKEN_SEMISEMI)) advance(source);
    else if (!is_reserved(source, "esac")) return unexpected(source, ";; or esac");
    *tail = item;
    tail = &item->next;
  }
  if (failed || !expect_reserved(source, "esac")) return NULL;
  return node;
}

/* The part of a compound command after its opening word. NULL and not failed: no compound command begins here. */
static Node *parse_compound(Source *source) {
  static const char *const openers[] = {"if", "while", "until", "for", "case", "{"};
  Node *node = NULL;
  if (is_kind(source, TOKEN_OPEN)) {
    advance(source);
    node = new_node(NODE_SUBSHELL);
    node->left = parse_compound_list(source);
    if (!failed && !is_kind(source, TOKEN_CLOSE)) return unexpected(source, ")");
    advance(source);
    return node;
  }
  size_t which = 0;
  while (which < 6 && !is_reserved(source, openers[which])) which++;
  if (which == 6) return NULL;
  advance(source);
  switch (which) {
    case 0: return parse_if(source);
    case 3: return parse_for(source);
    case 4: return parse_case(source);
    case 5:
      node = new_node(NODE_GROUP);
      node->left = parse_compound_list(source);
      if (!failed) expect_reserved(source, "}");
      return node;
    default:
      node = new_node(which == 1 ? NODE_WHILE : NODE_UNTIL);
      node->left = parse_compound_list(source);
      if (!failed) node->right = parse_do_group(source);
      return node;
  }
}

/* command : compound redirect* | simple | function */
static Node *parse_one(Source *source) {
  size_t start = look(source)->start;
  if (failed) return NULL;
  Node *node = parse_compound(source);
  if (failed) return NULL;
  if (node == NULL) node = parse_simple(source);
  else {
    Redirect **tail = &node->redirects;
    while (parse_redirect(source, &tail)) continue;
  }
  if (failed) return NULL;
  if (node->text == NULL) note_text(source, node, start);
  return node;
}

/* pipeline : ['!'] command ( '|' linebreak command )* ; a chain of NODE_PIPE leaning to the right */
static Node *parse_pipeline(Source *source) {
  if (is_reserved(source, "!")) {
    advance(source);
    Node *node = new_node(NODE_NOT);
    node->left = parse_pipeline(source);
    return node;
  }
  size_t start = look(source)->start;
  Node *left = parse_one(source);
  if (failed || !is_kind(source, TOKEN_PIPE)) return left;
  advance(source);
  skip_newlines(source);
  Node *node = new_node(NODE_PIPE);
  node->left = left;
  node->right = parse_pipeline(source);
  if (!failed) note_text(source, node, start);
  return node;
}

/* and_or : pipeline ( ( '&&' | '||' ) linebreak pipeline )* */
static Node *parse_and_or(Source *source) {
  size_t start = look(source)->start;
  Node *left = parse_pipeline(source);
  while (is_kind(source, TOKEN_AND) || is_kind(source, TOKEN_OR)) {
    Node *node = new_node(advance(source)->kind == TOKEN_AND ? NODE_AND : NODE_OR);
    skip_newlines(source);
    node->left = left;
    node->right = parse_pipeline(source);
    if (!failed) note_text(source, node, start);
    left = node;
  }
  return failed ? NULL : left;
}

static bool ends_list(Source *source) {
  static const char *const closers[] = {"then", "elif", "else", "fi", "do", "done", "esac", "}"};
  if (failed) return true;
  TokenKind kind = look(source)->kind;
  if (kind == TOKEN_END || kind == TOKEN_CLOSE || kind == TOKEN_SEMISEMI) return true;
  for (size_t i = 0; i < 8; i++)
    if (is_reserved(source, closers[i])) return true;
  return false;
}

static Node *join(Node *left, Node *right) {
  if (left == NULL) return right;
  Node *node = new_node(NODE_SEQUENCE);
  node->left = left;
  node->right = right;
  return node;
}

/* One and_or with what separates it from the next; `&` puts it in the background. */
static Node *parse_separated(Source *source) {
  Node *node = parse_and_or(source);
  if (failed) return NULL;
  if (is_kind(source, TOKEN_AMP)) {
    Node *background = new_node(NODE_BACKGROUND);
    background->left = node;
    background->text = node->text;
    advance(source);
    return background;
  }
  if (is_kind(source, TOKEN_SEMI)) advance(source);
  return node;
}

/* compound_list : linebreak and_or ( ( ';' | '&' | newline ) and_or )* linebreak */
static Node *parse_compound_list(Source *source) {
  Node *list = NULL;
  for (skip_newlines(source); !ends_list(source); skip_newlines(source)) {
    Node *node = parse_separated(source);
    if (failed) return NULL;
    list = join(list, node);
  }
  if (!failed && list == NULL) return unexpected(source, "a command");
  return list;
}

static void settle_redirects(Redirect *redirect) {
  for (; redirect != NULL; redirect = redirect->next) {
    if (redirect->kind != REDIRECT_HERE) continue;
    const Redirect *read = (const Redirect *)(void *)redirect->body;
    redirect->body = read->body == NULL ? "" : read->body;
    redirect->is_literal = read->is_literal;
  }
}

/* Here-documents were read after their commands: bring the bodies to where they belong. */
static void settle_here(Node *node) {
  if (node == NULL) return;
  settle_redirects(node->redirects);
  settle_here(node->left);
  settle_here(node->right);
  settle_here(node->otherwise);
  for (CaseItem *item = node->items; item != NULL; item = item->next) settle_here(item->body);
}

/* One complete command: up to a newline that ends it, or the end of the input. */
ParseResult parse_command(Source *source, Node **tree) {
  failed = false;
  source->ahead = NULL;
  source->pending = NULL;
  source->is_continued = source->is_ended = false;
  if (source->fd != SOURCE_STRING) {
    source->length -= source->position;
    if (source->length > 0) memmove(source->text, source->text + source->position, source->length + 1);
    source->position = 0;
  }
  Node *list = NULL;
  while (!failed && !is_kind(source, TOKEN_NEWLINE) && !is_kind(source, TOKEN_END)) {
    if (failed) break;
    Node *node = parse_separated(source);
    if (!failed) list = join(list, node);
    if (!failed && ends_list(source) && !is_kind(source, TOKEN_END)) unexpected(source, "a command");
  }
  if (interrupted || failed) {
    source->position = source->length;
    return PARSE_ERROR;
  }
  bool is_end = is_kind(source, TOKEN_END);
  if (!is_end) advance(source);
  settle_here(list);
  *tree = list;
  if (list != NULL) return PARSE_OK;
  return is_end ? PARSE_END : PARSE_EMPTY;
}
