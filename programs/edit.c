/*
 * edit: a text editor on the whole screen, for writing C at the prompt. The text is an array of lines; the screen is
 * drawn anew after each key, in one write. A character is one UTF-8 sequence in one column; tabs go to columns of 8.
 *
 * Longer than other programs here since a terminal editor is one thing: keys, lines and screen know each other.
 */
#include <ctype.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "lib/tool.h"

static const char usage[] =
    "usage: edit FILE\n"
    "  arrows, Home, End, Page Up/Down   move\n"
    "  Ctrl-S or Ctrl-O   save           Ctrl-X or Ctrl-Q   leave\n"
    "  Ctrl-W or Ctrl-F   search         Ctrl-G             go to a line\n"
    "  Ctrl-K   cut the line             Ctrl-U   put it back\n";

enum { TAB_COLUMNS = 8, INDENT_COLUMNS = 2, PROMPT_BYTES = 80 };
enum { KEY_UP = 0x100, KEY_DOWN, KEY_RIGHT, KEY_LEFT, KEY_HOME, KEY_END, KEY_DELETE, KEY_PAGE_UP, KEY_PAGE_DOWN, KEY_NONE, KEY_EOF };

#define CONTROL(letter) ((letter) & 31)

typedef struct Line {
  char *text; /* terminated */
  size_t bytes;
} Line;

static Line *lines;
static size_t count, room;
static size_t row, at;          /* the cursor: line, and byte in it */
static size_t top, left;        /* the first line and column on the screen */
static size_t rows, columns;    /* of the screen; the last two rows are ours */
static const char *path;
static char message[160];
static bool is_changed, is_pasting;
static Line cut;
static struct termios modes;

/* ---- the screen's output, gathered for one write ---- */

static char *out;
static size_t out_bytes, out_room;

static void put_bytes(const char *text, size_t bytes) {
  if (out_bytes + bytes > out_room) {
    out_room = (out_bytes + bytes) * 2;
    out = tool_alloc(out, out_room);
  }
  memcpy(out + out_bytes, text, bytes);
  out_bytes += bytes;
}

static void put(const char *text) { put_bytes(text, strlen(text)); }

static void flush(void) {
  for (size_t done = 0; done < out_bytes;) {
    ssize_t written = write(1, out + done, out_bytes - done);
    if (written <= 0) break;
    done += (size_t)written;
  }
  out_bytes = 0;
}

/* ---- lines ---- */

static Line line_of(const char *text, size_t bytes) {
  Line line = {tool_alloc(NULL, bytes + 1), bytes};
  memcpy(line.text, text, bytes);
  line.text[bytes] = '\0';
  return line;
}

static void insert_line(size_t index, Line line) {
  if (count == room) {
    room = room == 0 ? 64 : room * 2;
    lines = tool_alloc(lines, room * sizeof *lines);
  }
  memmove(lines + index + 1, lines + index, (count - index) * sizeof *lines);
  lines[index] = line;
  count++;
}

static void remove_line(size_t index) {
  free(lines[index].text);
  memmove(lines + index, lines + index + 1, (count - index - 1) * sizeof *lines);
  count--;
}

static void insert_bytes(const char *text, size_t bytes) {
  Line *line = &lines[row];
  line->text = tool_alloc(line->text, line->bytes + bytes + 1);
  memmove(line->text + at + bytes, line->text + at, line->bytes - at + 1);
  memcpy(line->text + at, text, bytes);
  line->bytes += bytes;
  at += bytes;
  is_changed = true;
}

static bool is_continuation(char c) { return ((unsigned char)c & 0xC0) == 0x80; }

static size_t before(size_t byte) {
  if (byte > 0) byte--;
  while (byte > 0 && is_continuation(lines[row].text[byte])) byte--;
  return byte;
}

static size_t after(size_t byte) {
  if (byte < lines[row].bytes) byte++;
  while (byte < lines[row].bytes && is_continuation(lines[row].text[byte])) byte++;
  return byte;
}

static size_t next_column(size_t column, char c) {
  if (c == '\t') return (column / TAB_COLUMNS + 1) * TAB_COLUMNS;
  return is_continuation(c) ? column : column + 1;
}

static size_t column_of(const Line *line, size_t byte) {
  size_t column = 0;
  for (size_t i = 0; i < byte; i++) column = next_column(column, line->text[i]);
  return column;
}

