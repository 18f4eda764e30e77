/*
 * The line editor: the terminal in raw mode, one line that may wrap over several rows, redrawn by ECMA-48 sequences.
 * A character is one UTF-8 sequence and takes one column; wide and combining characters are left out.
 *
 * Keys: arrows, Home/End or Ctrl-A/E, Ctrl-B/F, Delete, Backspace, Ctrl-U/K/W (to start, to end, word), Ctrl-Y (put
 * back), Ctrl-L (clear), Tab, Ctrl-R (search back), Ctrl-P/N or arrows (history), Ctrl-C (drop the line), Ctrl-D (end, or delete).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "sh.h"

enum {
  CTRL_A = 1, CTRL_B, CTRL_C, CTRL_D, CTRL_E, CTRL_F, CTRL_G, CTRL_H, TAB, ENTER_LF, CTRL_K, CTRL_L, ENTER_CR, CTRL_N,
  CTRL_P = 16, CTRL_R = 18, CTRL_U = 21, CTRL_W = 23, CTRL_Y = 25, ESCAPE = 27, BACKSPACE = 127,
  KEY_UP = 0x100, KEY_DOWN, KEY_RIGHT, KEY_LEFT, KEY_HOME, KEY_END, KEY_DELETE, KEY_WORD_LEFT, KEY_WORD_RIGHT, KEY_NONE,
  KEY_END_OF_FILE
};

typedef struct Editor {
  Buffer line;
  size_t position; /* byte of line under the cursor */
  const char *prompt;
  size_t columns;
  size_t row; /* of the cursor, below the row where the prompt starts */
  int history;    /* which line of the history is shown; history_count() is the new one */
  char *unsent;   /* the new line while an old one is shown */
  bool was_tab;
} Editor;

static char *cut; /* what Ctrl-U, K, W took, for Ctrl-Y */
static unsigned char typed[64]; /* bytes that the terminal gave and no key has used */
static size_t typed_count, typed_at;

static int next_byte(void) {
  if (typed_at == typed_count) {
    ssize_t got = read(0, typed, sizeof typed);
    if (got < 0 && errno == EINTR) return interrupted ? CTRL_C : KEY_NONE;
    if (got <= 0) return KEY_END_OF_FILE;
    typed_count = (size_t)got;
    typed_at = 0;
  }
  return typed[typed_at++];
}

/* ESC [ 1 ; 5 C and its like: ECMA-48 5.4, with xterm's numbers for the keys. */
static int escape_key(void) {
  int c = next_byte();
  if (c == 'b') return KEY_WORD_LEFT;
  if (c == 'f') return KEY_WORD_RIGHT;
  if (c != '[' && c != 'O') return KEY_NONE;
  int numbers[2] = {0, 0};
  int index = 0;
  for (c = next_byte(); c < 0x40 && c >= 0x20; c = next_byte()) {
    if (c >= '0' && c <= '9') numbers[index] = (numbers[index] * 10 + c - '0') % 1000;
    else if (c == ';') index = 1;
  }
  bool with_control = numbers[1] == 5 || numbers[1] == 3;
  switch (c) {
    case 'A': return KEY_UP;
    case 'B': return KEY_DOWN;
    case 'C': return with_control ? KEY_WORD_RIGHT : KEY_RIGHT;
    case 'D': return with_control ? KEY_WORD_LEFT : KEY_LEFT;
    case 'H': return KEY_HOME;
    case 'F': return KEY_END;
    case '~':
      if (numbers[0] == 1 || numbers[0] == 7) return KEY_HOME;
      if (numbers[0] == 4 || numbers[0] == 8) return KEY_END;
      if (numbers[0] == 3) return KEY_DELETE;
      return KEY_NONE; /* 200 and 201 bracket a paste: the text between them is typed as it comes */
    default: return KEY_NONE;
  }
}

static int next_key(void) {
  int c = next_byte();
  return c == ESCAPE ? escape_key() : c;
}

static bool is_continuation(char c) { return ((unsigned char)c & 0xC0) == 0x80; }

static size_t columns_of(const char *text, size_t bytes) {
  size_t columns = 0;
  for (size_t i = 0; i < bytes; i++) columns += !is_continuation(text[i]);
  return columns;
}

