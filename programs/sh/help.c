/* help: every program in a line. test/programs holds this table to the files in programs/. */
#include <stdio.h>
#include <string.h>

#include "sh.h"

typedef struct Line {
  const char *name, *text; /* without name: the title of a section */
  bool is_named_only;      /* of a section: help gives the names alone, help all the lines */
} Line;

static const Line lines[] = {
    {NULL, "See memory work", false},
    {"hello", "the smallest program: one line, a few page faults", false},
    {"first-touch", "reserve pages, touch each once, count the faults [PAGES]", false},
    {"reserve", "a large reservation moves the address space, not memory [MiB]", false},
    {"virtual", "VirtualAlloc: reserve, commit, touch, decommit, release [MiB]", false},
    {"reuse", "free keeps the memory; the next malloc takes it again", false},
    {"pinned", "one live block at the top pins the heap; mmap gives back", false},
    {"layers", "blocks and pages: two books that know nothing of each other", false},
    {"allocators", "one trace under three implementations of malloc", false},
    {"new-delete", "operator new and delete of C++ are malloc and free", false},
    {"blocks", "the allocator's own list of blocks: split and coalesce", false},
    {"header", "which allocator faults the page before its user does", false},
    {"idle-zero", "the idle task empties the dirty list while we sleep", false},
    {"next", "the frames of a dead child go back through the dirty list", false},
    {"secret", "may the next process read what the last one wrote?", false},
    {"forks", "fork copies no page until somebody writes", false},
    {"quota", "at the limit of its working set a process replaces its own [PAGES LIMIT]", false},
    {"thrash", "more pages than memory: faults, swap, waiting [PAGES PASSES PATTERN]", false},
    {"crowd", "processes that have room one by one, not together [PROCESSES PAGES PASSES]", false},
    {NULL, "Break something", false},
    {"segv", "a store through a wild pointer", false},
    {"overflow", "recursion without end runs off the stack", false},
    {"spin", "computes until Ctrl-C", false},
    {"bomb", "processes that make processes, up to the limit", false},
    {NULL, "Watch the machine", false},
    {"ps", "the processes", false},
    {"top", "the processes, again and again (q ends it)", false},
    {"free", "memory by use", false},
    {"vmstat", "faults, swap and lists over time [INTERVAL [COUNT]]", false},
    {"pages", "every frame by use and list (-p by process, -s standby)", false},
    {"pmap", "the address space of a process (-X: all figures) [PID]", false},
    {"smem", "what each process costs, shared pages divided", false},
    {"swapon", "the swap device and its use (-s)", false},
    {"wss", "the working set over a time (-w what was written) [PID SECONDS]", false},
    {"time", "what a command costs: instructions, time, faults", false},
    {NULL, "Write programs (run by the host, on this machine's files)", true},
    {"cc", "compile and link C: cc -o hello hello.c", false},
    {"as", "assemble", false},
    {"ld", "link objects", false},
    {"ar", "make and list archives", false},
    {"objdump", "disassemble objects and programs", false},
    {"nm", "list symbols", false},
    {"size", "sizes of sections", false},
    {NULL, "Files and text", true},
    {"ls", "list a directory (-l long, -a all)", false},
    {"cat", "print files", false},
    {"edit", "a text editor on the whole screen", false},
    {"head", "the first lines", false},
    {"tail", "the last lines", false},
    {"wc", "count lines, words, bytes", false},
    {"grep", "lines that match a pattern", false},
    {"sort", "sort lines", false},
    {"uniq", "drop repeated lines", false},
    {"tr", "replace or delete characters", false},
    {"nl", "number lines", false},
    {"tee", "copy input to files and on", false},
    {"hexdump", "bytes as numbers", false},
    {"cmp", "compare two files", false},
    {"cp", "copy files", false},
    {"mv", "move or rename files", false},
    {"rm", "remove files", false},
    {"ln", "link files", false},
    {"mkdir", "make directories", false},
    {"rmdir", "remove empty directories", false},
    {"touch", "make empty files", false},
    {"dd", "copy blocks", false},
    {NULL, "Small tools", true},
    {"echo", "print the arguments", false},
    {"printf", "print with a format", false},
    {"seq", "count", false},
    {"yes", "a line without end", false},
    {"sleep", "wait [SECONDS]", false},
    {"date", "the machine's clock", false},
    {"uname", "what machine this is", false},
    {"env", "the environment, or a command in another one", false},
    {"which", "where a program is", false},
    {"basename", "the last part of a path", false},
    {"dirname", "all but the last part of a path", false},
    {"xargs", "arguments from input", false},
    {"test", "compare numbers, strings, files", false},
    {"true", "succeed", false},
    {"false", "fail", false},
    {"kill", "send a signal to a process", false},
    {"clear", "clear the screen", false},
    {"stty", "the terminal's settings", false},
    {"sh", "this shell", false},
    {"init", "the first process: starts the shell", false}};

enum { LINES = sizeof lines / sizeof lines[0] };

/* A word of a list that goes on over lines of 78 columns; `column` is where the line has got to. */
static int print_word(const char *word, int column) {
  if (column + (int)strlen(word) + 1 > 78) printf("\n   "), column = 3;
  return column + printf(" %s", word);
}

/* The demonstrations have a line each; tools that every system has are only named, so that all fits on a screen. */
static void print_programs(bool has_all_lines) {
  bool is_brief = false;
  int column = 0;
  for (int i = 0; i < LINES; i++) {
    const Line *line = &lines[i];
    if (line->name == NULL) {
      is_brief = !has_all_lines && line->is_named_only;
      printf("%s%s%s", i == 0 ? "" : "\n", line->text, is_brief ? ":" : "\n");
      column = is_brief ? (int)strlen(line->text) + 1 : 0;
    } else if (!is_brief) printf("  %-12s %s\n", line->name, line->text);
    else column = print_word(line->name, column);
  }
  if (column > 0) printf("\n");
}

int builtin_help(int count, char **fields) {
  if (count > 1 && strcmp(fields[1], "all") != 0) {
    if (builtin_find(fields[1]) != NULL && find_program(fields[1]) == NULL) {
      printf("%s is part of the shell; help shows all, docs/shell.md explains them\n", fields[1]);
      return 0;
    }
    char *command[] = {fields[1], "--help", NULL};
    Job *job = job_new(fields[1], false);
    pid_t pid = job_fork(job);
    if (pid == 0) leave(exec_program(command));
    return pid < 0 ? 2 : job_wait(job);
  }
  print_programs(count > 1);
  int column = printf("\nParts of the shell:") - 1;
  for (int i = 0; builtin_name(i) != NULL; i++) column = print_word(builtin_name(i), column);
  printf("\n\nPipes |, files < > >> 2>, background &, lists ; && ||, variables, $( ), if, for,\n"
         "while, case. Arrow keys edit and recall, Tab completes, Ctrl-R searches,\n"
         "Ctrl-C ends, Ctrl-Z stops (fg, bg go on).\n"
         "help NAME shows a program's options, help all a line for each tool.\n");
  return 0;
}
