/* help: every program in a line. test/programs holds this table to the files in programs/. */
#include <stdio.h>
#include <string.h>

#include "sh.h"

typedef struct Line {
  const char *name, *text;
} Line;

static const Line lines[] = {
    {NULL, "See memory work"},
    {"hello", "the smallest program: one line, a few page faults"},
    {"first-touch", "reserve pages, touch each once, count the faults [PAGES]"},
    {"reserve", "a large reservation moves the address space, not memory [MiB]"},
    {"reuse", "free keeps the memory; the next malloc takes it again"},
    {"pinned", "one live block at the top pins the heap; mmap gives back"},
    {"blocks", "the allocator's own list of blocks: split and coalesce"},
    {"header", "which allocator faults the page before its user does"},
    {"idle-zero", "the idle task empties the dirty list while we sleep"},
    {"next", "the frames of a dead child go back through the dirty list"},
    {"secret", "may the next process read what the last one wrote?"},
    {"forks", "fork copies no page until somebody writes"},
    {"thrash", "more pages than memory: faults, swap, waiting [PAGES PASSES PATTERN]"},
    {NULL, "Break something"},
    {"segv", "a store through a wild pointer"},
    {"overflow", "recursion without end runs off the stack"},
    {"spin", "computes until Ctrl-C"},
    {"bomb", "processes that make processes, up to the limit"},
    {NULL, "Watch the machine"},
    {"ps", "the processes"},
    {"top", "the processes, again and again (q ends it)"},
    {"free", "memory by use"},
    {"vmstat", "faults, swap and lists over time [INTERVAL [COUNT]]"},
    {"pmap", "the address space of a process [PID]"},
    {"time", "what a command costs: instructions, time, faults"},
    {NULL, "Files and text"},
    {"ls", "list a directory (-l long, -a all)"},
    {"cat", "print files"},
    {"edit", "a text editor on the whole screen"},
    {"head", "the first lines"},
    {"tail", "the last lines"},
    {"wc", "count lines, words, bytes"},
    {"grep", "lines that match a pattern"},
    {"sort", "sort lines"},
    {"uniq", "drop repeated lines"},
    {"tr", "replace or delete characters"},
    {"nl", "number lines"},
    {"tee", "copy input to files and on"},
    {"hexdump", "bytes as numbers"},
    {"cmp", "compare two files"},
    {"cp", "copy files"},
    {"mv", "move or rename files"},
    {"rm", "remove files"},
    {"ln", "link files"},
    {"mkdir", "make directories"},
    {"rmdir", "remove empty directories"},
    {"touch", "make empty files"},
    {"dd", "copy blocks"},
    {NULL, "Small tools"},
    {"echo", "print the arguments"},
    {"printf", "print with a format"},
    {"seq", "count"},
    {"yes", "a line without end"},
    {"sleep", "wait [SECONDS]"},
    {"date", "the machine's clock"},
    {"uname", "what machine this is"},
    {"env", "the environment, or a command in another one"},
    {"which", "where a program is"},
    {"basename", "the last part of a path"},
    {"dirname", "all but the last part of a path"},
    {"xargs", "arguments from input"},
    {"test", "compare numbers, strings, files"},
    {"true", "succeed"},
    {"false", "fail"},
    {"kill", "send a signal to a process"},
    {"clear", "clear the screen"},
    {"stty", "the terminal's settings"},
    {"sh", "this shell"},
    {"init", "the first process: starts the shell"}};

enum { LINES = sizeof lines / sizeof lines[0] };

int builtin_help(int count, char **fields) {
  if (count > 1) {
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
  for (int i = 0; i < LINES; i++) {
    if (lines[i].name == NULL) printf("%s%s\n", i == 0 ? "" : "\n", lines[i].text);
    else printf("  %-12s %s\n", lines[i].name, lines[i].text);
  }
  printf("\nParts of the shell:");
  for (int i = 0; builtin_name(i) != NULL; i++) printf(" %s", builtin_name(i));
  printf("\n\nPipes |, files < > >> 2>, background &, lists ; && ||, variables, $( ), if, for, while, case.\n"
         "Arrow keys edit and recall, Tab completes, Ctrl-R searches, Ctrl-C ends, Ctrl-Z stops (fg, bg go on).\n"
         "help NAME shows a program's options.\n");
  return 0;
}