static size_t screen_columns(void) {
  struct winsize size;
  if (ioctl(1, TIOCGWINSZ, &size) < 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

static const char *text_of(const Editor *editor) { return editor->line.text == NULL ? "" : editor->line.text; }

/* Everything is put together first and leaves in one write: no flicker, one system call. */
static void redraw(Editor *editor) {
  Buffer out = {0};
  char sequence[16];
  const char *text = text_of(editor);
  size_t before = strlen(editor->prompt) + columns_of(text, editor->position);
  size_t whole = strlen(editor->prompt) + columns_of(text, editor->line.length);
  size_t columns = editor->columns;
  if (editor->row > 0) {
    snprintf(sequence, sizeof sequence, "\033[%uA", (unsigned)editor->row);
    buffer_puts(&out, sequence);
  }
  buffer_puts(&out, "\r\033[J");
  buffer_puts(&out, editor->prompt);
  buffer_puts(&out, text);
  if (whole % columns == 0) buffer_puts(&out, " \r\033[K"); /* the cursor waits behind the last column: push it on */
  size_t end_row = whole / columns;
  editor->row = before / columns;
  if (end_row > editor->row) {
    snprintf(sequence, sizeof sequence, "\033[%uA", (unsigned)(end_row - editor->row));
    buffer_puts(&out, sequence);
  }
  buffer_put(&out, '\r');
  if (before % columns > 0) {
    snprintf(sequence, sizeof sequence, "\033[%uC", (unsigned)(before % columns));
    buffer_puts(&out, sequence);
  }
  fwrite(out.text, 1, out.length, stdout);
  fflush(stdout);
  buffer_free(&out);
}

static void insert(Editor *editor, const char *text, size_t bytes) {
  for (size_t i = 0; i < bytes; i++) buffer_put(&editor->line, ' ');
  char *line = editor->line.text;
  memmove(line + editor->position + bytes, line + editor->position, editor->line.length - bytes - editor->position);
  memcpy(line + editor->position, text, bytes);
  editor->position += bytes;
}

static void delete_range(Editor *editor, size_t start, size_t end) {
  if (start >= end) return;
  memmove(editor->line.text + start, editor->line.text + end, editor->line.length - end + 1);
  editor->line.length -= end - start;
  editor->position = start;
}

static void cut_range(Editor *editor, size_t start, size_t end) {
  if (start >= end) return;
  free(cut);
  cut = grow(NULL, end - start + 1);
  memcpy(cut, editor->line.text + start, end - start);
  cut[end - start] = '\0';
  delete_range(editor, start, end);
}

static size_t left_of(const Editor *editor, size_t at) {
  if (at > 0) at--;
  while (at > 0 && is_continuation(editor->line.text[at])) at--;
  return at;
}

static size_t right_of(const Editor *editor, size_t at) {
  if (at < editor->line.length) at++;
  while (at < editor->line.length && is_continuation(editor->line.text[at])) at++;
  return at;
}

static size_t word_left(const Editor *editor) {
  size_t at = editor->position;
  while (at > 0 && editor->line.text[at - 1] == ' ') at--;
  while (at > 0 && editor->line.text[at - 1] != ' ') at--;
  return at;
}

static size_t word_right(const Editor *editor) {
  size_t at = editor->position;
  while (at < editor->line.length && editor->line.text[at] == ' ') at++;
  while (at < editor->line.length && editor->line.text[at] != ' ') at++;
  return at;
}

static void set_line(Editor *editor, const char *text) {
  editor->line.length = 0;
  if (editor->line.text != NULL) editor->line.text[0] = '\0';
  buffer_puts(&editor->line, text);
  editor->position = editor->line.length;
}

static void show_history(Editor *editor, int step) {
  int wanted = editor->history + step;
  if (wanted < 0 || wanted > history_count()) return;
  if (editor->history == history_count()) {
    free(editor->unsent);
    editor->unsent = copy_string(text_of(editor));
  }
  editor->history = wanted;
  set_line(editor, wanted == history_count() ? editor->unsent : history_line(wanted));
}

/* Ctrl-R: each key narrows the search, Ctrl-R again goes further back. Returns the key that ended it. */
static int search_history(Editor *editor) {
  Buffer wanted = {0};
  char prompt[96];
  const char *own_prompt = editor->prompt;
  int index = history_count();
  int key = KEY_NONE;
  bool is_found = true;
  for (;;) {
    snprintf(prompt, sizeof prompt, "%s'%s': ", is_found ? "search " : "nothing has ",
             wanted.text == NULL ? "" : wanted.text);
    editor->prompt = prompt;
    redraw(editor);
    key = next_key();
    if (key == CTRL_R) index--;
    else if ((key == BACKSPACE || key == CTRL_H) && wanted.length > 0) wanted.text[--wanted.length] = '\0';
    else if (key >= ' ' && key < 0x100 && key != BACKSPACE && wanted.length < 64) buffer_put(&wanted, (char)key);
    else if (key != KEY_NONE) break;
    int at = index < history_count() ? index : history_count() - 1;
    while (at >= 0 && wanted.length > 0 && strstr(history_line(at), wanted.text) == NULL) at--;
    is_found = at >= 0 || wanted.length == 0;
    if (is_found && wanted.length > 0) {
      index = at;
      set_line(editor, history_line(at));
    }
  }
  buffer_free(&wanted);
  editor->prompt = own_prompt;
  if (key != CTRL_G) return key;
  set_line(editor, "");
  return KEY_NONE;
}

static size_t common_bytes(char **candidates, int count) {
  size_t bytes = strlen(candidates[0]);
  for (int i = 1; i < count; i++) {
    size_t same = 0;
    while (same < bytes && candidates[i][same] == candidates[0][same]) same++;
    bytes = same;
  }
  return bytes;
}

static void list_candidates(Editor *editor, char **candidates, int count) {
  size_t width = 1;
  for (int i = 0; i < count; i++)
    if (strlen(candidates[i]) + 1 > width) width = strlen(candidates[i]) + 1;
  size_t across = editor->columns / width == 0 ? 1 : editor->columns / width;
  printf("\n");
  for (int i = 0; i < count; i++)
    printf("%-*s%s", (int)width, candidates[i], (size_t)(i + 1) % across == 0 || i + 1 == count ? "\n" : "");
  editor->row = 0;
}

static void complete_word(Editor *editor) {
  ArenaMark mark = arena_mark();
  size_t start;
  char **candidates = NULL;
  int count = complete(text_of(editor), editor->position, &start, &candidates);
  if (count > 0) {
    size_t bytes = common_bytes(candidates, count);
    size_t typed_bytes = editor->position - start;
    if (bytes > typed_bytes) insert(editor, candidates[0] + typed_bytes, bytes - typed_bytes);
    else if (count > 1 && editor->was_tab) list_candidates(editor, candidates, count);
  }
  arena_release(mark);
}

/* Keys that move and cut. False: none of these. */
static bool edit_key(Editor *editor, int key) {
  size_t at = editor->position;
  switch (key) {
    case CTRL_A: case KEY_HOME: editor->position = 0; break;
    case CTRL_E: case KEY_END: editor->position = editor->line.length; break;
    case CTRL_B: case KEY_LEFT: editor->position = left_of(editor, at); break;
    case CTRL_F: case KEY_RIGHT: editor->position = right_of(editor, at); break;
    case KEY_WORD_LEFT: editor->position = word_left(editor); break;
    case KEY_WORD_RIGHT: editor->position = word_right(editor); break;
    case BACKSPACE: case CTRL_H: delete_range(editor, left_of(editor, at), at); break;
    case KEY_DELETE: case CTRL_D: delete_range(editor, at, right_of(editor, at)); break;
    case CTRL_U: cut_range(editor, 0, at); break;
    case CTRL_K: cut_range(editor, at, editor->line.length); break;
    case CTRL_W: cut_range(editor, word_left(editor), at); break;
    case CTRL_Y: if (cut != NULL) insert(editor, cut, strlen(cut)); break;
    case CTRL_P: case KEY_UP: show_history(editor, -1); break;
    case CTRL_N: case KEY_DOWN: show_history(editor, 1); break;
    case TAB: complete_word(editor); break;
    case CTRL_L: fputs("\033[H\033[2J", stdout); editor->row = 0; break;
    default: return false;
  }
  return true;
}

/* Puts one typed byte into the line. At the end of a row that has room, the byte itself is all that is sent. */
static void type_byte(Editor *editor, int key) {
  char c = (char)key;
  insert(editor, &c, 1);
  size_t column = strlen(editor->prompt) + columns_of(editor->line.text, editor->position);
  bool at_end = editor->position == editor->line.length;
  if (typed_at < typed_count && (typed[typed_at] & 0xC0) == 0x80) return; /* more of the same character follows */
  if (at_end && column % editor->columns != 0 && key < 0x80) {
    putchar(key);
    fflush(stdout);
  } else redraw(editor);
}

/* Reads keys until the line is done. True: line is what was typed; false: end of file or Ctrl-C. */
static bool edit(Editor *editor) {
  redraw(editor);
  for (;;) {
    int key = next_key();
    if (key == CTRL_R) {
      key = search_history(editor);
      redraw(editor);
    }
    if (key == ENTER_CR || key == ENTER_LF) break;
    if (key == KEY_END_OF_FILE || (key == CTRL_D && editor->line.length == 0)) return false;
    if (key == CTRL_C) {
      interrupted = 2;
      editor->position = editor->line.length;
      redraw(editor);
      fputs("^C\n", stdout);
      return false;
    }
    bool is_tab = key == TAB;
    if (edit_key(editor, key)) redraw(editor);
    else if (key >= ' ' && key < 0x100) type_byte(editor, key);
    editor->was_tab = is_tab;
  }
  if (editor->position != editor->line.length) {
    editor->position = editor->line.length;
    redraw(editor);
  }
  fputs("\n", stdout);
  return true;
}

char *edit_line(const char *prompt) {
  struct termios modes;
  bool is_terminal = tcgetattr(0, &modes) == 0;
  if (is_terminal) {
    struct termios raw = modes;
    raw.c_iflag &= ~(tcflag_t)(ICRNL | INLCR | IGNCR | IXON | ISTRIP);
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG | IEXTEN);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    tcsetattr(0, TCSADRAIN, &raw);
  }
  Editor editor;
  memset(&editor, 0, sizeof editor);
  editor.prompt = prompt;
  editor.columns = screen_columns();
  editor.history = history_count();
  bool is_line = edit(&editor);
  fflush(stdout);
  if (is_terminal) tcsetattr(0, TCSADRAIN, &modes);
  free(editor.unsent);
  if (!is_line) {
    buffer_free(&editor.line);
    return NULL;
  }
  return editor.line.text == NULL ? copy_string("") : editor.line.text;
}
