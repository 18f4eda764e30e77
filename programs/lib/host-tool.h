/*
 * The tools of the toolchain (cc, as, ld, ...) are not programs of this machine: they run on the host, on this machine's
 * files, through a system call that only Faultline's kernel has. These stubs pass arguments in and results out.
 */
#ifndef HOST_TOOL_H
#define HOST_TOOL_H

#include <stdio.h>
#include <string.h>
#include <unistd.h>

long __sys_host_tool(char *const argv[]);

static inline int host_tool_copy(int from, int to, unsigned bytes) {
  char buffer[1024];
  while (bytes > 0) {
    ssize_t count = read(from, buffer, bytes < sizeof buffer ? bytes : sizeof buffer);
    if (count <= 0) return -1;
    for (ssize_t done = 0; done < count;) {
      ssize_t written = write(to, buffer + done, (size_t)(count - done));
      if (written < 0) return -1;
      done += written;
    }
    bytes -= (unsigned)count;
  }
  return 0;
}

/* Runs tool `name` with the arguments of main. Returns its exit status. */
static inline int host_tool(const char *name, char **argv) {
  argv[0] = (char *)name;
  int file = (int)__sys_host_tool(argv);
  unsigned header[3]; /* status, bytes of output, bytes of messages */
  if (file < 0 || read(file, header, sizeof header) != (ssize_t)sizeof header) {
    fprintf(stderr, "%s: %s\n", name,
            file < 0 ? "this tool is run by Faultline's host, and there is none here" : "its result cannot be read");
    return 127;
  }
  if (host_tool_copy(file, STDOUT_FILENO, header[1]) < 0 || host_tool_copy(file, STDERR_FILENO, header[2]) < 0) return 1;
  for (char **argument = argv + 1; *argument != NULL; argument++)
    if (strcmp(*argument, "--help") == 0)
      printf("\nIn this machine %s is run by the host, on the machine's files; it takes no frame and no page fault here.\n", name);
  return (int)header[0];
}

#endif
