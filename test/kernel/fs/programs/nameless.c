/* Files that are reached by descriptors and not by names. argv[1]: an empty directory. */
#include "call.h"

enum { RDWR = 2, EXCLUSIVE = 0200, TEMPORARY = 020200000, PATH = 010000000, NOFOLLOW = 0400000, FOLLOW = 0x400 };
static char buffer[64], path[] = "/proc/self/fd/00";

static const char *link_of(long fd) {
  path[14] = (char)('0' + fd / 10);
  path[15] = (char)('0' + fd % 10);
  return fd < 10 ? (path[14] = path[15], path[15] = 0, path) : path;
}
static long open_as(const char *name, long flags) { return C4(OPENAT, HERE, name, flags, 0600); }
static long link_to(long fd, const char *name) { return C5(LINKAT, HERE, link_of(fd), HERE, name, FOLLOW); }

int main(int argc, char **argv) {
  C1(CHDIR, argv[1]);
  long fd = open_as(".", TEMPORARY | RDWR);
  C3(WRITE, fd, "text", 4);
  long again = open_as(link_of(fd), RDWR);
  show("by its link", C3(READ, again, buffer, 10));
  C1(CLOSE, fd);
  long third = open_as(link_of(again), 0);
  show("by a link's link", C3(READ, third, buffer, 10));
  show("a name for it", link_to(third, "n"));
  show("is the same", C3(READ, open_as("n", 0), buffer, 10));
  show("another name", link_to(third, "m"));
  C3(UNLINKAT, HERE, "n", 0);
  C3(UNLINKAT, HERE, "m", 0);
  show("not again", link_to(third, "n"));
  show("never", link_to(open_as(".", TEMPORARY | RDWR | EXCLUSIVE), "n"));
  C3(SYMLINKAT, "target", HERE, "l");
  show("a link by its place", C4(READLINKAT, open_as("l", PATH | NOFOLLOW), "", buffer, 64));
  show("no link", C4(READLINKAT, open_as(".", PATH), "", buffer, 64));
  show("no place", C4(READLINKAT, HERE, "", buffer, 64));
  show("no descriptor", C4(READLINKAT, 99, "", buffer, 64));
  long nameless = open_as(".", TEMPORARY | RDWR);
  show("an open file by itself", C5(LINKAT, nameless, "", HERE, "e", 0x1000));
  show("is the same", C3(READ, open_as("e", 0), buffer, 10));
  show("no descriptor", C5(LINKAT, 99, "", HERE, "f", 0x1000));
  show("without the flag", C5(LINKAT, nameless, "", HERE, "f", 0));
  return 0;
}