/* The byte of a line that stands at `column`, or its end. */
static size_t byte_at(const Line *line, size_t column) {
  size_t now = 0, byte = 0;
  while (byte < line->bytes && (now < column || is_continuation(line->text[byte]))) now = next_column(now, line->text[byte++]);
  return byte;
}

/* ---- files ---- */

/* A file that does not exist is a new one. */
static bool load(void) {
  FILE *file = fopen(path, "r");
  if (file == NULL && errno != ENOENT) return tool_failed(path), false;
  char *text = NULL;
  size_t text_room = 0;
  ssize_t got;
  while (file != NULL && (got = getline(&text, &text_room, file)) >= 0) {
    if (got > 0 && text[got - 1] == '\n') got--;
    insert_line(count, line_of(text, (size_t)got));
  }
  if (file != NULL && ferror(file)) return tool_failed(path), false;
  snprintf(message, sizeof message, file == NULL ? "new file" : "%lu lines", (unsigned long)count);
  if (file != NULL) fclose(file);
  free(text);
  if (count == 0) insert_line(0, line_of("", 0));
  return true;
}

static bool save(void) {
  FILE *file = fopen(path, "w");
  size_t bytes = 0;
  bool is_last_empty = count > 0 && lines[count - 1].bytes == 0;
  size_t written_lines = is_last_empty ? count - 1 : count;
  bool is_ok = file != NULL;
  for (size_t i = 0; is_ok && i < written_lines; i++) {
    is_ok = fwrite(lines[i].text, 1, lines[i].bytes, file) == lines[i].bytes && putc('\n', file) != EOF;
    bytes += lines[i].bytes + 1;
  }
  if (file != NULL && fclose(file) != 0) is_ok = false;
  if (is_ok) snprintf(message, sizeof message, "saved: %lu lines, %lu bytes", (unsigned long)written_lines, (unsigned long)bytes);
  else snprintf(message, sizeof message, "NOT saved: %s (another name? /tmp can always be written)", strerror(errno));
  if (is_ok) is_changed = false;
  return is_ok;
}

/* ---- the screen ---- */

static void measure(void) {
  struct winsize size;
  rows = 24, columns = 80;
  if (ioctl(1, TIOCGWINSZ, &size) == 0 && size.ws_row > 3 && size.ws_col > 9) rows = size.ws_row, columns = size.ws_col;
}

static void draw_line(const Line *line) {
  size_t column = 0;
  for (size_t i = 0; i < line->bytes; i++) {
    size_t next = next_column(column, line->text[i]);
    if (line->text[i] == '\t')
      for (; column < next; column++) {
        if (column >= left && column < left + columns) put(" ");
      }
    else if (next > left && next <= left + columns)
      put_bytes((unsigned char)line->text[i] < 32 ? "?" : line->text + i, 1);
    column = next;
  }
}

static void scroll(void) {
  size_t shown = rows - 2, column = column_of(&lines[row], at);
  if (row < top) top = row;
  if (row >= top + shown) top = row - shown + 1;
  if (column < left) left = column;
  if (column >= left + columns) left = column - columns + 1;
}

static void draw(void) {
  char text[256];
  measure();
  scroll();
  put("\033[?25l\033[H");
  for (size_t i = top; i < top + rows - 2; i++) {
    if (i < count) draw_line(&lines[i]);
    else put("~");
    put("\033[K\r\n");
  }
  int length = snprintf(text, sizeof text, " %s%s   line %lu of %lu   %s", path, is_changed ? " (changed)" : "",
                        (unsigned long)row + 1, (unsigned long)count, message);
  put("\033[7m");
  put_bytes(text, (size_t)length < columns ? (size_t)length : columns);
  for (size_t i = (size_t)length; i < columns; i++) put(" ");
  put("\033[0m\r\n");
  const char *keys = "^S save  ^X leave  ^W search  ^G line  ^K cut  ^U put back";
  put_bytes(keys, strlen(keys) < columns ? strlen(keys) : columns - 1);
  snprintf(text, sizeof text, "\033[K\033[%lu;%luH\033[?25h", (unsigned long)(row - top + 1),
           (unsigned long)(column_of(&lines[row], at) - left + 1));
  put(text);
  flush();
}

/* ---- keys ---- */

static unsigned char typed[128]; /* bytes that came and no key has used */
static ssize_t typed_count, typed_at;

