/*
 * sh: the shell of the machine. An ordinary C program that reads a terminal through system calls: nothing in the
 * kernel knows of it, and nothing in it knows of Faultline.
 *
 * The way of a command line through the files:
 *   source.c   where lines come from (the line editor, a script, -c)
 *   lex.c      characters -> tokens            grammar: POSIX.1-2017, Shell Command Language, 2.10
 *   parse.c    tokens -> tree of Nodes
 *   expand.c   words -> fields: $x, $(...), $((...)), splitting, globbing (pattern.c), quotes removed
 *   run.c      tree -> processes, with redirect.c, program.c (PATH, exec) and jobs.c
 *   substitute.c  the output of a command as text
 *   builtins.c, variables.c, help.c            what needs no process of its own
 *   edit.c, history.c, complete.c              the line editor
 *
 * Left out, beside POSIX: aliases, trap, fc, ulimit, $PS4, here-documents inside $( ).
 */
#ifndef SH_H
#define SH_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* ---- memory.c: one arena for trees and fields, released in the reverse order of marking ---- */

typedef struct ArenaMark {
  struct ArenaBlock *block;
  size_t used;
} ArenaMark;

void *arena_alloc(size_t bytes);
char *arena_copy(const char *text, size_t bytes);
ArenaMark arena_mark(void);
void arena_release(ArenaMark mark);

/* As malloc and realloc, but out of memory ends the shell with a message. */
void *grow(void *old, size_t bytes);
char *copy_string(const char *text);

/* A string that grows. `text` is always terminated once something was put. */
typedef struct Buffer {
  char *text;
  size_t length, capacity;
} Buffer;

void buffer_put(Buffer *buffer, char c);
void buffer_puts(Buffer *buffer, const char *text);
char *buffer_finish(Buffer *buffer); /* a copy in the arena; the buffer is empty again */
void buffer_free(Buffer *buffer);

/* ---- the tree ---- */

typedef struct Word {
  char *text; /* as written, quotes included */
  struct Word *next;
} Word;

typedef enum RedirectKind {
  REDIRECT_READ,      /* <   */
  REDIRECT_WRITE,     /* > and >| */
  REDIRECT_APPEND,    /* >>  */
  REDIRECT_READWRITE, /* <>  */
  REDIRECT_DUPLICATE, /* <& and >& */
  REDIRECT_HERE       /* << and <<- */
} RedirectKind;

typedef struct Redirect {
  RedirectKind kind;
  int fd;
  char *word;     /* file, descriptor or delimiter */
  char *body;     /* here-document */
  bool is_literal; /* here-document whose delimiter was quoted: no expansion */
  bool strips_tabs;
  struct Redirect *next;
} Redirect;

typedef enum NodeKind {
  NODE_SIMPLE, NODE_PIPE, NODE_AND, NODE_OR, NODE_SEQUENCE, NODE_BACKGROUND, NODE_NOT, NODE_SUBSHELL, NODE_GROUP,
  NODE_IF, NODE_WHILE, NODE_UNTIL, NODE_FOR, NODE_CASE, NODE_FUNCTION
} NodeKind;

typedef struct CaseItem {
  Word *patterns;
  struct Node *body; /* may be NULL */
  struct CaseItem *next;
} CaseItem;

typedef struct Node {
  NodeKind kind;
  Word *assignments, *words; /* simple; words also of for */
  Redirect *redirects;
  struct Node *left, *right, *otherwise; /* if: condition, then, else; while: condition, body; others: operands */
  char *name;                            /* for, function */
  char *text;                            /* as written: what `jobs` shows, and the body of a function */
  CaseItem *items;
  bool has_in; /* for x in ... */
} Node;

/* ---- source.c and parse.c ---- */

typedef struct Source {
  char *text; /* from malloc: the lines read so far that are not yet run */
  size_t length, position;
  int fd; /* >= 0: read further lines from there; SOURCE_STRING, SOURCE_EDITOR */
  bool is_ended;     /* nothing more came: do not ask again within this command */
  bool is_continued; /* the command began on an earlier line: the second prompt */
  const char *name;  /* for messages */
  int line;
  Redirect *pending; /* here-documents whose bodies come after this line */
  struct Token *ahead;
} Source;

enum { SOURCE_STRING = -1, SOURCE_EDITOR = -2 };

typedef enum ParseResult { PARSE_OK, PARSE_EMPTY, PARSE_END, PARSE_ERROR } ParseResult;

Source source_of_string(const char *text, const char *name);
void source_close(Source *source);
bool source_more(Source *source); /* false at the end of input */
ParseResult parse_command(Source *source, Node **tree);

/* ---- lex.c ---- */

