/* Redirections: descriptors are opened, moved over the wanted ones, and put back after a command without a process. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sh.h"

enum { FIRST_SAVED_FD = 10, PIPE_ROOM_BYTES = 4000 };

static int open_file(const Redirect *redirect, const char *path) {
  int flags = O_RDONLY;
  if (redirect->kind == REDIRECT_WRITE) flags = O_WRONLY | O_CREAT | O_TRUNC;
  if (redirect->kind == REDIRECT_APPEND) flags = O_WRONLY | O_CREAT | O_APPEND;
  if (redirect->kind == REDIRECT_READWRITE) flags = O_RDWR | O_CREAT;
  int fd = open(path, flags, 0666);
  if (fd >= 0) return fd;
  if (flags == O_RDONLY) complain("%s: cannot read this file: %s (ls shows what is here)", path, strerror(errno));
  else complain("%s: cannot write this file: %s (/tmp is always writable)", path, strerror(errno));
  return -1;
}

/* A here-document comes out of a pipe; what does not fit into one is written by a child. */
static int open_here(const Redirect *redirect) {
  const char *text = redirect->is_literal ? redirect->body : expand_here(redirect->body);
  size_t bytes = strlen(text);
  int ends[2];
  if (pipe(ends) < 0) return -1;
  if (bytes <= PIPE_ROOM_BYTES) {
    if (bytes > 0 && write(ends[1], text, bytes) < 0) complain("here-document: %s", strerror(errno));
  } else if (fork() == 0) {
    close(ends[0]);
    while (bytes > 0) {
      ssize_t written = write(ends[1], text, bytes);
      if (written <= 0) break;
      text += written;
      bytes -= (size_t)written;
    }
    _exit(0);
  }
  close(ends[1]);
  return ends[0];
}

static void save(int fd, Saved **saved) {
  Saved *entry = arena_alloc(sizeof *entry);
  entry->fd = fd;
  entry->copy = fcntl(fd, F_DUPFD, FIRST_SAVED_FD);
  if (entry->copy >= 0) fcntl(entry->copy, F_SETFD, FD_CLOEXEC);
  entry->next = *saved;
  *saved = entry;
}

/* <&3, >&2 and >&- */
static bool duplicate(const Redirect *redirect, const char *word) {
  if (strcmp(word, "-") == 0) {
    close(redirect->fd);
    return true;
  }
  if (!isdigit((unsigned char)*word)) {
    complain("%s: after >& and <& stands a descriptor's number or -", word);
    return false;
  }
  if (dup2(atoi(word), redirect->fd) >= 0) return true;
  complain("%s: this descriptor is not open", word);
  return false;
}

bool redirect_apply(const Redirect *redirects, Saved **saved) {
  for (; redirects != NULL; redirects = redirects->next) {
    expansion_failed = false;
    char *word = redirects->kind == REDIRECT_HERE ? "" : expand_string(redirects->word);
    if (expansion_failed) return false;
    if (saved != NULL) save(redirects->fd, saved);
    if (redirects->kind == REDIRECT_DUPLICATE) {
      if (!duplicate(redirects, word)) return false;
      continue;
    }
    int fd = redirects->kind == REDIRECT_HERE ? open_here(redirects) : open_file(redirects, word);
    if (fd < 0) return false;
    if (fd == redirects->fd) continue;
    if (dup2(fd, redirects->fd) < 0) complain("%d: %s", redirects->fd, strerror(errno));
    close(fd);
  }
  return true;
}

void redirect_restore(Saved *saved) {
  for (; saved != NULL; saved = saved->next) {
    if (saved->copy >= 0) {
      dup2(saved->copy, saved->fd);
      close(saved->copy);
    } else close(saved->fd);
  }
}