static int next_byte(void) {
  if (typed_at == typed_count) {
    typed_at = 0;
    do typed_count = read(0, typed, sizeof typed); while (typed_count < 0 && errno == EINTR);
    if (typed_count <= 0) return typed_count = 0, KEY_EOF;
  }
  return typed[typed_at++];
}

static int next_key(void) {
  int c = next_byte(), number = 0;
  if (c != 27) return c;
  c = next_byte();
  if (c != '[' && c != 'O') return KEY_NONE;
  for (c = next_byte(); (c >= '0' && c <= '9') || c == ';'; c = next_byte()) number = c == ';' ? 0 : number * 10 + c - '0';
  switch (c) {
    case 'A': return KEY_UP;
    case 'B': return KEY_DOWN;
    case 'C': return KEY_RIGHT;
    case 'D': return KEY_LEFT;
    case 'H': return KEY_HOME;
    case 'F': return KEY_END;
    case '~': break;
    default: return KEY_NONE;
  }
  switch (number) {
    case 1: case 7: return KEY_HOME;
    case 4: case 8: return KEY_END;
    case 3: return KEY_DELETE;
    case 5: return KEY_PAGE_UP;
    case 6: return KEY_PAGE_DOWN;
    case 200: is_pasting = true; return KEY_NONE;
    case 201: is_pasting = false; return KEY_NONE;
    default: return KEY_NONE;
  }
}

/* Asks for a line at the bottom. False: Escape or Ctrl-C. */
static bool ask(const char *question, char *answer) {
  size_t bytes = 0;
  answer[0] = '\0';
  for (;;) {
    char text[PROMPT_BYTES * 2];
    snprintf(text, sizeof text, "\033[%lu;1H\033[K%s%s", (unsigned long)rows, question, answer);
    put(text);
    flush();
    int key = next_key();
    if (key == '\r' || key == '\n') return true;
    if (key == CONTROL('C') || key == KEY_NONE || key == KEY_EOF) return false;
    if ((key == 127 || key == 8) && bytes > 0) answer[--bytes] = '\0';
    else if (key >= ' ' && key < 0x100 && key != 127 && bytes + 1 < PROMPT_BYTES) {
      answer[bytes++] = (char)key;
      answer[bytes] = '\0';
    }
  }
}

static void search(void) {
  static char wanted[PROMPT_BYTES];
  char answer[PROMPT_BYTES];
  if (!ask("search (Enter: again): ", answer)) return;
  if (answer[0] != '\0') strcpy(wanted, answer);
  if (wanted[0] == '\0') return;
  for (size_t i = 0; i <= count; i++) {
    size_t index = (row + i) % count;
    size_t from = i == 0 && at < lines[index].bytes ? at + 1 : 0;
    if (i == 0 && at >= lines[index].bytes) continue;
    const char *found = strstr(lines[index].text + from, wanted);
    if (found == NULL) continue;
    row = index;
    at = (size_t)(found - lines[index].text);
    snprintf(message, sizeof message, "found %s", wanted);
    return;
  }
  snprintf(message, sizeof message, "nothing has %s", wanted);
}

static void go_to_line(void) {
  char answer[PROMPT_BYTES];
  if (!ask("line: ", answer)) return;
  long line = strtol(answer, NULL, 10);
  row = line < 1 ? 0 : (size_t)line > count ? count - 1 : (size_t)line - 1;
  at = 0;
}

static void break_line(void) {
  size_t indent = 0;
  char *rest = lines[row].text + at;
  while (!is_pasting && indent < at && (lines[row].text[indent] == ' ' || lines[row].text[indent] == '\t')) indent++;
  insert_line(row + 1, line_of(rest, lines[row].bytes - at));
  lines[row].bytes = at;
  lines[row].text[at] = '\0';
  row++;
  at = 0;
  is_changed = true;
  if (indent > 0) insert_bytes(lines[row - 1].text, indent);
}

static void join_with_next(void) {
  if (row + 1 >= count) return;
  size_t place = at = lines[row].bytes;
  insert_bytes(lines[row + 1].text, lines[row + 1].bytes);
  at = place;
  remove_line(row + 1);
}

static void delete_to(size_t end) {
  Line *line = &lines[row];
  memmove(line->text + at, line->text + end, line->bytes - end + 1);
  line->bytes -= end - at;
  is_changed = true;
}