typedef enum TokenKind {
  TOKEN_WORD, TOKEN_NEWLINE, TOKEN_END, TOKEN_ERROR,
  TOKEN_SEMI, TOKEN_SEMISEMI, TOKEN_AMP, TOKEN_AND, TOKEN_OR, TOKEN_PIPE, TOKEN_OPEN, TOKEN_CLOSE,
  TOKEN_LESS, TOKEN_GREAT, TOKEN_DGREAT, TOKEN_LESSGREAT, TOKEN_LESSAND, TOKEN_GREATAND, TOKEN_DLESS, TOKEN_DLESSDASH
} TokenKind;

typedef struct Token {
  TokenKind kind;
  char *text;
  int io_fd; /* the digits before a redirection, or -1 */
  size_t start, end; /* where in source->text */
} Token;

Token *lex_token(Source *source);

/* ---- expand.c, pattern.c, arithmetic.c ---- */

extern bool expansion_failed; /* an error was printed; the command must not run */

char **expand_words(const Word *words, int *count); /* fields, NULL at the end, in the arena */
char *expand_string(const char *word);              /* no splitting, no globbing, quotes removed */
char *expand_pattern(const char *word);             /* as above, but quoted characters carry a backslash */
char *expand_here(const char *body);
bool pattern_matches(const char *pattern, const char *text);
bool has_pattern(const char *text);
char *pattern_unescape(char *text);
int glob_fields(const char *pattern, char ***paths); /* sorted; 0 when nothing matches */
long arithmetic(const char *text);

/* ---- variables.c ---- */

typedef struct Parameters {
  char **items; /* $1 is items[0] */
  int count;
} Parameters;

extern Parameters parameters;
extern const char *shell_name; /* $0 */
extern int last_status;        /* $? */
extern pid_t last_background;  /* $! , 0 when none */
extern pid_t shell_pid;        /* $$ */
extern struct Options { bool errexit, nounset, xtrace, noglob; } options;

void variables_start(char **environment);
const char *variable_get(const char *name);
bool variable_set(const char *name, const char *value); /* false: readonly, and a message was printed */
void variable_unset(const char *name);
void variable_export(const char *name);
void variable_make_readonly(const char *name);
bool is_exported(const char *name);
void variables_print(bool exported_only);
char **variables_environment(void);
bool is_name(const char *text, size_t bytes);
size_t assignment_name_bytes(const char *word); /* 0 when the word is no assignment */
void function_set(const char *name, const char *text);
const char *function_get(const char *name);

/* ---- run.c, program.c, substitute.c, redirect.c ---- */

extern bool is_interactive;
extern volatile int interrupted; /* Ctrl-C: unwind to the prompt */
extern int substitution_status;  /* of the last $( ): the status of a command that is only assignments */
extern int breaking, continuing, loop_depth; /* break n, continue n */
extern bool returning;

int run_node(const Node *node, bool may_replace); /* may_replace: this process has nothing to do after it */
int run_string(const char *text, const char *name, bool may_replace);
int run_source(Source *source);
int run_file(const char *path);
char *find_program(const char *name); /* path in the arena or NULL */
int exec_program(char **fields);      /* returns only on failure: 126 or 127, message printed */
char *command_output(const char *text);
void leave(int status);

typedef struct Saved {
  int fd, copy; /* copy -1: was closed */
  struct Saved *next;
} Saved;

bool redirect_apply(const Redirect *redirects, Saved **saved); /* saved NULL: for good */
void redirect_restore(Saved *saved);

/* ---- jobs.c ---- */

typedef struct Process {
  pid_t pid;
  int status; /* as waitpid gives it */
  bool is_done, is_stopped;
  struct Process *next;
} Process;

typedef struct Job {
  int number;
  pid_t group; /* 0 without job control */
  Process *processes;
  char *text;
  bool is_background, was_reported;
  struct Job *next;
} Job;

extern bool has_job_control;

void jobs_start(void);
void jobs_forget(void); /* in a child: these are not its children */
Job *job_new(const char *text, bool is_background);
pid_t job_fork(Job *job); /* 0 in the child, which then stands in the job's group with default signals */
int job_wait(Job *job);   /* in the foreground; the status as $? has it */
void jobs_report(void);   /* before a prompt: what ended or stopped in the background */
int job_builtin_jobs(char **fields);
int job_builtin_continue(char **fields, bool in_foreground);
int job_builtin_wait(char **fields);
int job_builtin_kill(char **fields);
int status_of(int wait_status);
int signal_number(const char *name); /* -1 unknown */
const char *signal_text(int number);

/* ---- builtins.c, help.c ---- */

typedef int (*Builtin)(int count, char **fields);

Builtin builtin_find(const char *name);
const char *builtin_name(int index); /* NULL past the last */
int builtin_help(int count, char **fields);

/* ---- edit.c, history.c, complete.c ---- */

char *edit_line(const char *prompt); /* from malloc, without newline; NULL on end of file; sets interrupted */
void history_start(void);
void history_add(const char *line);
int history_count(void);
const char *history_line(int index);
/* Candidates for the word that ends at `position`; `*start` is where it begins. In the arena. */
int complete(const char *line, size_t position, size_t *start, char ***candidates);

void complain(const char *format, ...);

#endif