static void backspace(void) {
  if (at > 0) {
    size_t end = at;
    at = before(at);
    delete_to(end);
  } else if (row > 0) {
    row--;
    join_with_next();
  }
}

static void cut_line(void) {
  free(cut.text);
  cut = line_of(lines[row].text, lines[row].bytes);
  if (count == 1) insert_line(1, line_of("", 0));
  remove_line(row);
  if (row == count) row--;
  at = 0;
  is_changed = true;
}

static void put_back(void) {
  if (cut.text == NULL) return;
  insert_line(row++, line_of(cut.text, cut.bytes));
  is_changed = true;
}

/* Up and down keep the column. */
static void move_rows(long by) {
  size_t column = column_of(&lines[row], at);
  long wanted = (long)row + by;
  row = wanted < 0 ? 0 : wanted >= (long)count ? count - 1 : (size_t)wanted;
  at = byte_at(&lines[row], column);
}

static void move(int key) {
  switch (key) {
    case KEY_UP: move_rows(-1); break;
    case KEY_DOWN: move_rows(1); break;
    case KEY_PAGE_UP: move_rows(-(long)(rows - 3)); break;
    case KEY_PAGE_DOWN: move_rows((long)rows - 3); break;
    case KEY_HOME: case CONTROL('A'): at = 0; break;
    case KEY_END: case CONTROL('E'): at = lines[row].bytes; break;
    case KEY_LEFT:
      if (at > 0) at = before(at);
      else if (row > 0) at = lines[--row].bytes;
      break;
    case KEY_RIGHT:
      if (at < lines[row].bytes) at = after(at);
      else if (row + 1 < count) row++, at = 0;
      break;
    default: break;
  }
}

static bool may_leave(void) {
  char answer[PROMPT_BYTES];
  if (!is_changed) return true;
  if (!ask("There are changes. Save them? (y, n, Ctrl-C: stay) ", answer)) return false;
  if (answer[0] == 'n') return true;
  return answer[0] == 'y' && save();
}

/* False: the editor ends. */
static bool handle(int key) {
  char c = (char)key;
  message[0] = '\0';
  switch (key) {
    case KEY_EOF: return false;
    case CONTROL('X'): case CONTROL('Q'): return !may_leave();
    case CONTROL('S'): case CONTROL('O'): save(); break;
    case CONTROL('W'): case CONTROL('F'): search(); break;
    case CONTROL('G'): go_to_line(); break;
    case CONTROL('K'): cut_line(); break;
    case CONTROL('U'): put_back(); break;
    case CONTROL('L'): put("\033[2J"); break;
    case '\r': case '\n': break_line(); break;
    case 127: case 8: backspace(); break;
    case KEY_DELETE: case CONTROL('D'):
      if (at < lines[row].bytes) delete_to(after(at));
      else join_with_next();
      break;
    case '\t':
      if (is_pasting) insert_bytes("\t", 1);
      else do insert_bytes(" ", 1); while (column_of(&lines[row], at) % INDENT_COLUMNS != 0);
      break;
    default:
      if (key >= ' ' && key < 0x100) insert_bytes(&c, 1);
      else move(key);
  }
  return true;
}

int main(int argc, char **argv) {
  tool_start(argc, argv, "edit", usage);
  if (argc != 2) tool_misused("", "one file is needed");
  path = argv[1];
  if (!load()) return 1;
  if (tcgetattr(0, &modes) < 0) return tool_failed("input (edit needs a terminal)");
  struct termios raw = modes;
  raw.c_iflag &= ~(tcflag_t)(ICRNL | INLCR | IGNCR | IXON | ISTRIP);
  raw.c_oflag &= ~(tcflag_t)OPOST;
  raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG | IEXTEN);
  raw.c_cc[VMIN] = 1;
  raw.c_cc[VTIME] = 0;
  signal(SIGTERM, SIG_IGN);
  tcsetattr(0, TCSADRAIN, &raw);
  put("\033[?1049h\033[?2004h\033[2J");
  do {
    if (typed_at == typed_count && !is_pasting) draw(); /* while more is waiting, a picture would be old at once */
  } while (handle(next_key()));
  put("\033[?2004l\033[?1049l");
  flush();
  tcsetattr(0, TCSADRAIN, &modes);
  return 0;
}
